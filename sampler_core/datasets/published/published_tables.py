"""Bundled class counts of published data sets.

The one contract here: adding a table is one CSV file in `tables/` and its row in `tables/index.csv`.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName


class PublishedDataset(NamedTuple):
    """A row of the index. unit: what one sample is; ratio: rho = n_max / n_min."""

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
            row["name"], row["title"], row["unit"], int(row["classes"]), int(row["samples"]), float(row["ratio"]),
            row["source"],
        )
        for row in _rows("index")
    )  # fmt: skip


@cache
def load(name: str) -> ClassCounts:
    """The class counts of a bundled table, classes in the order of the data set's own list.

    Numbered classes (0, 1, 2, ...) get integer names, so that the table and integer labels of the same data have the
    same canonical order and therefore the same draws. `ValueError` where there is no table of that name.
    """
    names = [table.name for table in published_datasets()]
    if name not in names:
        raise ValueError(f"data set must be one of {', '.join(names)}, got {name!r}")
    rows = _rows(name)
    classes = class_names([row["class"] for row in rows])
    return ClassCounts.from_counts(dict(zip(classes, (int(row["count"]) for row in rows), strict=True)))


def class_names(texts: list[str]) -> list[ClassName]:
    """Names read from a file: integers where all are written as such ("7", not "07" or "+7"), else text."""
    if all(text.removeprefix("-").isdecimal() and str(int(text)) == text for text in texts):
        return [int(text) for text in texts]
    return list(texts)


def _rows(table: str) -> list[dict[str, str]]:
    text = (files(__package__) / "tables" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
