"""Sweeps: a metric over a plane of linear schedules.

The one contract here: a value is the metric of the plan that a click on it would set, limits included, to
within the `error` that comes with it (0: each skew's shares were worked out, nothing in between).
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
from sampler_core.tuning.skew_curve import Curve

Progress = Callable[[float], None]
MOST_SHARES = {False: 8_000_000, True: 5_000_000}  # without limits, and with: some 0.5 s of work
LEAST_ROWS = 1_001
_AT_ONCE = 1 << 16  # class shares in one piece: more of them leave the processor's cache
_ROWS, _RUNS = 2048, 128  # skews, and runs of them, between two reports of progress, at most
_REPORTS = 16  # of progress through skews, at least


def silent(fraction: float) -> None:
    """No one is told."""


def part_of(told: Progress, begin: float, end: float) -> Progress:
    """Progress of a piece of work that is the part from begin to end of the whole."""
    return lambda fraction: told(begin + (end - begin) * fraction)


class Sweep(NamedTuple):
    """values: float64, shape (skews, increments). error: what interpolation may have moved a value by, in the figure's
    unit; 0 where nothing was interpolated."""

    skews: FloatArray
    increments: FloatArray
    values: FloatArray
    error: float


def sweep(
    plan: SamplingPlan,
    counts: CountsLike,
    figure: str,
    skews: Sequence[float] | FloatArray,
    increments: Sequence[float] | FloatArray,
    at: int | str = "mean",
    group: str = "rarest",
    class_name: ClassName | None = None,
    progress: Progress = silent,
) -> Sweep:
    """A metric for every linear schedule s(e) = skew + e increment, with the plan's own limits on the skew.

    figure: a name in `metrics.METRICS`. at: an epoch, or "mean", "least", "greatest" over the run (ignored for figures of
    the whole run). group, class_name: whose figure; "every": its worst class. progress: called with 0..1 between pieces
    of work; what it raises ends the sweep. Exact for as many distinct skews (of all schedules and epochs together) as
    make `MOST_SHARES` class shares, which axes with common steps seldom exceed; beyond, interpolated between as many.
    `ValueError`: unknown figure, class or `at`; "every" class of a figure of the whole run; no epochs or batch size.
    """
    counts = as_class_counts(counts)
    metric = metric_of(figure)
    chosen = chosen_classes(counts, metric, group, class_name)
    skews, increments = np.asarray(skews, dtype=np.float64), np.asarray(increments, dtype=np.float64)
    runs = clamped(plan, skews[:, None, None] + increments[None, :, None] * epochs_at(plan, metric, at))
    curve = Curve(plan, counts, table=False)
    if metric.scope == "run":
        ((values, error),) = of_runs(curve, runs, [(metric, int(chosen[0]))], progress)
        return Sweep(skews, increments, values, error)
    distinct, where = np.unique(np.round(runs, 10), return_inverse=True)

    def values_at(part: FloatArray) -> FloatArray:
        return metric.worst(metric.values(curve.at(part), counts, chosen, curve.draws))

    table, off = _tabled(curve, distinct, values_at, progress)
    return Sweep(skews, increments, aggregated(table[where.reshape(runs.shape)], at), float(off.max()))


def of_runs(
    curve: Curve, runs: FloatArray, asked: Sequence[tuple[Metric, int]], told: Progress
) -> list[tuple[FloatArray, float]]:
    """Figures of the run of the class at a position each, for many runs at once: values (...,) and their error.

    runs: skews, shape (..., epochs). The shares are worked out once for all that is asked.
    """
    distinct, where = np.unique(np.round(runs, 10), return_inverse=True)
    where, positions = where.reshape(-1, runs.shape[-1]), [position for _, position in asked]
    half = part_of(told, 0.0, 0.5)
    tables, off = _tabled(curve, distinct, lambda part: curve.at(part)[:, positions], half)
    found = []
    for i, (metric, position) in enumerate(asked):
        table, n = tables[:, i], int(curve.counts.counts[position])
        ends = [table, table - off[:, i], table + off[:, i]] if off.any() else [table]
        told_of_it = part_of(told, 0.5 + 0.5 * i / len(asked), 0.5 + 0.5 * (i + 1) / len(asked))
        parts = []
        for begin in range(0, len(where), _RUNS):
            told_of_it(begin / len(where))
            shares = (np.clip(end[where[begin : begin + _RUNS]].T, 0.0, 1.0) for end in ends)
            parts.append([metric.formula(np.full(rows.shape[1], n), rows, curve.draws) for rows in shares])
        values, *others = np.concatenate(parts, axis=1).reshape(len(ends), *runs.shape[:-1])
        found.append((values, max((float(np.abs(other - values).max()) for other in others), default=0.0)))
    told(1.0)
    return found


# --- one figure ------------------------------------------------------------------------------------------------------


def chosen_classes(counts: ClassCounts, metric: Metric, group: str, class_name: ClassName | None) -> Any:
    """Positions of the classes meant; `ValueError` for every class of a figure of the run."""
    if metric.scope == "run" and group == "every" and class_name is None:
        raise ValueError(f"group must be rarest or largest for {metric.label.lower()}, got 'every'")
    return columns(counts, group, class_name)


def epochs_at(plan: SamplingPlan, metric: Metric, at: int | str) -> Any:
    """The epochs that a figure at an epoch, or summed up over the run, is made of."""
    if plan.epochs is None:
        raise ValueError("epochs must be given to speak of a run, got None")
    if isinstance(at, str):
        if at not in ("mean", "least", "greatest"):
            raise ValueError(f'at must be an epoch, "mean", "least" or "greatest", got {at!r}')
        return np.arange(plan.epochs)
    if not 0 <= at < plan.epochs:
        raise ValueError(f"at must be an epoch from 0 to {plan.epochs - 1}, got {at!r}")
    return np.arange(plan.epochs) if metric.scope == "run" else np.array([at])


def aggregated(values: FloatArray, at: int | str) -> FloatArray:
    """Summed up over the last axis."""
    aggregate = {"least": np.min, "greatest": np.max}.get(str(at), np.mean)
    return np.asarray(aggregate(values, axis=-1))


def skew_limits(plan: SamplingPlan) -> tuple[float | None, float | None]:
    """The least and the largest skew of a linear schedule, where the plan has one with such."""
    own = skew_schedule(plan.target)
    return (own.minimum, own.maximum) if isinstance(own, Linear) else (None, None)


def clamped(plan: SamplingPlan, skews: FloatArray) -> FloatArray:
    """As `Linear` keeps them, with the plan's own limits on the skew."""
    low, high = skew_limits(plan)
    return np.clip(skews, -np.inf if low is None else low, np.inf if high is None else high)


