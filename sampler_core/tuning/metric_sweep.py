"""Sweeps: a metric over a grid of linear schedules.

The one contract here: a value is the metric of the plan with that schedule, limits included, to within the `error` that
comes with it (0: nothing was interpolated).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.metrics import Metric, columns, metric_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.values_by_skew import Progress, no_progress, partial_progress, values_at_skews

_SWEPT_SHARES_PER_PIECE = 1 << 16  # more of them leave the processor's cache
_SWEPT_RUNS_PER_PIECE = 128  # between two progress reports, at most


class Sweep(NamedTuple):
    """values: float64, shape (skews, increments). error: of interpolation, at most, in the metric's unit; 0: exact."""

    skews: FloatArray
    increments: FloatArray
    values: FloatArray
    error: float


def sweep(
    plan: SamplingPlan,
    counts: CountsLike,
    metric_name: str,
    skews: Sequence[float] | FloatArray,
    increments: Sequence[float] | FloatArray,
    at: int | str = "mean",
    group: str = "rarest",
    class_name: ClassName | None = None,
    progress: Progress = no_progress,
) -> Sweep:
    """A metric for every linear schedule s(e) = skew + e increment, with the plan's own limits on the skew.

    metric_name: a key of `METRICS`. at: an epoch, or "mean", "least", "greatest" over the run (ignored for metrics of
    the whole run). group, class_name: of which class; "every": the worst one. progress: called with 0..1 between pieces
    of work; an exception from it ends the sweep. Exact while all distinct skews together make at most
    `values_by_skew.MAX_EXACT_SHARES` class shares, which axes with common steps seldom exceed; beyond, interpolated.
    `ValueError`: unknown metric, class or `at`; "every" class for a metric of the whole run; no epochs or batch size.
    """
    counts = as_class_counts(counts)
    metric = metric_of(metric_name)
    swept_classes = swept_classes_of(counts, metric, group, class_name)
    skews, increments = np.asarray(skews, dtype=np.float64), np.asarray(increments, dtype=np.float64)
    swept_runs = clamped_skews(
        plan, skews[:, None, None] + increments[None, :, None] * swept_epochs_of(plan, metric, at)
    )
    by_skew = SharesBySkew(plan, counts, table=False)
    if metric.scope == "run":
        ((values, error),) = run_metric_values(by_skew, swept_runs, [(metric, int(swept_classes[0]))], progress)
        return Sweep(skews, increments, values, error)
    if metric.in_run and plan.drawing == "stratified":
        epochs = np.arange(plan.epochs or 1 if isinstance(at, str) else at + 1)
        swept_runs = clamped_skews(plan, skews[:, None, None] + increments[None, :, None] * epochs)
        return Sweep(skews, increments, *_values_in_runs(by_skew, swept_runs, metric, swept_classes, at, progress))
    swept_skews, skew_index = np.unique(np.round(swept_runs, 10), return_inverse=True)

    def values_at(part: FloatArray) -> FloatArray:
        return metric.worst(metric.values(by_skew.shares_at(part), counts, swept_classes, by_skew.draws))

    table, errors = values_at_skews(by_skew, swept_skews, values_at, progress)
    return Sweep(
        skews, increments, aggregated_over_epochs(table[skew_index.reshape(swept_runs.shape)], at), float(errors.max())
    )


def run_metric_values(
    by_skew: SharesBySkew, swept_runs: FloatArray, asked: Sequence[tuple[Metric, int]], progress: Progress
) -> list[tuple[FloatArray, float]]:
    """Metrics of the whole run, each of one class, for many runs at once: values (...,) and their error.

    swept_runs: skews, shape (..., epochs). asked: metric and class position. Shares are computed once for all of them.
    """
    swept_skews, skew_index = np.unique(np.round(swept_runs, 10), return_inverse=True)
    skew_index, positions = skew_index.reshape(-1, swept_runs.shape[-1]), [position for _, position in asked]
    half = partial_progress(progress, 0.0, 0.5)
    tables, errors = values_at_skews(by_skew, swept_skews, lambda part: by_skew.shares_at(part)[:, positions], half)
    found = []
    for i, (metric, position) in enumerate(asked):
        table, n = tables[:, i], int(by_skew.counts.counts[position])
        ends = [table, table - errors[:, i], table + errors[:, i]] if errors.any() else [table]
        metric_progress = partial_progress(progress, 0.5 + 0.5 * i / len(asked), 0.5 + 0.5 * (i + 1) / len(asked))
        parts = []
        for begin in range(0, len(skew_index), _SWEPT_RUNS_PER_PIECE):
            metric_progress(begin / len(skew_index))
            shares = (np.clip(end[skew_index[begin : begin + _SWEPT_RUNS_PER_PIECE]].T, 0.0, 1.0) for end in ends)
            parts.append([metric.formula(np.full(rows.shape[1], n), rows, by_skew.draws) for rows in shares])
        values, *others = np.concatenate(parts, axis=1).reshape(len(ends), *swept_runs.shape[:-1])
        found.append((values, max((float(np.abs(other - values).max()) for other in others), default=0.0)))
    progress(1.0)
    return found


