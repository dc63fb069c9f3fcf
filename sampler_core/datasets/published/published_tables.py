"""Bundled class counts of published data sets.

The one contract here: a table is a CSV file in `tables/` and its row in `tables/index.csv`; nothing else knows of it.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName


class PublishedDataset(NamedTuple):
    """A row of the index. `unit` says what one sample is; `ratio` is rho = n_max / n_min; `source` where it is from."""

    name: str
    title: str
    unit: str
    classes: int
    samples: int
    ratio: float
    source: str


@cache
def published_datasets() -> tuple[PublishedDataset, ...]:
    """The bundled tables, in the order of the index."""
    return tuple(
        PublishedDataset(
            name=row["name"],
            title=row["title"],
            unit=row["unit"],
            classes=int(row["classes"]),
            samples=int(row["samples"]),
            ratio=float(row["ratio"]),
            source=row["source"],
        )
        for row in _rows("index")
    )


@cache
def load(name: str) -> ClassCounts:
    """The class counts of a bundled table, classes in the order of the data set's own list.

    Classes that are numbered (0, 1, 2, ...) get integer names, so that a table and integer labels of the same data have
    one canonical order and therefore the same draws. `ValueError` when there is no table of that name.
    """
    names = [table.name for table in published_datasets()]
    if name not in names:
        raise ValueError(f"data set must be one of {', '.join(names)}, got {name!r}")
    rows = _rows(name)
    classes = class_names([row["class"] for row in rows])
    return ClassCounts.from_counts(dict(zip(classes, (int(row["count"]) for row in rows), strict=True)))


def class_names(texts: list[str]) -> list[ClassName]:
    """Names read from a file: integers when all are written as integers are ("7", not "07" or "+7"), else text."""
    if all(text.removeprefix("-").isdecimal() and str(int(text)) == text for text in texts):
        return [int(text) for text in texts]
    return list(texts)


def _rows(table: str) -> list[dict[str, str]]:
    text = (files(__package__) / "tables" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
