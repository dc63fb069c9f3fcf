"""Class counts of published data sets, bundled as tables with their sources.

The one contract here: adding a table is one CSV file in `published_tables/` and its row in `index.csv` there.
"""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import class_names
from sampler_core.datasets.synthetic import cifar_lt


class PublishedDataset(NamedTuple):
    """A row of the index. unit: what one sample is; largest: samples of the largest class; ratio: n_max / n_min, as
    published; by_formula: whether the counts come from a formula of the ratio (the long-tailed CIFARs), so that `load`
    takes another one."""

    name: str
    title: str
    unit: str
    classes: int
    samples: int
    largest: int
    ratio: float
    by_formula: bool
    source: str


@cache
def published_datasets() -> tuple[PublishedDataset, ...]:
    """The bundled tables, in the order of the index."""
    return tuple(
        PublishedDataset(
            row["name"], row["title"], row["unit"], int(row["classes"]), int(row["samples"]), int(row["largest"]),
            float(row["ratio"]), row["by_formula"] == "yes", row["source"],
        )
        for row in _table_rows("index")
    )  # fmt: skip


@lru_cache(maxsize=1000)
def load(name: str, ratio: float | None = None) -> ClassCounts:
    """The class counts of a bundled table, classes in the order of the data set's own list.

    ratio: the imbalance ratio, for a data set whose counts come from a formula of it; None: as published.
    Numbered classes (0, 1, 2, ...) get integer names, so that the table and integer labels of the same data have the
    same canonical order and therefore the same draws. `ValueError` where there is no table of that name, or the data
    set is not to be had at this ratio.
    """
    published = {dataset.name: dataset for dataset in published_datasets()}
    if name not in published:
        raise ValueError(f"data set must be one of {', '.join(published)}, got {name!r}")
    table_rows = _table_rows(name)
    table_classes = class_names([row["class"] for row in table_rows])
    table_counts = [int(row["count"]) for row in table_rows]
    if ratio is not None:
        if not published[name].by_formula:
            raise ValueError(f"ratio must be None for {name}, whose counts are fixed, got {ratio}")
        table_counts = cifar_lt(len(table_counts), max(table_counts), ratio).counts.tolist()
    return ClassCounts.from_counts(dict(zip(table_classes, table_counts, strict=True)))


def published_dataset(name: str) -> PublishedDataset:
    """What the index says of a bundled table; `StopIteration` where there is none of that name."""
    return next(dataset for dataset in published_datasets() if dataset.name == name)


def _table_rows(table: str) -> list[dict[str, str]]:
    published_table = files(__package__) / "published_tables" / f"{table}.csv"
    return list(csv.DictReader(published_table.read_text(encoding="utf-8").splitlines()))
