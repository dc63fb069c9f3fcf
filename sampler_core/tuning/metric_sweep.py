"""Sweeps: a metric over a grid of linear schedules.

The one contract here: a value is the metric of the plan with that schedule, limits included, to within the `error` that
comes with it (0: nothing was interpolated).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.metrics import Metric, columns, metric_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning.shares_by_skew import SharesBySkew

Progress = Callable[[float], None]
MAX_EXACT_SHARES = {False: 8_000_000, True: 5_000_000}  # without limits, and with: some 0.5 s of work
MIN_EXACT_SKEWS = 1_001
_SWEPT_SHARES_PER_PIECE = 1 << 16  # more of them leave the processor's cache
_SWEPT_SKEWS_PER_PIECE, _SWEPT_RUNS_PER_PIECE = 2048, 128  # between two progress reports, at most
_PROGRESS_REPORTS = 16  # of progress through skews, at least


def no_progress(fraction: float) -> None:
    """No progress callback."""


def partial_progress(progress: Progress, begin: float, end: float) -> Progress:
    """A callback for a step that takes the work from fraction `begin` to fraction `end`."""
    return lambda fraction: progress(begin + (end - begin) * fraction)


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
    `MAX_EXACT_SHARES` class shares, which axes with common steps seldom exceed; beyond, interpolated.
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
    swept_skews, skew_index = np.unique(np.round(swept_runs, 10), return_inverse=True)

    def values_at(part: FloatArray) -> FloatArray:
        return metric.worst(metric.values(by_skew.shares_at(part), counts, swept_classes, by_skew.draws))

    table, errors = _swept_values(by_skew, swept_skews, values_at, progress)
    swept_values = aggregated_over_epochs(table[skew_index.reshape(swept_runs.shape)], at)
    return Sweep(skews, increments, swept_values, float(errors.max()))


def run_metric_values(
    by_skew: SharesBySkew, swept_runs: FloatArray, swept_metrics: Sequence[tuple[Metric, int]], progress: Progress
) -> list[tuple[FloatArray, float]]:
    """Metrics of the whole run, each of one class, for many runs at once: values (...,) and their error.

    runs: skews, shape (..., epochs). asked: metric and class position. Shares are computed once for all of them.
    """
    swept_skews, skew_index = np.unique(np.round(swept_runs, 10), return_inverse=True)
    skew_index, positions = skew_index.reshape(-1, swept_runs.shape[-1]), [position for _, position in swept_metrics]
    half = partial_progress(progress, 0.0, 0.5)
    tables, errors = _swept_values(by_skew, swept_skews, lambda part: by_skew.shares_at(part)[:, positions], half)
    run_values = []
    for i, (metric, position) in enumerate(swept_metrics):
        table, n = tables[:, i], int(by_skew.counts.counts[position])
        ends = [table, table - errors[:, i], table + errors[:, i]] if errors.any() else [table]
        metric_progress = partial_progress(
            progress, 0.5 + 0.5 * i / len(swept_metrics), 0.5 + 0.5 * (i + 1) / len(swept_metrics)
        )
        parts = []
        for begin in range(0, len(skew_index), _SWEPT_RUNS_PER_PIECE):
            metric_progress(begin / len(skew_index))
            run_shares = (np.clip(end[skew_index[begin : begin + _SWEPT_RUNS_PER_PIECE]].T, 0.0, 1.0) for end in ends)
            parts.append([metric.formula(np.full(rows.shape[1], n), rows, by_skew.draws) for rows in run_shares])
        values, *others = np.concatenate(parts, axis=1).reshape(len(ends), *swept_runs.shape[:-1])
        run_values.append((values, max((float(np.abs(other - values).max()) for other in others), default=0.0)))
    progress(1.0)
    return run_values


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
    linear_schedule = skew_schedule(plan.target)
    return (linear_schedule.minimum, linear_schedule.maximum) if isinstance(linear_schedule, Linear) else (None, None)


def clamped_skews(plan: SamplingPlan, skews: FloatArray) -> FloatArray:
    """Skews clamped to the plan's own limits, as `Linear` does."""
    low, high = linear_skew_limits(plan)
    return np.clip(skews, -np.inf if low is None else low, np.inf if high is None else high)


# --- many skews ------------------------------------------------------------------------------------------------------


def _swept_values(
    by_skew: SharesBySkew, skews: FloatArray, values_at: Callable[[FloatArray], FloatArray], progress: Progress
) -> tuple[FloatArray, FloatArray]:
    """values_at(skews), a value or a row of values for each skew, exact or interpolated; and the error of each.

    The error is twice that of every second knot, interpolated between its neighbours. As these knots are used too,
    smooth values are off by far less, and values with a corner (at a cap, say) by no more.
    """
    most_exact = max(MIN_EXACT_SKEWS, MAX_EXACT_SHARES[by_skew.limited] // by_skew.counts.num_classes)
    skews_per_piece = max(1, _SWEPT_SHARES_PER_PIECE // by_skew.counts.num_classes)
    skews_per_piece = min(_SWEPT_SKEWS_PER_PIECE, skews_per_piece, -(-skews.size // _PROGRESS_REPORTS))
    if skews.size <= most_exact:
        values = _swept_in_pieces(skews, skews_per_piece, values_at, progress)
        return values, np.zeros(values.shape)
    knots = np.linspace(skews[0], skews[-1], most_exact // 2 * 2 + 1)
    exact_values = _swept_in_pieces(knots, skews_per_piece, values_at, progress)
    errors = 2.0 * np.abs(_between_knots(knots[1::2], knots[::2], exact_values[::2]) - exact_values[1::2])
    return _between_knots(skews, knots, exact_values), errors[knots[2:-1:2].searchsorted(skews)]


def _between_knots(skews: FloatArray, knots: FloatArray, values: FloatArray) -> FloatArray:
    """Linear interpolation, of the logarithm where all values have one (it is straighter); column by column."""
    if values.ndim == 2:
        return np.stack([_between_knots(skews, knots, column) for column in values.T], axis=1)
    if np.all(values > 0) and np.all(np.isfinite(values)):
        return np.exp(np.interp(skews, knots, np.log(values)))
    return np.interp(skews, knots, values)


def _swept_in_pieces(
    skews: FloatArray, skews_per_piece: int, values_at: Callable[[FloatArray], FloatArray], progress: Progress
) -> FloatArray:
    swept_parts = []
    for begin in range(0, skews.size, skews_per_piece):
        progress(begin / skews.size)
        swept_parts.append(values_at(skews[begin : begin + skews_per_piece]))
    progress(1.0)
    return np.concatenate(swept_parts)
