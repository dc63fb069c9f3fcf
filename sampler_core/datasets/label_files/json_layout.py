"""Which of the usual shapes a JSON file has, from the start of its text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from itertools import islice
from typing import TypeAlias, TypeVar

from sampler_core.datasets.label_files.errors import ReadingError
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.json_stream import JsonCursor, field_of

Rows: TypeAlias = tuple[tuple[str, ...], ...]


Value = TypeVar("Value")


SAMPLE_ROWS = 100


def json_layout(text: str, whole: bool) -> Layout:
    """The layout of a JSON text of which this is the start, or the whole; no label is chosen yet."""
    cursor = JsonCursor(io.StringIO(text))
    if cursor.peek() == "[":
        return _of_records(_first(cursor.elements(), whole))
    lines = _first(cursor.values(), whole)
    if len(lines) > 1 or (lines and not isinstance(lines[0], dict)):
        return _of_records(lines, lines=True)
    top = _top(text, whole)
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
    rows = tuple(tuple(map(_as_cell, row)) for row in islice(zip(*lists.values(), strict=False), SAMPLE_ROWS))
    return Layout(kind="json columns", columns=tuple(lists), rows=rows)


def _of_pairs(top: dict[str, object]) -> Layout:
    """{"class": count}, or {"sample": label} when the keys look like files or the values are no numbers."""
    rows = tuple((key[:80], _as_cell(value)) for key, value in islice(top.items(), SAMPLE_ROWS))
    if all(map(_is_count, top.values())) and not all(re.search(r"\w\.\w{2,5}$", key) for key in top):
        return Layout(kind="json counts", columns=("class", "count"), label="class", count="count", rows=rows)
    return Layout(kind="json labels", columns=("sample", "label"), label="label", rows=rows)


def _of_records(
    sample: list[object], inside: str | None = None, columns: tuple[str, ...] = (), lines: bool = False
) -> Layout:
    if not sample:
        raise ReadingError("it holds an empty list. Choose a file with at least one label")
    if not any(isinstance(record, dict | list) for record in sample):
        first_rows: Rows = tuple((_as_cell(value),) for value in sample)
        return Layout(kind="json lines" if lines else "json values", rows=first_rows)
    columns = columns or tuple(dict.fromkeys(field for record in sample for field in _fields(record)))
    if not columns:
        raise ReadingError("its records have no field that holds a number or text. Save the labels as a list")
    rows = tuple(tuple(_as_cell(field_of(record, name, columns)) for name in columns) for record in sample)
    return Layout(kind="json lines" if lines else "json records", columns=columns, inside=inside, rows=rows)


def _top(text: str, whole: bool) -> dict[str, object]:
    """The top object: plain values as they are, lists and objects with their first elements."""
    cursor, top = JsonCursor(io.StringIO(text)), dict[str, object]()
    try:
        for key in cursor.entries():
            if cursor.peek() in ("[", "{"):
                is_list = cursor.peek() == "["
                top[key] = [] if is_list else {}
                found = _first(((inner, cursor.value()) for inner in cursor.entries()), whole, all_of_it=True)
                top[key] = [value for _, value in found] if is_list else dict(found)
            else:
                top[key] = cursor.value()
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
            if len(found) < SAMPLE_ROWS:
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


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_cell(value: object) -> str:
    return "" if value is None else str(value)[:80]
