"""Guesses which columns hold the labels, their counts and a split, from the columns' names and the first rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from sampler_core.datasets.label_files.class_naming import MISSING
from sampler_core.datasets.label_files.column_roles import (
    FILE_COLUMNS,
    GROUP_COLUMNS,
    NAMELESS_COLUMNS,
    Columns,
    has_one_each,
    is_distinct,
    is_number,
    is_text,
    noticed_indicators,
    noticed_split,
    plain_column_name,
    recurs,
)
from sampler_core.datasets.label_files.file_layout import WITH_COLUMNS, Layout, layout_in_words
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.formatting import quoted

LABEL_COLUMNS = (
    "label", "labels", "class", "classes", "class_name", "classname", "category", "category_name", "target", "targets",
    "y", "label_name", "class_id", "label_id", "category_id", "species", "diagnosis", "dx", "outcome", "fine_label",
    "coarse_label", "klass", "klasse", "etiqueta", "classe", "variety", "type", "attack_type", "genre", "topic",
)  # fmt: skip
MEASURED_COLUMNS = ("target", "targets", "y", "outcome")  # of a regression as often
COUNT_COLUMNS = (
    "count", "counts", "n", "num", "number", "freq", "frequency", "samples", "num_samples", "n_samples", "instances",
    "images", "num_images", "size", "total", "anzahl", "quantity", "cnt", "count(*)", "count(1)", "count_star()",
)  # fmt: skip
MANY_ROWS = 20  # that make it no accident that a column holds numbers only, or another value in each row
NO_COLUMN = ""  # for a split column or group: there is none
ALL_ROWS = "all"


class ColumnOptions(TypedDict, total=False):
    """The columns that `sniff` need not guess, by name.

    `label`: several names are columns of 0 and 1. `group`: a second column, whose pairs with the label are the classes.
    `split_column`: "" for none. `split`: the value, or values, whose rows count, "all" for all rows. `several`: how
    several labels in a row are read, as the "rarest" of them or as a "whole".
    """

    label: str | Sequence[str]
    count: str
    group: str
    split_column: str
    split: str | Sequence[str]
    several: str


def with_guessed_columns(layout: Layout, **columns: Unpack[ColumnOptions]) -> Layout:
    """The layout with its columns as given or guessed, and in words what was found."""
    layout = replace(layout, group=columns.get("group") or None, several=columns.get("several"))
    layout = _with_split(layout, columns.get("split_column"), columns.get("split"))
    label, indicators = columns.get("label"), tuple[str, ...]()
    if label is not None and not isinstance(label, str):
        label, indicators = (label[0], ()) if len(label) == 1 else (None, tuple(label))
    layout = replace(layout, indicators=indicators, count=columns.get("count") or layout.count)
    layout = layout if indicators else _with_label(layout, label, columns.get("count"))
    return replace(layout, found=(layout_in_words(layout),))


def _with_split(layout: Layout, split_column: str | None, split: str | Sequence[str] | None) -> Layout:
    """With the split column that is given, or noticed."""
    values = (split,) if isinstance(split, str) else None if split is None else tuple(split)
    if split_column is None and layout.label is None and layout.kind in WITH_COLUMNS:
        split_column = noticed_split(layout.first_cells)
    if split and not split_column and values != (ALL_ROWS,):
        raise ReadingError(f"split needs split_column, the column that holds {quoted(values[0] if values else '')}")
    return replace(layout, split_column=split_column or None, split=() if values == (ALL_ROWS,) else values)


def _with_label(layout: Layout, label: str | None, count: str | None) -> Layout:
    """With the column of labels, or the columns of 0 and 1, and that of counts."""
    if label is not None and layout.label not in (None, label):
        raise ReadingError(f"label must be {quoted(layout.label)} in {layout.title}, got {quoted(label)}")
    if layout.label is None and layout.columns and not label:
        taken = {count, layout.group, layout.split_column}
        columns = {name: cells for name, cells in layout.first_cells.items() if name not in taken}
        guessed_columns = count_column(columns) if count is None else None
        indicators = _indicators(layout, columns) if guessed_columns is None and count is None else ()
        if indicators:
            return replace(layout, indicators=indicators)
        label, count = guessed_columns or (label_column(columns), count)
    return replace(layout, label=label or layout.label, count=count or layout.count)


def _indicators(layout: Layout, columns: Columns) -> tuple[str, ...]:
    """Columns of 0 and 1 that are the labels: with one 1 in each row, or for want of a likelier column.

    A name among them, as of "label_1", "label_2", is none for a column of labels.
    """
    indicators = noticed_indicators(columns) if layout.header or not layout.separator else ()
    others = {name: cells for name, cells in columns.items() if name not in indicators}
    if len(indicators) < 2 or _column_named_label(others) is not None:
        return ()
    of_text = any(recurs(cells) and is_text(cells) for name, cells in others.items() if not _is_nameless(name))
    return indicators if has_one_each(columns, indicators) or (len(indicators) > 2 and not of_text) else ()


def label_column(columns: Columns) -> str | None:
    """The likeliest label column: by name, else the last whose values recur (text before numbers), else the last.

    Where others recur, a column with another value in each of many rows is none, whatever it is called.
    """
    named_so = _column_named_label(columns)
    if named_so is not None:
        return named_so
    recurring = [name for name, cells in columns.items() if not _is_nameless(name) and recurs(cells)]
    of_text = [name for name in recurring if is_text(columns[name])]
    no_groups = [name for name in of_text if plain_column_name(name) not in GROUP_COLUMNS]
    not_ids = [name for name, cells in columns.items() if not is_distinct(cells) and not _is_nameless(name)]
    likely_columns = no_groups or of_text or recurring or not_ids or list(columns)
    return likely_columns[-1] if likely_columns else None


def _column_named_label(columns: Columns) -> str | None:
    plain_names = [(plain_column_name(name), name) for name in columns]
    named_so = [
        column_name for label_name in LABEL_COLUMNS for plain_name, column_name in plain_names
        if plain_name == label_name and not (label_name in MEASURED_COLUMNS and _is_measured(columns[column_name]))
    ]  # fmt: skip
    ending = (name for end, name in plain_names if re.search(r"(^|_)(label|class|category|target)s?(_|$)", end))
    likely_columns = [*named_so, *ending]
    ids = [name for name in likely_columns if len(columns[name]) >= MANY_ROWS and is_distinct(columns[name])]
    if ids and any(recurs(cells) and is_text(cells) for name, cells in columns.items() if not _is_nameless(name)):
        likely_columns = [name for name in likely_columns if name not in ids]
    return likely_columns[0] if likely_columns else None


def count_column(columns: Columns) -> tuple[str, str] | None:
    """(label, count) when this looks like a table of `class,count`: a column so named, a class in each row."""
    count_columns = [column_name for column_name in columns if plain_column_name(column_name) in COUNT_COLUMNS]
    other_columns = {column_name: column for column_name, column in columns.items() if column_name not in count_columns}
    if len(count_columns) != 1 or len(columns) > 4 or {*map(plain_column_name, columns)} & {*FILE_COLUMNS}:
        return None
    label, counts = label_column(other_columns), columns[count_columns[0]]
    if label is None or not counts or not all(map(is_number, counts)) or not is_distinct(columns[label]):
        return None
    return label, count_columns[0]


def is_label_column(column_name: str) -> bool:
    """Whether a column of this name holds labels."""
    return plain_column_name(column_name) in LABEL_COLUMNS


def has_header(first_rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows names the columns."""
    header, below = first_rows[0], first_rows[1:]
    columns = [[row[c] for row in below if len(row) > c] for c in range(len(header))]
    number_columns = [column != [] and all(map(is_number, column)) for column in columns]
    if any(map(is_number, header)):  # "150,4,setosa,versicolor,virginica": sizes and names over a table of numbers
        header_words = [re.search(r"[^\W\d_]{2}", cell) is not None and cell.strip() not in MISSING for cell in header]
        as_wide_as_header = len(below) >= MANY_ROWS and all(len(row) == len(header) for row in below[:MANY_ROWS])
        return as_wide_as_header and any(
            word and of_numbers for word, of_numbers in zip(header_words, number_columns, strict=True)
        )
    if any(number_columns) or {*map(plain_column_name, header)} & {*LABEL_COLUMNS, *COUNT_COLUMNS, *NAMELESS_COLUMNS}:
        return True
    recurs_below = any(cell in column for cell, column in zip(header, columns, strict=True))
    return bool(below) and is_distinct(header) and not recurs_below


def _is_nameless(column_name: str) -> bool:
    return plain_column_name(column_name) in NAMELESS_COLUMNS


def _is_measured(column: Sequence[str]) -> bool:
    return any(re.fullmatch(r"-?\d*[.,]\d*[1-9]\d*", cell.strip()) for cell in column)
