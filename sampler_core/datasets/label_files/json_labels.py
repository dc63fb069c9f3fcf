"""The labels of JSON files, in pieces."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import numpy as np

from sampler_core.datasets.label_files.class_naming import Raw
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.json_stream import Walk, field_of
from sampler_core.datasets.label_files.label_tally import Piece, encode_values
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import several

ROWS = 1 << 14


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
        yield from walk.values()
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
        labels = rows if plain or layout.label is None else [field_of(row, layout.label, columns) for row in rows]
        counts = None if layout.count is None else [_scalar(field_of(row, layout.count, columns)) for row in rows]
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
            if len(found[key]) > limits.classes:
                raise ReadingError(
                    f"{quoted(key)} holds more than {limits.classes:,} values, hardly one a class. Choose no counts"
                )
        else:
            _pass(walk)
    if layout.count is not None and layout.label is not None:
        labels, counts = found.get(layout.label, []), found.get(layout.count, [])
        if len(labels) != len(counts):
            sizes = f"{several(len(labels), 'class', 'classes')} and {several(len(counts), 'count', 'counts')}"
            raise ReadingError(f"it holds {sizes}. Choose two columns of the same length")
        yield Piece(*encode_values(labels, limits), [_scalar(count) for count in counts])


def _coco_pieces(walk: Walk, limits: Limits, categories: dict[Raw, str]) -> Iterator[Piece]:
    seen = False
    for key in walk.entries():
        if key == "annotations" and walk.peek() == "[":
            seen = True
            annotations = walk.elements()
            while rows := list(islice(annotations, ROWS)):
                yield Piece(*encode_values([field_of(row, "category_id", ()) for row in rows], limits))
        elif key == "categories" and walk.peek() == "[":
            for category in walk.elements():
                _add_category(categories, category, limits)
        else:
            _pass(walk)
    if not seen:
        raise ReadingError("it holds no list of 'annotations'. Choose the annotation file of the data set")


def _add_category(categories: dict[Raw, str], category: object, limits: Limits) -> None:
    number, name = field_of(category, "id", ()), field_of(category, "name", ())
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


def _scalar(value: object) -> Raw | None:
    if value is None or isinstance(value, str | int | float):
        return value
    raise ReadingError(f"a count must be a number, got {quoted(value)}. Choose another field")
