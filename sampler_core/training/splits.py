"""Splits of a study: which rows train, which tell an adaptive target how it goes, which are judged.

The one contract here: every plan of a study meets the same splits, and no row is trained on and judged in one split.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, IntArray
from sampler_core.data.plain_values import check_number, whole_number
from sampler_core.plans.registry import Catalogue
from sampler_core.training.labelled_features import LabelledFeatures

SPLITTERS = Catalogue("splits")
INNER_PART = 0.2  # of a training part, what an adaptive target reads


class Split(NamedTuple):
    """Rows, ascending. validation: the inner part of the training part, () unless an adaptive target needs one.
    seed: of initial weights and, with the plan's own, of the draws."""

    train: IntArray
    validation: IntArray
    test: IntArray
    repeat: int
    seed: int


@SPLITTERS.entry("folds")
@dataclass(frozen=True, slots=True)
class Folds:
    """Repeated stratified k-fold, by scikit-learn. k is lowered to the size of the smallest class that has two samples;
    a class with one sample is always trained on, never judged."""

    folds: int = 5
    repeats: int = 5

    def __post_init__(self) -> None:
        whole_number("folds", self.folds, 2, 1000)
        whole_number("repeats", self.repeats, 1, 1000)

    def folds_of(self, data: LabelledFeatures) -> int:
        """k for these data."""
        return min(self.folds, int(data.class_counts.counts[data.y[data.rows_to_judge]].min()))

    def parts(self, data: LabelledFeatures, seed: int) -> Iterator[tuple[BoolArray, int]]:
        """Which rows are judged in each split, and its repeat."""
        from sklearn.model_selection import RepeatedStratifiedKFold

        rows, folds = data.rows_to_judge, self.folds_of(data)
        splitter = RepeatedStratifiedKFold(n_splits=folds, n_repeats=self.repeats, random_state=seed)
        for number, (_, test) in enumerate(splitter.split(rows, data.y[rows])):
            yield _marked(rows[test], data), number // folds


@SPLITTERS.entry("hold_out")
@dataclass(frozen=True, slots=True)
class HoldOut:
    """Stratified random splits, by scikit-learn; `test` is the part that is judged."""

    splits: int = 10
    test: float = 0.3

    def __post_init__(self) -> None:
        whole_number("splits", self.splits, 2, 1000)
        check_number("test", self.test, "a number from 0.05 to 0.95", 0.05, 0.95)

    def parts(self, data: LabelledFeatures, seed: int) -> Iterator[tuple[BoolArray, int]]:
        """Which rows are judged in each split, and its repeat."""
        from sklearn.model_selection import StratifiedShuffleSplit

        rows = data.rows_to_judge
        splitter = StratifiedShuffleSplit(n_splits=self.splits, test_size=self.test, random_state=seed)
        for number, (_, test) in enumerate(splitter.split(rows, data.y[rows])):
            yield _marked(rows[test], data), number


@SPLITTERS.entry("given")
@dataclass(frozen=True, slots=True)
class Given:
    """The data's own split, under several seeds."""

    seeds: int = 10

    def __post_init__(self) -> None:
        whole_number("seeds", self.seeds, 2, 1000)

    def parts(self, data: LabelledFeatures, seed: int) -> Iterator[tuple[BoolArray, int]]:
        """Which rows are judged in each split, and its repeat."""
        is_test = np.zeros(data.y.size, dtype=np.bool_) if data.is_test is None else data.is_test
        for number in range(self.seeds):
            yield is_test, number


Splits = Folds | HoldOut | Given


def splits_of(data: LabelledFeatures, splits: Splits, seed: int = 0, with_inner_part: bool = False) -> list[Split]:
    """The splits of a study; `ValueError` for data that cannot be split so."""
    made = []
    for number, (is_test, repeat) in enumerate(splits.parts(data, seed)):
        of_split, of_inner_part = (int(word) for word in np.random.SeedSequence([seed, number]).generate_state(2))
        is_validation = _inner_part(data, ~is_test, of_inner_part) if with_inner_part else np.zeros_like(is_test)
        rows = [np.flatnonzero(part) for part in (~is_test & ~is_validation, is_validation, is_test)]
        made.append(Split(rows[0], rows[1], rows[2], repeat, of_split))
    return made


def inner_splits(
    data: LabelledFeatures, outer: Split, splits: Splits, seed: int, with_inner_part: bool = False
) -> list[Split]:
    """Splits of the training part of a split, as rows of the same data: the rows it judges are in none of them."""
    rows = np.sort(np.concatenate([outer.train, outer.validation]))
    part = LabelledFeatures(data.X[rows, :1], data.y[rows], data.names)  # a column does: splits depend on the classes
    return [
        split._replace(train=rows[split.train], validation=rows[split.validation], test=rows[split.test])
        for split in splits_of(part, splits, seed, with_inner_part)
    ]


def judged_per_trained(splits: Sequence[Split]) -> float:
    """n_test / n_train, the mean over splits."""
    ratios = [split.test.size / (split.train.size + split.validation.size) for split in splits]
    return sum(ratios) / len(ratios)


def _marked(rows: IntArray, data: LabelledFeatures) -> BoolArray:
    marks = np.zeros(data.y.size, dtype=np.bool_)
    marks[rows] = True
    return marks


def _inner_part(data: LabelledFeatures, is_train: BoolArray, seed: int) -> BoolArray:
    """A fifth of each class's training rows, rounded down: a class of fewer than five tells nothing."""
    generator, chosen = np.random.default_rng(seed), np.zeros_like(is_train)
    for c in range(data.class_counts.num_classes):
        rows = np.flatnonzero(is_train & (data.y == c))
        chosen[generator.permutation(rows)[: int(INNER_PART * rows.size)]] = True
    return chosen
