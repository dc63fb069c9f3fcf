"""The labels of JSON files, in pieces."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.class_naming import Raw
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.json_stream import JsonCursor, field_of
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece
from sampler_core.formatting import several

PIECE_ROWS = 1 << 14


def json_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of a JSON file. For COCO annotations these are category ids; `tally.categories` gets their names."""
    encoding = layout.encoding or "utf-8"
    reader = codecs.getreader("utf-8-sig" if encoding == "utf-8" else encoding)
    cursor = JsonCursor(reader(source.stream()).read)
    if layout.kind == "json columns" and layout.count is not None:
        yield _two_columns(cursor, layout, source.limits.classes)
        return
    records = _records(cursor, layout, tally)
    has_fields = layout.columns and layout.kind not in ("json labels", "json columns")
    while rows := list(islice(records, PIECE_ROWS)):
        fields = [[field_of(row, name or "", layout.columns) for row in rows] for name in layout.label_and_count]
        yield _piece(*(fields if has_fields else [rows]))


def _records(cursor: JsonCursor, layout: Layout, tally: LabelTally) -> Iterator[object]:
    """Whatever holds one label: objects, lists, or the labels themselves."""
    inside = layout.label if layout.kind == "json columns" else layout.inside
    if layout.kind == "json lines":
        yield from cursor.values()
    elif layout.kind == "json counts":
        yield from ({"class": name, "count": cursor.value()} for name in cursor.entries())
    elif inside is None:
        yield from cursor.elements()
    else:
        found = False
        for key in cursor.entries():
            if key == inside and cursor.peek() in ("[", "{"):
                found = True
                yield from cursor.elements()
            elif layout.kind == "coco" and key == "categories" and cursor.peek() == "[":
                for category in cursor.elements():
                    _add_category(tally, category)
            else:
                cursor.skip()
        if layout.kind == "coco" and not found:
            raise ReadingError("it holds no list of 'annotations'. Choose the annotation file of the data set")


def _two_columns(cursor: JsonCursor, layout: Layout, most: int) -> Piece:
    """Classes and their counts, each in a list of its own."""
    found: dict[str | None, list[object]] = {column: [] for column in layout.label_and_count}
    for key in cursor.entries():
        if key not in found:
            cursor.skip()
            continue
        found[key] = list(islice(cursor.elements(), most + 1))
        if len(found[key]) > most:
            raise ReadingError(f"{quoted(key)} holds more than {most:,} values, hardly one a class. Choose no counts")
    labels, counts = found.values()
    if len(labels) != len(counts):
        sizes = f"{several(len(labels), 'class', 'classes')} and {several(len(counts), 'count', 'counts')}"
        raise ReadingError(f"it holds {sizes}. Choose two columns of the same length")
    return _piece(labels, counts)


def _add_category(tally: LabelTally, category: object) -> None:
    number, name = field_of(category, "id", ()), field_of(category, "name", ())
    if not isinstance(number, int | str) or not isinstance(name, int | str):
        raise ReadingError(f"a category needs an id and a name, got {quoted(category)}. Correct it in the file")
    if number in tally.categories:
        raise ReadingError(f"the category id {quoted(number)} comes twice. Correct it in the file")
    if len(tally.categories) == tally.limits.classes:
        raise ReadingError(f"there are more than {tally.limits.classes:,} categories")
    tally.categories[number] = str(name)


def _piece(labels: Sequence[Any], counts: Sequence[Any] | None = None) -> Piece:
    if any(isinstance(label, list | dict) for label in labels):
        raise ReadingError(
            "a label is itself a list or an object, where one name a sample is needed. Choose another field"
        )
    for count in counts or ():
        if isinstance(count, list | dict):
            raise ReadingError(f"a count must be a number, got {quoted(count)}. Choose another field")
    codes_of: dict[Raw | None, int] = {}
    codes = np.array([codes_of.setdefault(label, len(codes_of)) for label in labels], dtype=np.int64)
    return Piece(codes, list(codes_of), counts)
