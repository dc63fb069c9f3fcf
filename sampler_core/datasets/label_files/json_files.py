"""JSON files: which of the usual shapes one has, from the start of its text, and its labels, in pieces."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.hugging_face import refuse_description
from sampler_core.datasets.label_files.json_parser import JsonParser, json_field
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece, RawLabel, piece_of_columns
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import listed, quoted, several

Json = TypeVar("Json")
JSON_PIECE_RECORDS = 1 << 14
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


def json_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of a JSON file. For COCO annotations these are category ids; `tally.categories` gets their names."""
    encoding = layout.encoding or "utf-8"
    json_reader = codecs.getreader("utf-8-sig" if encoding == "utf-8" else encoding)
    json_file = JsonParser(json_reader(source.stream()).read)
    if layout.kind == "json columns" and len(layout.columns_read) > 1:
        yield _json_columns_together(json_file, layout, source.limits)
        return
    json_records = _json_records(json_file, layout, tally)
    of_fields = layout.columns and layout.kind not in ("json labels", "json columns")
    while records := list(islice(json_records, JSON_PIECE_RECORDS)):
        fields = [[json_field(record, name or "", layout.columns) for record in records]
                  for name in layout.columns_read] if of_fields else [records]  # fmt: skip
        json_counts = _json_counts(fields.pop()) if layout.count is not None else None
        piece = piece_of_columns([_json_column(field, source.limits) for field in fields], json_counts)
        if layout.kind == "coco":
            tally.images.add_boxes(records, [piece.labels[code] for code in piece.codes])
        yield piece


def _json_records(json_file: JsonParser, layout: Layout, tally: LabelTally) -> Iterator[object]:
    """Whatever holds one label: objects, lists, or the labels themselves."""
    inside = layout.label if layout.kind == "json columns" else layout.inside
    if layout.kind == "json lines":
        yield from json_file.values()
    elif layout.kind == "json counts":
        yield from ({"class": json_key, "count": json_file.value()} for json_key in json_file.object_keys())
    elif inside is None:
        yield from json_file.elements()
    else:
        has_records = False
        for json_key in json_file.object_keys():
            if json_key == inside and json_file.peek() in ("[", "{"):
                has_records = True
                yield from json_file.elements()
            elif layout.kind == "coco" and json_key == "categories" and json_file.peek() == "[":
                for coco_category in json_file.elements():
                    _add_coco_category(tally, coco_category)
            elif layout.kind == "coco" and json_key == "images" and json_file.peek() == "[":
                for coco_image in json_file.elements():
                    tally.images.add_image(coco_image)
            else:
                json_file.skip()
        if layout.kind == "coco" and not has_records:
            raise ReadingError("it holds no list of 'annotations'. Choose the annotation file of the data set")


def _json_columns_together(json_file: JsonParser, layout: Layout, limits: Limits) -> Piece:
    """Several columns, each in a list of its own: kept as codes, and counts as they are, one a class."""
    read: dict[str | None, Any] = {column: () for column in layout.columns_read}
    for json_key in json_file.object_keys():
        if json_key not in read:
            json_file.skip()
        elif layout.count is None:
            read[json_key] = _json_column(json_file.elements(), limits)
        else:
            read[json_key] = list(islice(json_file.elements(), limits.classes + 1))
            if len(read[json_key]) > limits.classes:
                too_many = f"{quoted(json_key)} holds more than {limits.classes:,} values, hardly one a class"
                raise ReadingError(f"{too_many}. Choose no counts")
    *columns, last = read.values()
    if layout.count is None:
        _check_lengths([len(codes) for codes, _ in (*columns, last)], layout)
        return piece_of_columns([*columns, last])
    if len(columns) == 1 and len(columns[0]) != len(last):
        sizes = f"{several(len(columns[0]), 'class', 'classes')} and {several(len(last), 'count', 'counts')}"
        raise ReadingError(f"it holds {sizes}. Choose two columns of the same length")
    _check_lengths([len(column) for column in (*columns, last)], layout)
    return piece_of_columns([_json_column(column, limits) for column in columns], _json_counts(last))


def _check_lengths(lengths: Sequence[int], layout: Layout) -> None:
    if len(set(lengths)) > 1:
        raise ReadingError(f"the columns {listed(layout.columns_read)} have different lengths. Choose others")


def _add_coco_category(tally: LabelTally, coco_category: object) -> None:
    coco_id, coco_name = json_field(coco_category, "id", ()), json_field(coco_category, "name", ())
    if not isinstance(coco_id, int | str) or not isinstance(coco_name, int | str):
        raise ReadingError(f"a category needs an id and a name, got {quoted(coco_category)}. Correct it in the file")
    if coco_id in tally.categories:
        raise ReadingError(f"the category id {quoted(coco_id)} comes twice. Correct it in the file")
    if len(tally.categories) == tally.limits.classes:
        raise ReadingError(f"there are more than {tally.limits.classes:,} categories")
    tally.categories[coco_id] = str(coco_name)


def _json_counts(json_counts: list[Any]) -> list[Any]:
    for json_count in json_counts:
        if isinstance(json_count, list | dict):
            raise ReadingError(f"a count must be a number, got {quoted(json_count)}. Choose another field")
    return json_counts


def _json_column(json_values: Iterable[Any], limits: Limits) -> tuple[Codes, list[RawLabel | None]]:
    """A column as codes and its distinct values; a list of several labels as its JSON text."""
    codes_of: dict[RawLabel | None, int] = {}

    def code_of(json_value: Any) -> int:
        limits.check_classes(len(codes_of))
        plain_value = _text_of_json_list(json_value) if isinstance(json_value, list | dict) else json_value
        return codes_of.setdefault(plain_value, len(codes_of))

    codes = np.fromiter(map(code_of, json_values), dtype=np.int64)
    return codes, list(codes_of)


def _text_of_json_list(json_value: list[Any] | dict[str, Any]) -> str | None:
    if isinstance(json_value, dict) or any(isinstance(item, list | dict) for item in json_value):
        raise ReadingError(
            "a label is itself a list of lists or an object, where one name or a list of names a sample is needed. "
            "Choose another field"
        )
    return json.dumps(json_value, ensure_ascii=False) if json_value else None