# --- many skews ------------------------------------------------------------------------------------------------------


def _tabled(
    curve: Curve, skews: FloatArray, values_at: Callable[[FloatArray], FloatArray], told: Progress
) -> tuple[FloatArray, FloatArray]:
    """values_at(skews), one a skew (or a row of them): exact, or interpolated; and how far off each may be.

    That is twice the error of every second knot between its neighbours: these knots are used too, so where the values
    are smooth they are off by far less, and where they have a corner (at a cap, say) by no more.
    """
    most = max(LEAST_ROWS, MOST_SHARES[curve.limited] // curve.counts.num_classes)
    rows = min(_ROWS, max(1, _AT_ONCE // curve.counts.num_classes), -(-skews.size // _REPORTS))
    if skews.size <= most:
        values = _in_pieces(skews, rows, values_at, told)
        return values, np.zeros(values.shape)
    knots = np.linspace(skews[0], skews[-1], most // 2 * 2 + 1)
    exact = _in_pieces(knots, rows, values_at, told)
    off = 2.0 * np.abs(_interpolated(knots[1::2], knots[::2], exact[::2]) - exact[1::2])
    return _interpolated(skews, knots, exact), off[knots[2:-1:2].searchsorted(skews)]


def _interpolated(skews: FloatArray, knots: FloatArray, values: FloatArray) -> FloatArray:
    """Linear between knots; in the logarithm, which bends less, where all values have one; column by column."""
    if values.ndim == 2:
        return np.stack([_interpolated(skews, knots, column) for column in values.T], axis=1)
    if np.all(values > 0) and np.all(np.isfinite(values)):
        return np.exp(np.interp(skews, knots, np.log(values)))
    return np.interp(skews, knots, values)


def _in_pieces(
    skews: FloatArray, rows: int, values_at: Callable[[FloatArray], FloatArray], told: Progress
) -> FloatArray:
    parts = []
    for begin in range(0, skews.size, rows):
        told(begin / skews.size)
        parts.append(values_at(skews[begin : begin + rows]))
    told(1.0)
    return np.concatenate(parts)
