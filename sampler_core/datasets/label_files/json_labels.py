"""The labels of JSON files, in pieces."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from sampler_core.datasets.label_files.class_naming import Raw
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.json_stream import JsonCursor, field_of
from sampler_core.datasets.label_files.label_tally import Piece, encode_values
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import several

ROWS = 1 << 14


def json_pieces(stream: BinaryIO, layout: Layout, limits: Limits, categories: dict[Raw, str]) -> Iterator[Piece]:
    """The labels of a JSON file. For COCO annotations these are category ids; `categories` gets their names."""
    encoding = layout.encoding or "utf-8"
    cursor = JsonCursor(codecs.getreader("utf-8-sig" if encoding == "utf-8" else encoding)(stream))
    if layout.kind == "json columns" and layout.count is not None:
        yield _two_columns(cursor, layout, limits)
        return
    records = _records(cursor, layout, limits, categories)
    has_fields = layout.columns and layout.kind not in ("json labels", "json columns")
    while rows := list(islice(records, ROWS)):
        labels = [field_of(row, layout.label or "", layout.columns) for row in rows] if has_fields else rows
        counts = None if layout.count is None else [field_of(row, layout.count, layout.columns) for row in rows]
        yield Piece(*encode_values(labels, limits), None if counts is None else [_scalar(value) for value in counts])


def _records(cursor: JsonCursor, layout: Layout, limits: Limits, categories: dict[Raw, str]) -> Iterator[object]:
    """Whatever holds one label: objects, lists, or the labels themselves."""
    if layout.kind == "json lines":
        yield from cursor.values()
    elif layout.kind == "json counts":
        yield from ({"class": name, "count": cursor.value()} for name in cursor.entries())
    elif (inside := layout.label if layout.kind == "json columns" else layout.inside) is None:
        yield from cursor.elements()
    else:
        found = False
        for key in cursor.entries():
            if key == inside and cursor.peek() in ("[", "{"):
                found = True
                yield from cursor.elements()
            elif layout.kind == "coco" and key == "categories" and cursor.peek() == "[":
                for category in cursor.elements():
                    _add_category(categories, category, limits)
            else:
                cursor.skip()
        if layout.kind == "coco" and not found:
            raise ReadingError("it holds no list of 'annotations'. Choose the annotation file of the data set")


def _two_columns(cursor: JsonCursor, layout: Layout, limits: Limits) -> Piece:
    """Classes and their counts, each in a list of its own."""
    found: dict[str | None, list[object]] = {layout.label: [], layout.count: []}
    for key in cursor.entries():
        if key not in found:
            cursor.skip()
            continue
        found[key] = list(islice(cursor.elements(), limits.classes + 1))
        if len(found[key]) > limits.classes:
            raise ReadingError(
                f"{quoted(key)} holds more than {limits.classes:,} values, hardly one a class. Choose no counts"
            )
    labels, counts = found[layout.label], found[layout.count]
    if len(labels) != len(counts):
        sizes = f"{several(len(labels), 'class', 'classes')} and {several(len(counts), 'count', 'counts')}"
        raise ReadingError(f"it holds {sizes}. Choose two columns of the same length")
    return Piece(*encode_values(labels, limits), [_scalar(count) for count in counts])


def _add_category(categories: dict[Raw, str], category: object, limits: Limits) -> None:
    number, name = field_of(category, "id", ()), field_of(category, "name", ())
    if not isinstance(number, int | str) or not isinstance(name, int | str):
        raise ReadingError(f"a category needs an id and a name, got {quoted(category)}. Correct it in the file")
    if number in categories:
        raise ReadingError(f"the category id {quoted(number)} comes twice. Correct it in the file")
    if len(categories) == limits.classes:
        raise ReadingError(f"there are more than {limits.classes:,} categories")
    categories[number] = str(name)


def _scalar(value: object) -> Raw | None:
    if value is None or isinstance(value, str | int | float):
        return value
    raise ReadingError(f"a count must be a number, got {quoted(value)}. Choose another field")
