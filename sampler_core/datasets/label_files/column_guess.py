"""Guesses which column holds the labels and which their counts, from the columns' names and the first rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from sampler_core.datasets.label_files.class_naming import MISSING
from sampler_core.datasets.label_files.file_layout import Layout, layout_in_words
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
    "images", "num_images", "size", "total", "anzahl", "quantity", "cnt",
)  # fmt: skip
FILE_COLUMNS = ("path", "file", "filename", "file_name", "image", "image_path", "img", "url")
NAMELESS_COLUMNS = (*FILE_COLUMNS, "id", "index", "name")
MANY_ROWS = 20  # that make it no accident that a column holds numbers only
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")

Columns: TypeAlias = Mapping[str, Sequence[str]]  # name -> first values


def with_guessed_columns(layout: Layout, label: str | None, count: str | None) -> Layout:
    """The layout with the columns of labels and counts as given or guessed, and in words what was found."""
    if label is not None and layout.label not in (None, label):
        raise ReadingError(f"label must be {quoted(layout.label)} in {layout.title}, got {quoted(label)}")
    if layout.label is None and layout.columns and not label:
        columns = {column_name: [row[c] for row in layout.rows] for c, column_name in enumerate(layout.columns)}
        guessed_columns = count_column(columns) if count is None else None
        other_columns = {column_name: column for column_name, column in columns.items() if column_name != count}
        label, count = guessed_columns or (label_column(other_columns), count)
    layout = replace(layout, label=label or layout.label, count=count or layout.count)
    return replace(layout, found=(layout_in_words(layout),))


def label_column(columns: Columns) -> str | None:
    """The likeliest label column: by name, else the last whose values recur (text before numbers), else the last."""
    plain_names = [(_plain_column_name(column_name), column_name) for column_name in columns]
    for label_name in LABEL_COLUMNS:
        for plain_name, column_name in plain_names:
            if plain_name == label_name and not (label_name in MEASURED_COLUMNS and _is_measured(columns[column_name])):
                return column_name
    ending = [name for end, name in plain_names if re.search(r"(^|_)(label|class|category|target)s?(_|$)", end)]
    if ending:
        return ending[0]
    recurring = [name for plain, name in plain_names if plain not in NAMELESS_COLUMNS and _recurs(columns[name])]
    of_text = [name for name in recurring if not all(_is_number(cell) for cell in columns[name] if cell.strip())]
    likely_columns = of_text or recurring or list(columns)
    return likely_columns[-1] if likely_columns else None


def count_column(columns: Columns) -> tuple[str, str] | None:
    """(label, count) when this looks like a table of `class,count`: a column so named, a class in each row."""
    count_columns = [column_name for column_name in columns if _plain_column_name(column_name) in COUNT_COLUMNS]
    other_columns = {column_name: column for column_name, column in columns.items() if column_name not in count_columns}
    if len(count_columns) != 1 or len(columns) > 4 or {*map(_plain_column_name, columns)} & {*FILE_COLUMNS}:
        return None
    label, counts = label_column(other_columns), columns[count_columns[0]]
    if label is None or not counts or not all(map(_is_number, counts)) or not _is_distinct(columns[label]):
        return None
    return label, count_columns[0]


def is_label_column(column_name: str) -> bool:
    """Whether a column of this name holds labels."""
    return _plain_column_name(column_name) in LABEL_COLUMNS


def has_header(first_rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows names the columns."""
    header, below = first_rows[0], first_rows[1:]
    columns = [[row[c] for row in below if len(row) > c] for c in range(len(header))]
    number_columns = [column != [] and all(map(_is_number, column)) for column in columns]
    if any(map(_is_number, header)):  # "150,4,setosa,versicolor,virginica": sizes and names over a table of numbers
        header_words = [re.search(r"[^\W\d_]{2}", cell) is not None and cell.strip() not in MISSING for cell in header]
        as_wide_as_header = len(below) >= MANY_ROWS and all(len(row) == len(header) for row in below[:MANY_ROWS])
        return as_wide_as_header and any(
            word and of_numbers for word, of_numbers in zip(header_words, number_columns, strict=True)
        )
    if any(number_columns) or {*map(_plain_column_name, header)} & {*LABEL_COLUMNS, *COUNT_COLUMNS, *NAMELESS_COLUMNS}:
        return True
    recurs_below = any(cell in column for cell, column in zip(header, columns, strict=True))
    return bool(below) and _is_distinct(header) and not recurs_below


def _plain_column_name(column_name: str) -> str:
    """A column's name as it is compared: "Class Name" -> "class_name"."""
    return re.sub(r"[\s.\-]+", "_", column_name.strip().lower())


def _recurs(column: Sequence[str]) -> bool:
    given = [cell for cell in column if cell.strip() not in MISSING]
    few = len(given) >= len(column) / 2 and len(set(given)) <= max(2, len(given) // 2)
    return few and not any("." in cell and NUMBER.fullmatch(cell) for cell in given)


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell.strip()) is not None


def _is_measured(column: Sequence[str]) -> bool:
    return any(re.fullmatch(r"-?\d*[.,]\d*[1-9]\d*", cell.strip()) for cell in column)


def _is_distinct(column: Sequence[str]) -> bool:
    return len(set(column)) == len(column)
