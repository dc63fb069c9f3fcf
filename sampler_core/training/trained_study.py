"""TrainedStudy: the candidates of a study with their runs, and how two of its rows differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.training.candidate_runs import CandidateRuns
from sampler_core.training.candidates import ADJUSTED, Candidate
from sampler_core.training.comparison import Difference, difference


class Row(NamedTuple):
    """A row of the tables: a candidate, or natural draws with post-hoc logit adjustment."""

    name: str
    candidate: Candidate
    runs: CandidateRuns
    adjusted: bool = False

    def metric(self, name: str) -> FloatArray:
        """A metric after the last epoch, shape (J,)."""
        return self.runs.metric(name, self.adjusted)[:, -1]


class TrainedStudy(NamedTuple):
    """Candidates and their runs, and what is asked of them; see `Study`. test_per_train: 0 where all share a split."""

    candidates: Sequence[Candidate]
    runs: Sequence[CandidateRuns]
    reference: str
    natural: str
    metric: str
    region: float
    test_per_train: float

    @property
    def rows(self) -> list[Row]:
        """The candidates, and the baseline that needs no other training."""
        rows = [Row(c.name, c, runs) for c, runs in zip(self.candidates, self.runs, strict=True)]
        natural = next(row for row in rows if row.name == self.natural)
        return [*rows, natural._replace(name=f"{self.natural} + {ADJUSTED}", adjusted=True)]

    def difference(self, row: Row, metric: str) -> Difference:
        """How a row differs from the reference."""
        reference = next(other for other in self.rows if other.name == self.reference)
        region = self.region if metric in ("accuracy", "balanced_accuracy") else 0.0
        extra = 0.0 if self.test_per_train else _variance_by_rows(row, reference, metric)
        of_runs = row.metric(metric) - reference.metric(metric)
        return difference(of_runs, self.test_per_train, region, len(self.rows) - 1, extra)

    def reached(self, row: Row, metric: str) -> Difference:
        """What a row reached, as a difference from nothing."""
        extra = 0.0 if self.test_per_train else _variance_by_rows(row, None, metric)
        return difference(row.metric(metric), self.test_per_train, extra=extra)


def _variance_by_rows(row: Row, reference: Row | None, metric: str) -> float:
    """The variance of a difference by the test rows there happen to be, where all runs judge the same ones."""
    if metric not in ("accuracy", "balanced_accuracy"):
        return 0.0
    gains, targets = row.runs.row_rates(row.adjusted)
    if reference is not None:
        gains = gains - reference.runs.row_rates(reference.adjusted)[0]
    if metric == "accuracy":
        return _variance_of_mean(gains)
    parts = [_variance_of_mean(gains[targets == c]) for c in np.unique(targets)]
    return sum(parts) / len(parts) ** 2


def _variance_of_mean(gains: FloatArray | IntArray) -> float:
    """A class with one sample has no deviation of its own: that of an even chance."""
    return float(gains.var(ddof=1)) / gains.size if gains.size > 1 else 0.25
