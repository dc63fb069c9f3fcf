"""Which of the usual shapes a JSON file has, from the start of its text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from sampler_core.datasets.label_files.errors import ReadingError
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.json_stream import JsonCursor, field_of

Value = TypeVar("Value")


def json_layout(text: str, whole: bool) -> Layout:
    """The layout of a JSON text of which this is the start, or the whole; no label is chosen yet."""
    cursor = JsonCursor(io.StringIO(text).read)
    if cursor.peek() == "[":
        return _of_records(_first(cursor.elements(), whole))
    lines = _first(cursor.values(), whole)
    if len(lines) > 1 or (lines and not isinstance(lines[0], dict)):
        return _of_records(lines, lines=True)
    cursor = JsonCursor(io.StringIO(text).read)
    top = dict(_until_cut_off(((key, _top_value(cursor, whole)) for key in cursor.entries()), whole))
    if _is_coco(top, whole):
        return Layout(kind="coco", columns=("category_id",), label="category_id", inside="annotations")
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
    return Layout(kind="json columns", columns=tuple(lists), rows=first_rows(zip(*lists.values(), strict=False)))


def _of_pairs(top: dict[str, object]) -> Layout:
    """{"class": count}, or {"sample": label} when the keys look like files or the values are no numbers."""
    rows = first_rows(top.items())
    if all(map(_is_count, top.values())) and not all(re.search(r"\w\.\w{2,5}$", key) for key in top):
        return Layout(kind="json counts", columns=("class", "count"), label="class", count="count", rows=rows)
    return Layout(kind="json labels", columns=("sample", "label"), label="label", rows=rows)


def _of_records(
    sample: list[object], inside: str | None = None, columns: tuple[str, ...] = (), lines: bool = False
) -> Layout:
    if not sample:
        raise ReadingError("it holds an empty list. Choose a file with at least one label")
    if not any(isinstance(record, dict | list) for record in sample):
        return Layout(kind="json lines" if lines else "json values", rows=first_rows(zip(sample)))
    columns = columns or tuple(dict.fromkeys(field for record in sample for field in _fields(record)))
    if not columns:
        raise ReadingError("its records have no field that holds a number or text. Save the labels as a list")
    rows = first_rows([field_of(record, name, columns) for name in columns] for record in sample)
    return Layout(kind="json lines" if lines else "json records", columns=columns, inside=inside, rows=rows)


def _top_value(cursor: JsonCursor, whole: bool) -> object:
    """A value of the top object: a plain one as it is, a list or an object with its first elements."""
    opening = cursor.peek()
    if opening not in ("[", "{"):
        return cursor.value()
    pairs = _first(((key, cursor.value()) for key in cursor.entries()), whole)
    return dict(pairs) if opening == "{" else [value for _, value in pairs]


def _is_coco(top: dict[str, object], whole: bool) -> bool:
    coco_keys = {"annotations", "categories", "images", "info", "licenses"} & top.keys()
    annotations = top.get("annotations")
    if isinstance(annotations, list) and annotations:
        return isinstance(annotations[0], dict) and "category_id" in annotations[0]
    return len(coco_keys) > 1 and "annotations" in coco_keys if whole else len(coco_keys) > 1 or "images" in coco_keys


def _first(values: Iterable[Value], whole: bool) -> list[Value]:
    return list(_until_cut_off(values, whole))[:PREVIEW_ROWS]


def _until_cut_off(values: Iterable[Value], whole: bool) -> Iterator[Value]:
    """The values up to the end of the text, which cuts the last one off unless it is the whole text."""
    try:
        yield from values
    except ReadingError:
        if whole:
            raise


def _fields(record: object) -> list[str]:
    """Fields with a number or text in them, of inner objects too ("annotation.label")."""
    if isinstance(record, list):
        return [str(i) for i in range(len(record))]
    if not isinstance(record, dict):
        return []
    inner = [f"{key}.{name}" for key, value in record.items() if isinstance(value, dict) for name in value]
    return [key for key, value in record.items() if not isinstance(value, dict | list)] + inner


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
