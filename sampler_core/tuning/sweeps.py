"""Sweeps and sensitivities: a figure of merit over a plane of linear schedules, and how it answers to each parameter.

The one contract here: a value is the figure of merit of the plan that a click on it would set, limits included, to
within the `error` that comes with it (0: each skew's shares were worked out, nothing in between).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from sampler_core.counts import ClassCounts, ClassName, CountsLike, FloatArray, as_class_counts
from sampler_core.expectations import Draws
from sampler_core.parameters import rows_of
from sampler_core.plan import SamplingPlan
from sampler_core.schedules import Linear
from sampler_core.targets import PowerSkew, skew_schedule
from sampler_core.tuning.curve import Curve
from sampler_core.tuning.merits import MERITS, Merit, columns, merit_of, worst

Progress = Callable[[float], None]
MOST_SHARES = {False: 8_000_000, True: 5_000_000}  # without limits, and with: some 0.5 s of work
LEAST_ROWS = 1_001
_ROWS = 512  # skews between two reports of progress


class Sweep(NamedTuple):
    """values: float64, shape (skews, increments). error: the largest difference found half-way between knots, 0 where
    nothing was interpolated."""

    skews: FloatArray
    increments: FloatArray
    values: FloatArray
    error: float


class Sensitivity(NamedTuple):
    """How a figure of merit changes when one parameter of the plan does, per unit of the parameter; value: as it is.

    Two-sided difference where the parameter may go both ways; a whole-number parameter moves by 1.
    """

    figure: str
    parameter: str
    value: float
    per_unit: float


def sweep(
    plan: SamplingPlan,
    counts: CountsLike,
    figure: str,
    skews: Sequence[float] | FloatArray,
    increments: Sequence[float] | FloatArray,
    at: int | str = "mean",
    group: str = "rarest",
    class_name: ClassName | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """A figure of merit for every linear schedule s(e) = skew + e increment, with the plan's own limits on the skew.

    figure: a name in `merits.MERITS`. at: an epoch, or "mean", "least", "greatest" over the run (ignored for figures of
    the whole run). group, class_name: whose figure; "every": its worst class. progress: called with 0..1 between pieces
    of work; what it raises ends the sweep. Exact for as many distinct skews (of all schedules and epochs together) as
    make `MOST_SHARES` class shares, which axes with common steps seldom exceed; beyond, interpolated between as many.
    `ValueError`: unknown figure, class or `at`; "every" class of a figure of the whole run; no epochs or batch size.
    """
    counts = as_class_counts(counts)
    merit = merit_of(figure)
    chosen = _chosen(counts, merit, group, class_name)
    told = progress or _silent
    skews, increments = np.asarray(skews, dtype=np.float64), np.asarray(increments, dtype=np.float64)
    epochs = _epochs_at(plan, merit, at)
    runs = _clamped(plan, skews[:, None, None] + increments[None, :, None] * epochs)
    curve = Curve(plan, counts, table=False)
    distinct, where = np.unique(np.round(runs, 10), return_inverse=True)
    if merit.scope == "run":
        table, error = _tabled(distinct, lambda part: curve.at(part)[:, chosen], _most_rows(curve), told)
        shares = table.reshape(-1, 1)[where.reshape(-1, epochs.size).T][..., 0]  # (epochs, schedules)
        n = np.full(shares.shape[1], counts.counts[chosen[0]])
        return Sweep(skews, increments, merit.rows(shares, n, curve.draws).reshape(runs.shape[:2]), error)

    def values_at(part: FloatArray) -> FloatArray:
        return _of_rows(merit, curve.at(part), counts, chosen, curve.draws)[:, None]

    table, error = _tabled(distinct, values_at, _most_rows(curve), told)
    values = table[:, 0][where.reshape(runs.shape)]
    return Sweep(skews, increments, _aggregated(values, at), error)


def sensitivity(
    plan: SamplingPlan,
    counts: CountsLike,
    figures: Sequence[str] = tuple(MERITS),
    at: int | str = "mean",
    group: str = "rarest",
    class_name: ClassName | None = None,
) -> tuple[Sensitivity, ...]:
    """Every figure's answer to every number of the plan: those of its schedule or target, and of the run.

    Arguments as for `sweep`; any target that is not adaptive. A parameter that is not set is left out.
    """
    counts = as_class_counts(counts)
    plan.check(counts)
    found = []
    for name, value, step, changed in _parameters(plan, counts):
        sides = [(x, p) for x in (value - step, value + step) if (p := _possible(changed, x, counts)) is not None]
        if len(sides) == 1:
            sides.append((value, plan))
        if len(sides) == 2:
            (x0, low), (x1, high) = sides
            before, after = (_values(side, counts, figures, at, group, class_name) for side in (low, high))
            found += [
                Sensitivity(f, name, float(value), (b - a) / (x1 - x0))
                for f, a, b in zip(figures, before, after, strict=True)
            ]
    return tuple(found)


# --- one figure ------------------------------------------------------------------------------------------------------


def _values(
    plan: SamplingPlan,
    counts: ClassCounts,
    figures: Sequence[str],
    at: int | str,
    group: str,
    class_name: ClassName | None,
) -> list[float]:
    draws = Draws(plan.samples(counts), plan.needed_batch_size, plan.drawing)
    shares, found = plan.class_shares(counts), []
    for merit in map(merit_of, figures):
        chosen = _chosen(counts, merit, group, class_name)
        if merit.scope == "run":
            found.append(float(merit.rows(shares[:, chosen], counts.counts[chosen], draws)[0]))
        else:
            rows = shares[_epochs_at(plan, merit, at)]
            found.append(float(_aggregated(_of_rows(merit, rows, counts, chosen, draws), at)))
    return found


def _of_rows(merit: Merit, shares: FloatArray, counts: ClassCounts, chosen: Any, draws: Draws) -> FloatArray:
    if merit.scope == "mix":
        return merit.rows(shares, counts.counts, draws)
    return worst(merit, merit.rows(shares[:, chosen], counts.counts[chosen], draws))


def _chosen(counts: ClassCounts, merit: Merit, group: str, class_name: ClassName | None) -> Any:
    if merit.scope == "run" and group == "every" and class_name is None:
        raise ValueError(f"group must be rarest or largest for {merit.label.lower()}, got 'every'")
    return columns(counts, group, class_name)


def _epochs_at(plan: SamplingPlan, merit: Merit, at: int | str) -> Any:
    if plan.epochs is None:
        raise ValueError("epochs must be given to speak of a run, got None")
    if isinstance(at, str):
        if at not in ("mean", "least", "greatest"):
            raise ValueError(f'at must be an epoch, "mean", "least" or "greatest", got {at!r}')
        return np.arange(plan.epochs)
    if not 0 <= at < plan.epochs:
        raise ValueError(f"at must be an epoch from 0 to {plan.epochs - 1}, got {at!r}")
    return np.arange(plan.epochs) if merit.scope == "run" else np.array([at])


def _aggregated(values: FloatArray, at: int | str) -> FloatArray:
    aggregate = {"least": np.min, "greatest": np.max}.get(str(at), np.mean)
    return np.asarray(aggregate(values, axis=-1))


def _clamped(plan: SamplingPlan, skews: FloatArray) -> FloatArray:
    """As `Linear` keeps them, with the plan's own limits on the skew."""
    own = skew_schedule(plan.target)
    low, high = (own.minimum, own.maximum) if isinstance(own, Linear) else (None, None)
    skews = skews if high is None else np.minimum(skews, high)
    return skews if low is None else np.maximum(skews, low)


