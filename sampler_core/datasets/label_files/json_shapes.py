"""Which of the usual shapes a JSON file has, from the start of its text: its columns and first rows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.hugging_face import refuse_description
from sampler_core.datasets.label_files.json_parser import JsonParser, json_field
from sampler_core.datasets.label_files.reading_errors import ReadingError

Json = TypeVar("Json")
MOST_LABELS_OF_RECORD = 100


def json_layout(json_start: str, whole: bool) -> Layout:
    """The layout of a JSON text of which this is the start, or the whole; no label is chosen yet."""
    json_file = JsonParser(io.StringIO(json_start).read)
    if json_file.peek() == "[":
        return _layout_of_json_records(_first_json_values(json_file.elements(), whole))
    json_lines = _first_json_values(json_file.values(), whole)
    if len(json_lines) > 1 or (json_lines and not isinstance(json_lines[0], dict)):
        return _layout_of_json_records(json_lines, lines=True)
    json_file = JsonParser(io.StringIO(json_start).read)
    json_pairs = ((json_key, _start_of_json_value(json_file, whole)) for json_key in json_file.object_keys())
    json_object = dict(_until_json_is_cut_off(json_pairs, whole))
    refuse_description(json_object)
    if _is_coco(json_object, whole):
        return Layout(kind="coco", columns=("category_id",), label="category_id", inside="annotations")
    json_columns, json_rows = json_object.get("columns"), json_object.get("data")
    if isinstance(json_columns, list) and isinstance(json_rows, list):
        return _layout_of_json_records(json_rows, inside="data", columns=tuple(map(str, json_columns)))
    return _layout_of_json_object(json_object, json_lines)


def _layout_of_json_object(json_object: dict[str, object], json_lines: list[object]) -> Layout:
    """An object by what its values are: all numbers, all text, a list of records, rows, or columns."""
    json_values = list(json_object.values())
    if not any(isinstance(json_value, list | dict) for json_value in json_values):
        several_pairs = len(json_values) > 1 or any(map(_is_json_number, json_values))
        return _layout_of_json_pairs(json_object) if several_pairs else _layout_of_json_records(json_lines, lines=True)
    for json_key, json_value in json_object.items():
        if isinstance(json_value, list) and json_value and all(isinstance(item, dict | list) for item in json_value):
            return _layout_of_json_records(json_value, inside=json_key)
    if all(
        json_key.isdecimal() and isinstance(json_value, dict) and not all(map(str.isdecimal, json_value))
        for json_key, json_value in json_object.items()
    ):
        return _layout_of_json_records(json_values)
    json_columns = {
        k: list(column.values()) if isinstance(column, dict) else column for k, column in json_object.items()
    }
    json_lists = {json_key: column for json_key, column in json_columns.items() if isinstance(column, list)}
    json_rows = first_rows(zip(*json_lists.values(), strict=False))
    return Layout(kind="json columns", columns=tuple(json_lists), rows=json_rows)


def _layout_of_json_pairs(json_object: dict[str, object]) -> Layout:
    """{"class": count}, or {"sample": label} when the keys look like files or the values are no numbers."""
    json_rows = first_rows(json_object.items())
    if all(map(_is_json_number, json_object.values())) and not all(re.search(r"\w\.\w{2,5}$", k) for k in json_object):
        return Layout(kind="json counts", columns=("class", "count"), label="class", count="count", rows=json_rows)
    return Layout(kind="json labels", columns=("sample", "label"), label="label", rows=json_rows)


def _layout_of_json_records(
    json_records: list[object], inside: str | None = None, columns: tuple[str, ...] = (), lines: bool = False
) -> Layout:
    if not json_records:
        raise ReadingError("it holds an empty list. Choose a file with at least one label")
    if not any(isinstance(json_record, dict | list) for json_record in json_records):
        return Layout(kind="json lines" if lines else "json values", rows=first_rows(zip(json_records)))
    columns = columns or tuple(dict.fromkeys(name for record in json_records for name in _json_field_names(record)))
    if not columns:
        raise ReadingError("its records have no field that holds a number or text. Save the labels as a list")
    json_rows = first_rows([json_field(record, name, columns) for name in columns] for record in json_records)
    return Layout(kind="json lines" if lines else "json records", columns=columns, inside=inside, rows=json_rows)


def _start_of_json_value(json_file: JsonParser, whole: bool) -> object:
    """A value of the top object: a plain one as it is, a list or an object with its first elements."""
    opening = json_file.peek()
    if opening not in ("[", "{"):
        return json_file.value()
    json_pairs = _first_json_values(((json_key, json_file.value()) for json_key in json_file.object_keys()), whole)
    return dict(json_pairs) if opening == "{" else [json_value for _, json_value in json_pairs]


def _is_coco(json_object: dict[str, object], whole: bool) -> bool:
    coco_keys = {"annotations", "categories", "images", "info", "licenses"} & json_object.keys()
    annotations = json_object.get("annotations")
    if isinstance(annotations, list) and annotations:
        return isinstance(annotations[0], dict) and "category_id" in annotations[0]
    return len(coco_keys) > 1 and "annotations" in coco_keys if whole else len(coco_keys) > 1 or "images" in coco_keys


def _first_json_values(json_values: Iterable[Json], whole: bool) -> list[Json]:
    return list(_until_json_is_cut_off(json_values, whole))[:PREVIEW_ROWS]


def _until_json_is_cut_off(json_values: Iterable[Json], whole: bool) -> Iterator[Json]:
    """The values up to the end of the text, which cuts the last one off unless it is the whole text."""
    try:
        yield from json_values
    except ReadingError:
        if whole:
            raise


def _json_field_names(json_record: object) -> list[str]:
    """Fields with a number or text in them, of inner objects too ("annotation.label")."""
    if isinstance(json_record, list):
        return [str(i) for i in range(len(json_record))]
    if not isinstance(json_record, dict):
        return []
    inner = [f"{key}.{name}" for key, value in json_record.items() if isinstance(value, dict) for name in value]
    return [json_key for json_key, value in json_record.items() if _is_json_label(value)] + inner


def _is_json_label(json_value: object) -> bool:
    """A number or text, or a list of names."""
    if isinstance(json_value, list):
        return 0 < len(json_value) < MOST_LABELS_OF_RECORD and all(type(item) in (str, int) for item in json_value)
    return not isinstance(json_value, dict)


def _is_json_number(json_value: object) -> bool:
    return isinstance(json_value, int | float) and not isinstance(json_value, bool)
