"""Class counts of published data sets, bundled as tables with their sources.

The one contract here: adding a table is one CSV file in `published_tables/` and its row in `index.csv` there.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import class_names


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
        for row in _table_rows("index")
    )  # fmt: skip


@cache
def load(name: str) -> ClassCounts:
    """The class counts of a bundled table, classes in the order of the data set's own list.

    Numbered classes (0, 1, 2, ...) get integer names, so that the table and integer labels of the same data have the
    same canonical order and therefore the same draws. `ValueError` where there is no table of that name.
    """
    published = [dataset.name for dataset in published_datasets()]
    if name not in published:
        raise ValueError(f"data set must be one of {', '.join(published)}, got {name!r}")
    table_rows = _table_rows(name)
    table_classes = class_names([row["class"] for row in table_rows])
    return ClassCounts.from_counts(dict(zip(table_classes, (int(row["count"]) for row in table_rows), strict=True)))


def _table_rows(table: str) -> list[dict[str, str]]:
    published_table = files(__package__) / "published_tables" / f"{table}.csv"
    return list(csv.DictReader(published_table.read_text(encoding="utf-8").splitlines()))
