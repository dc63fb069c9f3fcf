"""The catalogue of metrics: class shares -> a number for each class, each mix, or each run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.expectations import (
    Draws,
    absence,
    coverage,
    effective_classes,
    effective_sample_size,
    least_coverage,
    prior_shift,
    repeats,
    run_coverage,
    share_ratio,
)
from sampler_core.forecast.stratified_coverage import approximate_run_coverage

Formula: TypeAlias = Callable[[IntArray, FloatArray, Draws], FloatArray]
GROUPS = ("rarest", "largest", "every")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    scope: "class": counts (C,), shares (K, C) -> (K, C), class by class. "mix": -> (K,), all classes together.
    "run": shares of the run's epochs (epochs, C) -> (C,), class by class.
    better: "high", "low" or "" (neither). unit: "share" (shown as percent), "number" or "skew".
    approximation: a faster formula to search with, where there is one. in_run: the formula for the epochs of a run in
    their order, where an epoch's value depends on the earlier ones; `formula` is then what holds whatever these are.
    """

    label: str
    unit: str
    better: str
    scope: str
    formula: Formula
    approximation: Formula | None = None
    in_run: Formula | None = None

    @property
    def search_formula(self) -> Formula:
        """The approximation, or the formula where there is none."""
        return self.approximation or self.formula

    def values(self, shares: FloatArray, counts: ClassCounts, classes: IntArray, draws: Draws) -> FloatArray:
        """The values for each row of shares (one row for a run) and each class (one column for a mix); 2-D."""
        if self.scope == "mix":
            return self.formula(counts.counts, shares, draws)[..., None]
        return np.atleast_2d(self.formula(counts.counts[classes], shares[..., classes], draws))

    def of_run(self, shares: FloatArray, counts: ClassCounts, classes: IntArray, draws: Draws) -> FloatArray:
        """`values` for the shares of all epochs of a run, (epochs, ..., num_classes): of one run or of several."""
        return replace(self, formula=self.in_run or self.formula).values(shares, counts, classes, draws)

    def worst(self, values: FloatArray) -> FloatArray:
        """The worst class of each row: the highest value where low is better, else the lowest; shape (K,)."""
        return np.asarray(values.max(axis=-1) if self.better == "low" else values.min(axis=-1))


def columns(counts: ClassCounts, group: str, class_name: ClassName | None = None) -> IntArray:
    """Positions of the named class, or of the rarest / the largest / every class that is not empty.

    Of equal classes the first. `ValueError` for a class that is not there or is empty, and for an unknown group.
    """
    if class_name is not None:
        position = counts.position(class_name)
        if counts.counts[position] == 0:
            raise ValueError(f"class must have samples, got {class_name!r}, which is empty")
        return np.array([position])
    if group not in GROUPS:
        raise ValueError(f"group must be one of {', '.join(GROUPS)}, got {group!r}")
    if group == "every":
        return np.flatnonzero(counts.counts > 0)
    return np.array([counts.rarest if group == "rarest" else counts.largest])


def _run_coverage_to_search(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    if draws.scheme == "stratified":
        return approximate_run_coverage(counts, shares, draws.samples, draws.batch_size)
    return run_coverage(counts, shares, draws)


def _natural_distance(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """How far from the data's own mix, as a skew: |s| for a power skew, as its prior shift spans |s| log rho."""
    present = counts > 0
    shift = prior_shift(counts, shares)[..., present]
    span = float(np.log(counts[present].max() / counts[present].min()))
    return np.asarray(np.ptp(shift, axis=-1)) / span if span > 0 else np.zeros(shares.shape[:-1])


METRICS: dict[str, Metric] = {
    "share": Metric("Class share", "share", "", "class", lambda n, p, draws: p),
    "repeats": Metric("Repeats per epoch", "number", "low", "class", repeats),
    "absence": Metric("Batches without the class", "share", "low", "class", lambda n, p, d: absence(p, d)),
    "coverage": Metric("Samples seen per epoch", "share", "high", "class", least_coverage, in_run=coverage),
    "run_repeats": Metric("Repeats per run", "number", "low", "run", lambda n, p, d: repeats(n, np.sum(p, axis=0), d)),
    "run_coverage": Metric("Samples seen per run", "share", "high", "run", run_coverage, _run_coverage_to_search),
    "share_ratio": Metric("Share ratio", "number", "low", "mix", lambda n, p, d: share_ratio(n, p)),
    "classes_in_batch": Metric(
        "Classes in a batch", "number", "high", "mix", lambda n, p, d: np.sum(1.0 - absence(p, d), axis=-1)
    ),
    "distinct": Metric(
        "Distinct samples per epoch",
        "share",
        "high",
        "mix",
        lambda n, p, d: least_coverage(n, p, d) @ (n / n.sum()),
        in_run=lambda n, p, d: coverage(n, p, d) @ (n / n.sum()),
    ),
    "balance": Metric("Balance", "share", "high", "mix", lambda n, p, d: effective_classes(p) / n.size),
    "effective_samples": Metric(
        "Effective samples", "share", "high", "mix", lambda n, p, d: effective_sample_size(n, p) / n.sum()
    ),
    "natural_distance": Metric("Distance from the natural mix", "skew", "", "mix", _natural_distance),
}


def metric_of(name: str) -> Metric:
    """The metric of that name; `ValueError` when there is none."""
    if name not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, got {name!r}")
    return METRICS[name]
