"""Small real data sets with features, bundled: a study of them takes seconds.

The one contract here: adding one is an .npz file in `published_features/` (X, y, class_names, where there is a split
is_test, and train_lt<ratio> for long tails) and its row in `index.csv` there, which holds source and licence.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np

from sampler_core.training.labelled_features import LabelledFeatures

DEFAULT = "page_blocks"


class PublishedFeatures(NamedTuple):
    """A row of the index. long_tails: imbalance ratios of the long-tailed training parts there are."""

    name: str
    title: str
    rows: int
    columns: int
    classes: int
    long_tails: tuple[int, ...]
    source: str


@cache
def published_features() -> tuple[PublishedFeatures, ...]:
    """The bundled sets, in the order of the index."""
    index = files(__package__) / "published_features" / "index.csv"
    return tuple(
        PublishedFeatures(
            row["name"], row["title"], int(row["rows"]), int(row["columns"]), int(row["classes"]),
            tuple(map(int, row["long_tails"].split())), row["source"],
        )
        for row in csv.DictReader(index.read_text(encoding="utf-8").splitlines())
    )  # fmt: skip


def load_features(name: str = DEFAULT, long_tail: int | None = None, with_split: bool = False) -> LabelledFeatures:
    """A bundled set; `ValueError` where there is none of that name.

    long_tail: an imbalance ratio of `PublishedFeatures.long_tails`: training rows fall exponentially from class to
    class, test rows are balanced, and the split is the data's own. with_split: with the split in the file, which the
    publishers gave optdigits and chance the others; else a study makes its own.
    """
    found = {entry.name: entry for entry in published_features()}.get(name)
    if found is None:
        raise ValueError(f"features must be one of {', '.join(e.name for e in published_features())}, got {name!r}")
    if long_tail is not None and long_tail not in found.long_tails:
        must = f"one of {', '.join(map(str, found.long_tails))}" if found.long_tails else "None"
        raise ValueError(f"long_tail must be {must} for {name}, got {long_tail!r}")
    with as_file(files(__package__) / "published_features" / f"{name}.npz") as path, np.load(path) as arrays:
        rows = np.ones(len(arrays["y"]), dtype=np.bool_)
        if long_tail is not None:
            rows = arrays[f"train_lt{long_tail}"] | arrays["is_test"]
        return LabelledFeatures(
            arrays["X"][rows],
            arrays["y"][rows],
            names=tuple(arrays["class_names"].tolist()),
            is_test=arrays["is_test"][rows] if with_split or long_tail is not None else None,
            title=found.title if long_tail is None else f"{found.title}, long tail {long_tail}",
            columns=tuple(arrays["feature_names"].tolist()),
        )