# --- many skews ------------------------------------------------------------------------------------------------------


def _most_rows(curve: Curve) -> int:
    return max(LEAST_ROWS, MOST_SHARES[curve.limited] // curve.counts.num_classes)


def _tabled(
    skews: FloatArray, values_at: Callable[[FloatArray], FloatArray], most: int, told: Progress
) -> tuple[FloatArray, float]:
    """values_at(skews), shape (len(skews), k): exact, or interpolated with the error found half-way between knots.

    The knots half-way are used too, so that where the figure is smooth the error is a quarter of the one found.
    """
    if skews.size <= most:
        return _in_pieces(skews, values_at, told), 0.0
    knots = np.linspace(skews[0], skews[-1], most // 2 * 2 + 1)
    exact = _in_pieces(knots, values_at, told)
    error = np.abs(_interpolated(knots[1::2], knots[::2], exact[::2]) - exact[1::2]).max()
    return _interpolated(skews, knots, exact), float(error)


def _interpolated(skews: FloatArray, knots: FloatArray, values: FloatArray) -> FloatArray:
    """Linear between knots; in the logarithm, which bends less, where all values have one."""
    positive = bool(np.all(values > 0) and np.all(np.isfinite(values)))
    columns_ = np.log(values).T if positive else values.T
    found = np.stack([np.interp(skews, knots, column) for column in columns_], axis=1)
    return np.exp(found) if positive else found


def _in_pieces(skews: FloatArray, values_at: Callable[[FloatArray], FloatArray], told: Progress) -> FloatArray:
    parts = []
    for begin in range(0, skews.size, _ROWS):
        told(begin / skews.size)
        parts.append(values_at(skews[begin : begin + _ROWS]))
    told(1.0)
    return np.concatenate(parts)


def _silent(fraction: float) -> None:
    """No one is told."""


# --- the numbers of a plan -------------------------------------------------------------------------------------------


def _parameters(
    plan: SamplingPlan, counts: ClassCounts
) -> list[tuple[str, float, float, Callable[[Any], SamplingPlan]]]:
    """(name, value, step, the plan with another value) of every number of the plan that is set."""
    found = []
    schedule = skew_schedule(plan.target)
    holder = plan.target if schedule is None else schedule
    for name, row in rows_of(type(holder)).items():
        value = getattr(holder, name)
        if row.kind in ("number", "integer") and value is not None:
            step = 1 if row.kind == "integer" else 1e-4
            found.append((name, value, step, _target_changer(plan, holder, name)))
    for name, value in (("batch_size", plan.batch_size), ("samples_per_epoch", plan.samples(counts))):
        found.append((name, value, 1, _run_changer(plan, name)))
    for name, value in (("max_repeats", plan.max_repeats), ("min_share", plan.min_share)):
        if value is not None:
            found.append((name, value, 1e-4 * max(value, 1e-3), _run_changer(plan, name)))
    return found


def _target_changer(plan: SamplingPlan, holder: Any, name: str) -> Callable[[Any], SamplingPlan]:
    def changed(value: Any) -> SamplingPlan:
        other = replace(holder, **{name: value})
        return replace(plan, target=other if holder is plan.target else PowerSkew(other))

    return changed


def _run_changer(plan: SamplingPlan, name: str) -> Callable[[Any], SamplingPlan]:
    return lambda value: replace(plan, **{name: value})


def _possible(changed: Callable[[Any], SamplingPlan], value: float, counts: ClassCounts) -> SamplingPlan | None:
    """The changed plan; None where that value is not allowed."""
    try:
        plan = changed(value)
        plan.check(counts)
    except ValueError:
        return None
    return plan
