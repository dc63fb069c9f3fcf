"""LabelledFeatures: what a study trains on, one row of numbers and one class per sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import BoolArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import encode_labels
from sampler_core.data.plain_values import ClassName, array_of_tensor
from sampler_core.formatting import listed, percent, quoted, several

MOST_COLUMNS, MOST_BYTES, MOST_CLASSES = 4096, 512 << 20, 1000
OTHER_SHARES = 0.1  # of the test rows would need another class, for the shares of the training rows


class GapError(ValueError):
    """Values are missing or infinite. found: where, in words."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found}: LabelledFeatures.without_gaps leaves them out")
        self.found = found


@dataclass(frozen=True, eq=False)
class LabelledFeatures:
    """Features and classes of N samples.

    X: shape (N, D), numbers, kept as float32; at most 4,096 columns and 512 MB. y: labels, shape (N,) (see
    `encode_labels`), kept as codes, int64. names: of the classes, where the labels are codes of them. is_test: shape
    (N,), rows that are only judged, where the data come with a split. `ValueError` that names row and column of a value
    that is not finite; `without_gaps` leaves such rows out. notes: sentences on what a study will not be able to tell.
    """

    X: NDArray[np.float32]
    y: IntArray
    names: tuple[ClassName, ...] | None = None
    is_test: BoolArray | None = None
    title: str = "the features"
    columns: tuple[str, ...] | None = None
    left_out: str = ""

    def __post_init__(self) -> None:
        features = _checked_features(self.X)
        encoded = encode_labels(self.y, self.names)
        if encoded.codes.size != len(features):
            raise ValueError(f"y must have one label per row of X ({len(features):,}), got {encoded.codes.size:,}")
        if len(encoded.names) > MOST_CLASSES or np.count_nonzero(encoded.counts) < 2:
            raise ValueError(
                f"y must have from 2 to {MOST_CLASSES:,} classes, got {np.count_nonzero(encoded.counts):,}"
            )
        first = _first_gap(features)
        if first is not None:
            row, column = first
            gaps = several(int((~np.isfinite(features).all(axis=1)).sum()), "row has", "rows have")
            raise GapError(
                f"X must be finite, got {features[row, column]} in row {row:,}, column {self._column(column)}; {gaps} "
                "such values"
            )
        object.__setattr__(self, "X", features)
        object.__setattr__(self, "y", encoded.codes.astype(np.int64))
        object.__setattr__(self, "names", encoded.names)
        if self.is_test is not None:
            object.__setattr__(self, "is_test", _checked_split(self.is_test, len(features)))

    @classmethod
    def without_gaps(cls, X: Any, y: Any, is_test: Any = None, **others: Any) -> LabelledFeatures:
        """The rows whose features are all finite; `left_out` says how many were not."""
        features, labels = np.asarray(X), np.asarray(y)
        whole = np.isfinite(features).all(axis=1)
        gone = int((~whole).sum())
        left_out = f"{several(gone, 'row was', 'rows were')} left out: a value is missing or infinite." if gone else ""
        is_test = None if is_test is None else np.asarray(is_test)[whole]
        return cls(features[whole], labels[whole], is_test=is_test, left_out=left_out, **others)

    @cached_property
    def class_counts(self) -> ClassCounts:
        """The classes and their sample counts over all rows."""
        names = self.names or ()
        return ClassCounts(names, np.bincount(self.y, minlength=len(names)).astype(np.int64))

    @property
    def training_counts(self) -> ClassCounts:
        """The classes and their sample counts in the training part; over all rows where there is no split."""
        trained = self.y if self.is_test is None else self.y[~self.is_test]
        names = self.names or ()
        return ClassCounts(names, np.bincount(trained, minlength=len(names)).astype(np.int64))

    @property
    def rows_to_judge(self) -> IntArray:
        """Rows whose class has a second sample, so that one can be trained on while the other is judged.

        `ValueError` where there are none.
        """
        rows = np.flatnonzero(self.class_counts.counts[self.y] > 1)
        if not rows.size:
            raise ValueError("y must have a class with two samples, one to train on and one to judge, got none")
        return rows

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and what a study cannot tell."""
        notes, counts = [self.left_out] if self.left_out else [], self.class_counts
        constant = np.flatnonzero(self.X.max(axis=0) == self.X.min(axis=0))
        if constant.size:
            columns = listed([self.columns[c] if self.columns is not None else int(c) for c in constant])
            notes.append(f"{several(constant.size, 'column has', 'columns have')} one value in all rows: {columns}.")
        if single := [name for name, n in zip(counts.names, counts.counts, strict=True) if n == 1]:
            notes.append(f"Classes with one sample are trained on and never judged: {listed(single)}.")
        if counts.empty:
            notes.append(f"Classes without a sample: {listed(counts.empty)}.")
        if self.is_test is not None:
            notes += self._missing_from(self.is_test, "test") + self._missing_from(~self.is_test, "training")
            notes += self._other_shares_in_test(self.is_test)
        return tuple(notes)

    def _other_shares_in_test(self, is_test: BoolArray) -> list[str]:
        counts = [np.bincount(self.y[part], minlength=self.class_counts.num_classes) for part in (~is_test, is_test)]
        trained, judged = (count / count.sum() for count in counts)
        if abs(trained - judged).sum() / 2 < OTHER_SHARES:
            return []
        most = int(trained.argmax())
        name, shares = listed([self.class_counts.names[most]]), (float(judged[most]), float(trained[most]))
        return [
            f"The test rows have other class shares than the training rows ({name} {percent(shares[0])}, "
            f"in training {percent(shares[1])}). Accuracy and log loss are for these test rows: on data mixed as in "
            "training, balanced draws gain less accuracy, or lose some."
        ]

    def _missing_from(self, part: BoolArray, name: str) -> list[str]:
        there = np.bincount(self.y[part], minlength=self.class_counts.num_classes)
        missing = np.flatnonzero((there == 0) & (self.class_counts.counts > 0))
        classes = listed(self.class_counts.names[c] for c in missing)
        return [f"Classes that are missing from the {name} part: {classes}."] if missing.size else []

    def _column(self, column: int) -> str:
        return quoted(self.columns[column]) if self.columns is not None else f"{column:,}"


def check_size(rows: int, columns: int, itemsize: int = 4) -> None:
    """`ValueError` for more features than are taken; called before they are read, too."""
    if columns > MOST_COLUMNS:
        raise ValueError(
            f"X must have at most {MOST_COLUMNS:,} columns, got {columns:,}: reduce them, by PCA for example"
        )
    if rows * columns * itemsize > MOST_BYTES:
        size = f"{rows * columns * itemsize / (1 << 20):,.0f} MB"
        raise ValueError(f"X must be at most {MOST_BYTES >> 20} MB, got {size}: take fewer rows or columns")


def _checked_features(given: Any) -> NDArray[np.float32]:
    features = array_of_tensor(given, "X") if hasattr(given, "detach") else np.asarray(given)
    if features.ndim != 2 or 0 in features.shape:
        raise ValueError(f"X must be one row of numbers per sample (2-D), got shape {features.shape}")
    if features.dtype.kind not in "biuf":
        raise TypeError(f"X must be numbers, got {features.dtype}")
    check_size(*features.shape)
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and said
        return np.ascontiguousarray(features, dtype=np.float32)


def _first_gap(features: NDArray[np.float32]) -> tuple[int, int] | None:
    if np.isfinite(features.sum(dtype=np.float64)):
        return None
    row, column = np.argwhere(~np.isfinite(features))[0]
    return int(row), int(column)


def _checked_split(is_test: Any, rows: int) -> BoolArray:
    marks = np.asarray(is_test)
    if marks.shape != (rows,) or marks.dtype != np.bool_:
        raise ValueError(f"is_test must be {rows:,} truth values, got {marks.dtype} of shape {marks.shape}")
    if marks.all() or not marks.any():
        raise ValueError("is_test must be true of some rows and false of others")
    return marks


def columns_or_none(columns: Sequence[str] | None) -> tuple[str, ...] | None:
    """Names of columns as text."""
    return None if columns is None else tuple(map(str, columns))
