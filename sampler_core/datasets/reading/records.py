"""JSON files: which of the usual shapes one has, and its labels in pieces."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, TypeAlias, TypeVar

import numpy as np

from sampler_core.datasets.reading.documents import Walk
from sampler_core.datasets.reading.errors import ReadingError, quoted
from sampler_core.datasets.reading.layout import Layout
from sampler_core.datasets.reading.limits import Limits
from sampler_core.datasets.reading.naming import Raw
from sampler_core.datasets.reading.tally import Piece, encode_values

Rows: TypeAlias = tuple[tuple[str, ...], ...]
Value = TypeVar("Value")
ROWS = 1 << 14
_SAMPLE = 100


# --- the shape, from the start of the text ---------------------------------------------------------------------------


def json_layout(text: str, whole: bool) -> Layout:
    """The layout of a JSON text of which this is the start, or the whole; no label is chosen yet."""
    walk = Walk(io.StringIO(text))
    if walk.peek() == "[":
        return _of_records(_first(walk.elements(), whole))
    lines = _first(_values(walk), whole)
    if len(lines) > 1 or (lines and not isinstance(lines[0], dict)):
        return _of_records(lines, lines=True)
    top = _top(text, whole)
    if _is_coco(top, whole):
        return Layout(kind="coco", columns=("category_id",), label="category_id")
    names, data = top.get("columns"), top.get("data")
    if isinstance(names, list) and isinstance(data, list):
        return _of_records(data, inside="data", columns=tuple(str(name) for name in names))
    return _of_object(top, lines)


def _of_object(top: dict[str, object], lines: list[object]) -> Layout:
    """An object by what its values are: all numbers, all text, a list of records, rows, or columns."""
    values = list(top.values())
    if not any(isinstance(value, list | dict) for value in values):
        several = len(values) > 1 or any(map(_is_count, values))
        return _of_pairs(top) if several else _of_records(lines, lines=True)
    for key, value in top.items():
        if isinstance(value, list) and value and all(isinstance(element, dict | list) for element in value):
            return _of_records(value, inside=key)
    if all(
        key.isdecimal() and isinstance(value, dict) and not all(map(str.isdecimal, value)) for key, value in top.items()
    ):
        return _of_records(values)
    columns = {key: list(value.values()) if isinstance(value, dict) else value for key, value in top.items()}
    lists = {key: value for key, value in columns.items() if isinstance(value, list)}
    rows = tuple(tuple(map(_shown, row)) for row in islice(zip(*lists.values(), strict=False), _SAMPLE))
    return Layout(kind="json columns", columns=tuple(lists), rows=rows)


def _of_pairs(top: dict[str, object]) -> Layout:
    """{"class": count}, or {"sample": label} when the keys look like files or the values are no numbers."""
    rows = tuple((key[:80], _shown(value)) for key, value in islice(top.items(), _SAMPLE))
    if all(map(_is_count, top.values())) and not all(re.search(r"\w\.\w{2,5}$", key) for key in top):
        return Layout(kind="json counts", columns=("class", "count"), label="class", count="count", rows=rows)
    return Layout(kind="json labels", columns=("sample", "label"), label="label", rows=rows)


def _of_records(
    sample: list[object], inside: str | None = None, columns: tuple[str, ...] = (), lines: bool = False
) -> Layout:
    if not sample:
        raise ReadingError("it holds an empty list. Choose a file with at least one label")
    if not any(isinstance(record, dict | list) for record in sample):
        shown: Rows = tuple((_shown(value),) for value in sample)
        return Layout(kind="json lines" if lines else "json values", rows=shown)
    columns = columns or tuple(dict.fromkeys(field for record in sample for field in _fields(record)))
    if not columns:
        raise ReadingError("its records have no field that holds a number or text. Save the labels as a list")
    rows = tuple(tuple(_shown(_field(record, name, columns)) for name in columns) for record in sample)
    return Layout(kind="json lines" if lines else "json records", columns=columns, inside=inside, rows=rows)


def _top(text: str, whole: bool) -> dict[str, object]:
    """The top object: plain values as they are, lists and objects with their first elements."""
    walk, top = Walk(io.StringIO(text)), dict[str, object]()
    try:
        for key in walk.entries():
            if walk.peek() in ("[", "{"):
                is_list = walk.peek() == "["
                top[key] = [] if is_list else {}
                found = _first(((inner, walk.value()) for inner in walk.entries()), whole, all_of_it=True)
                top[key] = [value for _, value in found] if is_list else dict(found)
            else:
                top[key] = walk.value()
    except ReadingError:
        if whole:
            raise
    return top


def _is_coco(top: dict[str, object], whole: bool) -> bool:
    known = {"annotations", "categories", "images", "info", "licenses"} & top.keys()
    annotations = top.get("annotations")
    if isinstance(annotations, list) and annotations:
        return isinstance(annotations[0], dict) and "category_id" in annotations[0]
    return "annotations" in known and len(known) > 1 if whole else len(known) > 1 or "images" in known


def _first(values: Iterable[Value], whole: bool, all_of_it: bool = False) -> list[Value]:
    """The first values; the end of the text may cut them off unless it is whole."""
    found: list[Value] = []
    try:
        for value in values:
            if len(found) < _SAMPLE:
                found.append(value)
            elif not all_of_it:
                break
    except ReadingError:
        if whole:
            raise
    return found


def _fields(record: object) -> list[str]:
    """Fields with a number or text in them, of inner objects too ("annotation.label")."""
    if isinstance(record, list):
        return [str(i) for i in range(len(record))]
    if not isinstance(record, dict):
        return []
    inner = [f"{key}.{name}" for key, value in record.items() if isinstance(value, dict) for name in value]
    return [key for key, value in record.items() if not isinstance(value, dict | list)] + inner


def _field(record: object, name: str, columns: tuple[str, ...]) -> object:
    if isinstance(record, list):
        at = columns.index(name) if name in columns else -1
        return record[at] if 0 <= at < len(record) else None
    if not isinstance(record, dict):
        return None
    if name in record:
        return record[name]
    key, _, rest = name.partition(".")
    inner = record.get(key)
    return inner.get(rest) if isinstance(inner, dict) else None


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return "" if value is None else str(value)[:80]


# --- the labels ----------------------------------------------------------------------------------------------------


def json_pieces(stream: BinaryIO, layout: Layout, limits: Limits, categories: dict[Raw, str]) -> Iterator[Piece]:
    """The labels of a JSON file. For COCO annotations these are category ids; `categories` gets their names."""
    encoding = layout.encoding or "utf-8"
    walk = Walk(codecs.getreader("utf-8-sig" if encoding == "utf-8" else encoding)(stream))
    if layout.kind == "json counts":
        for key in walk.entries():
            yield Piece(np.zeros(1, dtype=np.int64), [key], [_scalar(walk.value())])
    elif layout.kind == "coco":
        yield from _coco_pieces(walk, limits, categories)
    elif layout.kind == "json columns":
        yield from _column_pieces(walk, layout, limits)
    else:
        yield from _record_pieces(_records(walk, layout), layout, limits)


def _records(walk: Walk, layout: Layout) -> Iterator[object]:
    if layout.kind == "json lines":
        yield from _values(walk)
    elif layout.inside is None:
        yield from walk.elements()
    else:
        for key in walk.entries():
            if key == layout.inside and walk.peek() in ("[", "{"):
                yield from walk.elements()
            else:
                _pass(walk)


def _record_pieces(records: Iterator[object], layout: Layout, limits: Limits) -> Iterator[Piece]:
    columns = layout.columns
    while rows := list(islice(records, ROWS)):
        plain = not columns or layout.kind == "json labels"
        labels = rows if plain or layout.label is None else [_field(row, layout.label, columns) for row in rows]
        counts = None if layout.count is None else [_scalar(_field(row, layout.count, columns)) for row in rows]
        yield Piece(*encode_values(labels, limits), counts)


def _column_pieces(walk: Walk, layout: Layout, limits: Limits) -> Iterator[Piece]:
    found: dict[str, list[object]] = {}
    for key in walk.entries():
        if key == layout.label and layout.count is None:
            values = walk.elements()
            while rows := list(islice(values, ROWS)):
                yield Piece(*encode_values(rows, limits))
        elif key in (layout.label, layout.count):
            found[key] = list(islice(walk.elements(), limits.classes + 1))
        else:
            _pass(walk)
    if layout.count is not None and layout.label is not None:
        labels, counts = found.get(layout.label, []), found.get(layout.count, [])
        if len(labels) != len(counts) or len(labels) > limits.classes:
            raise ReadingError(f"there are {len(labels):,} classes and {len(counts):,} counts. Choose two even columns")
        yield Piece(*encode_values(labels, limits), [_scalar(count) for count in counts])


def _coco_pieces(walk: Walk, limits: Limits, categories: dict[Raw, str]) -> Iterator[Piece]:
    seen = False
    for key in walk.entries():
        if key == "annotations" and walk.peek() == "[":
            seen = True
            annotations = walk.elements()
            while rows := list(islice(annotations, ROWS)):
                yield Piece(*encode_values([_field(row, "category_id", ()) for row in rows], limits))
        elif key == "categories" and walk.peek() == "[":
            for category in walk.elements():
                _add_category(categories, category, limits)
        else:
            _pass(walk)
    if not seen:
        raise ReadingError("it holds no list of 'annotations'. Choose the annotation file of the data set")


def _add_category(categories: dict[Raw, str], category: object, limits: Limits) -> None:
    number, name = _field(category, "id", ()), _field(category, "name", ())
    if not isinstance(number, int | str) or not isinstance(name, int | str):
        raise ReadingError(f"a category needs an id and a name, got {quoted(category)}. Correct it in the file")
    if number in categories:
        raise ReadingError(f"the category id {quoted(number)} comes twice. Correct it in the file")
    if len(categories) == limits.classes:
        raise ReadingError(f"there are more than {limits.classes:,} categories")
    categories[number] = str(name)


def _pass(walk: Walk) -> None:
    """Over a value that is not needed, in pieces where it is a list or an object."""
    if walk.peek() in ("[", "{"):
        for _ in walk.elements():
            pass
    else:
        walk.value()


def _values(walk: Walk) -> Iterator[object]:
    while walk.peek():
        yield walk.value()


def _scalar(value: object) -> Raw | None:
    if value is None or isinstance(value, str | int | float):
        return value
    raise ReadingError(f"a count must be a number, got {quoted(value)}. Choose another field")