def _values_in_runs(
    by_skew: SharesBySkew,
    swept_runs: FloatArray,
    metric: Metric,
    swept_classes: IntArray,
    at: int | str,
    progress: Progress,
) -> tuple[FloatArray, float]:
    """A metric whose epochs depend on the earlier ones: values (skews, increments) and their error.

    swept_runs: skews, (skews, increments, epochs); of an epoch `at`, those up to it.
    """
    swept_skews, skew_index = np.unique(np.round(swept_runs, 10), return_inverse=True)
    skew_index = skew_index.reshape(-1, swept_runs.shape[-1])
    used = swept_classes if metric.scope == "class" else np.arange(by_skew.counts.num_classes)
    half = partial_progress(progress, 0.0, 0.5)
    table, errors = values_at_skews(by_skew, swept_skews, lambda part: by_skew.shares_at(part)[:, used], half)
    ends = [table, table - errors, table + errors] if errors.any() else [table]
    piece, parts = max(1, _SWEPT_SHARES_PER_PIECE // (skew_index.shape[1] * used.size)), []
    for begin in range(0, len(skew_index), piece):
        progress(0.5 + 0.5 * begin / len(skew_index))
        some = skew_index[begin : begin + piece].T
        courses = [_metric_course(metric, np.clip(end[some], 0.0, 1.0), used, by_skew) for end in ends]
        parts.append(
            [course[-1] if isinstance(at, int) else aggregated_over_epochs(course.T, at) for course in courses]
        )
    progress(1.0)
    values, *others = np.concatenate(parts, axis=1).reshape(len(ends), *swept_runs.shape[:-1])
    return values, max((float(np.abs(other - values).max()) for other in others), default=0.0)


def _metric_course(metric: Metric, shares: FloatArray, used: IntArray, by_skew: SharesBySkew) -> FloatArray:
    """The metric of each epoch of several runs, (epochs, runs); shares: (epochs, runs, classes used)."""
    formula, n = metric.in_run or metric.formula, by_skew.counts.counts[used]
    values = formula(n, shares, by_skew.draws)
    return metric.worst(values) if metric.scope == "class" else values


# --- one metric ------------------------------------------------------------------------------------------------------


def swept_classes_of(counts: ClassCounts, metric: Metric, group: str, class_name: ClassName | None) -> Any:
    """Positions of the classes; `ValueError` for every class with a metric of the whole run."""
    if metric.scope == "run" and group == "every" and class_name is None:
        raise ValueError(f"group must be rarest or largest for {metric.label.lower()}, got 'every'")
    return columns(counts, group, class_name)


def swept_epochs_of(plan: SamplingPlan, metric: Metric, at: int | str) -> Any:
    """The epochs from which the metric at an epoch, or aggregated over the run, is computed."""
    if plan.epochs is None:
        raise ValueError("epochs must be given to speak of a run, got None")
    if isinstance(at, str):
        if at not in ("mean", "least", "greatest"):
            raise ValueError(f'at must be an epoch, "mean", "least" or "greatest", got {at!r}')
        return np.arange(plan.epochs)
    if not 0 <= at < plan.epochs:
        raise ValueError(f"at must be an epoch from 0 to {plan.epochs - 1}, got {at!r}")
    return np.arange(plan.epochs) if metric.scope == "run" else np.array([at])


def aggregated_over_epochs(values: FloatArray, at: int | str) -> FloatArray:
    """The mean, or the least or greatest value, over the last axis."""
    aggregate = {"least": np.min, "greatest": np.max}.get(str(at), np.mean)
    return np.asarray(aggregate(values, axis=-1))


def linear_skew_limits(plan: SamplingPlan) -> tuple[float | None, float | None]:
    """The minimum and maximum of the plan's linear schedule; None where it has none."""
    own = skew_schedule(plan.target)
    return (own.minimum, own.maximum) if isinstance(own, Linear) else (None, None)


def clamped_skews(plan: SamplingPlan, skews: FloatArray) -> FloatArray:
    """Skews clamped to the plan's own limits, as `Linear` does."""
    low, high = linear_skew_limits(plan)
    return np.clip(skews, -np.inf if low is None else low, np.inf if high is None else high)
