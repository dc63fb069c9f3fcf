"""Metrics: class shares -> a number for each class, each mix, or each run.

The one contract here: every figure is that of `expectations` under the plan's own scheme, by name, in one catalogue; what
a requirement limits and what a sweep shows is the same figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast import expectations, stratified_coverage
from sampler_core.forecast.expectations import Draws

Rows: TypeAlias = Callable[[FloatArray, IntArray, Draws], FloatArray]
GROUPS = ("rarest", "largest", "every")


class Metric(NamedTuple):
    """One metric.

    scope "class": shares (K, C), counts (C,) -> (K, C), class by class. "mix": -> (K,), all classes together.
    "run": shares of the run's epochs (epochs, C) -> (C,), class by class.
    better: "high", "low" or "" (neither). unit: "share" (shown as percent), "number" or "skew".
    rough: a quick stand-in for `rows` to search with, where there is one.
    """

    label: str
    unit: str
    better: str
    scope: str
    rows: Rows
    rough: Rows | None = None


def worst(metric: Metric, values: FloatArray) -> FloatArray:
    """The worst class of each row: the highest value where low is better, else the lowest; shape (K,)."""
    return np.asarray(values.max(axis=-1) if metric.better == "low" else values.min(axis=-1))


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


def _share(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return shares


def _absence(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return expectations.absence(shares, draws)


def _coverage(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return expectations.coverage(counts, shares, draws)


def _repeats(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return expectations.repeats(counts, shares, draws)


def _run_coverage(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return expectations.run_coverage(counts, shares, draws)


def _rough_run_coverage(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    if draws.scheme == "stratified":
        return stratified_coverage.rough_run_coverage(counts, shares, draws.samples, draws.batch_size)
    return expectations.run_coverage(counts, shares, draws)


def _run_repeats(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return np.asarray(expectations.repeats(counts, shares, draws).sum(axis=0))


def _share_ratio(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return expectations.share_ratio(counts, shares)


def _classes_in_batch(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return np.asarray((1.0 - expectations.absence(shares, draws)).sum(axis=-1))


def _distinct(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return np.asarray(_coverage(shares, counts, draws) @ (counts / counts.sum()))


def _balance(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return expectations.effective_classes(shares) / counts.size


def _effective_samples(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    return np.asarray(expectations.effective_sample_size(counts, shares) / counts.sum())


def _natural_distance(shares: FloatArray, counts: IntArray, draws: Draws) -> FloatArray:
    """How far from the data's own mix, as a skew: |s| for a power skew, as its prior shift spans |s| log rho."""
    present = counts > 0
    shift = expectations.prior_shift(counts, shares)[..., present]
    span = float(np.log(counts[present].max() / counts[present].min()))
    return np.asarray(np.ptp(shift, axis=-1)) / span if span > 0 else np.zeros(shares.shape[:-1])


METRICS: dict[str, Metric] = {
    "share": Metric("Class share", "share", "", "class", _share),
    "repeats": Metric("Repeats per epoch", "number", "low", "class", _repeats),
    "absence": Metric("Batches without the class", "share", "low", "class", _absence),
    "coverage": Metric("Samples seen per epoch", "share", "high", "class", _coverage),
    "run_repeats": Metric("Repeats per run", "number", "low", "run", _run_repeats),
    "run_coverage": Metric("Samples seen per run", "share", "high", "run", _run_coverage, _rough_run_coverage),
    "share_ratio": Metric("Share ratio", "number", "low", "mix", _share_ratio),
    "classes_in_batch": Metric("Classes in a batch", "number", "high", "mix", _classes_in_batch),
    "distinct": Metric("Distinct samples per epoch", "share", "high", "mix", _distinct),
    "balance": Metric("Balance", "share", "high", "mix", _balance),
    "effective_samples": Metric("Effective samples", "share", "high", "mix", _effective_samples),
    "natural_distance": Metric("Distance from the natural mix", "skew", "", "mix", _natural_distance),
}


def metric_of(name: str) -> Metric:
    """The figure of that name; `ValueError` when there is none."""
    if name not in METRICS:
        raise ValueError(f"figure must be one of {', '.join(METRICS)}, got {name!r}")
    return METRICS[name]


def quick_rows(name: str) -> Rows:
    """The rows of the figure of that name, or what stands in for them in a search."""
    metric = metric_of(name)
    return metric.rough or metric.rows
