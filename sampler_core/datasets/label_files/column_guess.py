"""Which column holds the labels, from the names of the columns and the first rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sampler_core.datasets.label_files.class_naming import MISSING

LABELS = (
    "label", "labels", "class", "classes", "class_name", "classname", "category", "category_name", "target", "targets",
    "y", "label_name", "class_id", "label_id", "category_id", "species", "diagnosis", "dx", "outcome", "fine_label",
    "coarse_label", "klass", "klasse", "etiqueta", "classe", "variety", "type", "attack_type", "genre", "topic",
)  # fmt: skip
MEASURED = ("target", "targets", "y", "outcome")  # of a regression as often
COUNTS = (
    "count", "counts", "n", "num", "number", "freq", "frequency", "samples", "num_samples", "n_samples", "instances",
    "images", "num_images", "size", "total", "anzahl", "quantity", "cnt",
)  # fmt: skip
FILES = ("path", "file", "filename", "file_name", "image", "image_path", "img", "url")
PATHS = (*FILES, "id", "index", "name")
MANY = 20  # rows that make it no accident that a column holds numbers only
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")

Columns: TypeAlias = Mapping[str, Sequence[str]]  # name -> first values


def plain(name: str) -> str:
    """A column's name as it is compared: "Class Name" -> "class_name"."""
    return re.sub(r"[\s.\-]+", "_", name.strip().lower())


def label_column(columns: Columns) -> str | None:
    """The likeliest label column: by name, else the last whose values recur (text before numbers), else the last."""
    plain_names = [(plain(name), name) for name in columns]
    for wanted in LABELS:
        for plain_name, name in plain_names:
            if plain_name == wanted and not (wanted in MEASURED and _measured(columns[name])):
                return name
    ending = [name for end, name in plain_names if re.search(r"(^|_)(label|class|category|target)s?(_|$)", end)]
    if ending:
        return ending[0]
    recurring = [name for plain_name, name in plain_names if plain_name not in PATHS and _recurs(columns[name])]
    text = [name for name in recurring if not all(_is_number(value) for value in columns[name] if value.strip())]
    candidates = text or recurring or list(columns)
    return candidates[-1] if candidates else None


def count_column(columns: Columns) -> tuple[str, str] | None:
    """(label, count) when this looks like a table of `class,count`: a column so named, a class in each row."""
    counts = [name for name in columns if plain(name) in COUNTS]
    others = {name: values for name, values in columns.items() if name not in counts}
    if len(counts) != 1 or len(columns) > 4 or {plain(name) for name in columns} & {*FILES}:
        return None
    label, numbers = label_column(others), columns[counts[0]]
    if label is None or not numbers or not all(map(_is_number, numbers)) or not _distinct(columns[label]):
        return None
    return label, counts[0]


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows names the columns."""
    first, rest = rows[0], rows[1:]
    columns = [[row[c] for row in rest if len(row) > c] for c in range(len(first))]
    numbers = [column != [] and all(map(_is_number, column)) for column in columns]
    if any(map(_is_number, first)):  # "150,4,setosa,versicolor,virginica": sizes and names over a table of numbers
        words = [re.search(r"[^\W\d_]{2}", cell) is not None and cell.strip() not in MISSING for cell in first]
        as_wide = len(rest) >= MANY and all(len(row) == len(first) for row in rest[:MANY])
        return as_wide and any(word and of_numbers for word, of_numbers in zip(words, numbers, strict=True))
    if any(numbers) or {plain(cell) for cell in first} & {*LABELS, *COUNTS, *PATHS}:
        return True
    return (
        bool(rest) and _distinct(first) and not any(cell in column for cell, column in zip(first, columns, strict=True))
    )


def _recurs(values: Sequence[str]) -> bool:
    given = [value for value in values if value.strip() not in MISSING]
    few = len(given) >= len(values) / 2 and len(set(given)) <= max(2, len(given) // 2)
    return few and not any("." in value and NUMBER.fullmatch(value) for value in given)


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell.strip()) is not None


def _measured(values: Sequence[str]) -> bool:
    return any(re.fullmatch(r"-?\d*[.,]\d*[1-9]\d*", value.strip()) for value in values)


def _distinct(values: Sequence[str]) -> bool:
    return len(set(values)) == len(values)
