"""The labels of JSON files, in pieces."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.json_parser import JsonParser, json_field
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece, RawLabel, piece_of_columns
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import listed, quoted, several

JSON_PIECE_RECORDS = 1 << 14


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
