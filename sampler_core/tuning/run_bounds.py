"""Run bounds: a requirement over the whole run, class by class, and the slack that it leaves a schedule.

The one contract here: a requirement about "every class" starts as two run bounds, on the rarest and the largest class,
which without limits have the extreme values; a class that fails all the same gets its own run bound.

A requirement on draws, no sample more than so many times in the run, is bounded by what may be expected
(`run_bounds_as_drawn`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.tuning.as_drawn import is_of_draws
from sampler_core.tuning.feasible_band import EpochSegments, SkewIntervals
from sampler_core.tuning.requirements import Requirement, over_run, relaxed
from sampler_core.tuning.run_bounds_as_drawn import on_metric, tighter_on_metric
from sampler_core.tuning.shares_by_skew import HIGHEST_SKEW, LOWEST_SKEW, SharesBySkew, share_peaks
from sampler_core.tuning.verdicts import verdict_margin

_EVEN_PARTS = np.array([0.25, 0.5, 0.75])  # of a stretch of slack, looked at in one step

_EFFORT_OF_A_CALL = 3_000  # shares that could be looked at meanwhile


class RunBound(NamedTuple):
    """A requirement over the run, about one class, on its metric; window: the epochs it sums over.

    tightened: it asks for more than is required.
    """

    requirement: Requirement
    position: int
    window: range
    tightened: bool = False


def initial_run_bounds(by_skew: SharesBySkew, requirements: Sequence[Requirement], epochs: int) -> list[RunBound]:
    """The run bounds to start a search with; `unmet_run_bound` gives further ones."""
    run_bounds = []
    for requirement in filter(over_run, requirements):
        groups = ("rarest", "largest") if requirement.group == "every" else (requirement.group,)
        bounded_classes = {int(columns(by_skew.counts, group, requirement.class_name)[0]) for group in groups}
        window = requirement.epochs(epochs)
        run_bounds += [
            RunBound(on_metric(by_skew, requirement, c, len(window)), c, window) for c in sorted(bounded_classes)
        ]
    return run_bounds


def unmet_run_bound(
    by_skew: SharesBySkew,
    requirements: Sequence[Requirement],
    skews: FloatArray,
    slack: float,
    known_run_bounds: list[RunBound],
) -> RunBound | None:
    """A further run bound, where a requirement over the run fails within the slack of these skews (epochs,); else None.

    It is on a class that had none, or is tighter by what the approximation searched with gives too much.
    """
    for requirement in filter(over_run, requirements):
        run_window = requirement.epochs(skews.size)
        bounds_every_class = requirement.group == "every" and requirement.class_name is None
        as_expected = not is_of_draws(requirement) or by_skew.draws.scheme == "independent"
        checked_around = (bounds_every_class or not as_expected) and not run_metric_jumps(by_skew, [requirement])
        within = slack if checked_around else 0.0
        run_shares = _worst_run_shares(
            by_skew, skews[run_window.start : run_window.stop], within, requirement.sense == "at most"
        )
        if by_skew.margin(requirement, run_shares)[0] < 0:
            run_bound = _run_bound_of_worst_class(by_skew, requirement, run_shares, run_window)
            if run_bound not in known_run_bounds:
                return run_bound
            if within == 0.0:  # it holds on interpolated shares only: use exact ones
                by_skew.add_to_table(skews)
                return run_bound
    return None


def with_run_bound(run_bounds: Sequence[RunBound], new: RunBound) -> list[RunBound]:
    """The run bounds with a new one, without those that hold wherever it does."""

    def follows(old: RunBound) -> bool:
        same = (old.requirement.metric, old.position, old.window) == (new.requirement.metric, new.position, new.window)
        sign = 1 if new.requirement.sense == "at most" else -1
        return same and sign * old.requirement.bound >= sign * new.requirement.bound

    return [*(old for old in run_bounds if not follows(old)), new]


def run_metric_jumps(by_skew: SharesBySkew, requirements: Sequence[Requirement]) -> bool:
    """Whether a metric jumps with the skew, so that slack is known at the skews evaluated only."""
    return by_skew.draws.scheme == "stratified" and any("coverage" in one.metric for one in requirements)


def run_bounds_cannot_hold(by_skew: SharesBySkew, run_bounds: Sequence[RunBound], segments: EpochSegments) -> bool:
    """Whether a run bound fails even where every epoch has the best of its allowed skews."""
    values = [np.array(best_run_value(by_skew, run_bound, segments)) for run_bound in run_bounds]
    margins = [verdict_margin(bound.requirement, value) for bound, value in zip(run_bounds, values, strict=True)]
    return any(margin < -1e-6 for margin in margins)


def best_run_value(by_skew: SharesBySkew, run_bound: RunBound, segments: EpochSegments) -> float:
    """The best metric value of a run bound, where every epoch has the best of its allowed skews."""
    run_shares = np.zeros(segments[-1][0].stop)
    for segment, allowed in segments:
        run_shares[segment.start : segment.stop] = _best_run_share(by_skew, run_bound, allowed)
    window_shares = run_shares[run_bound.window.start : run_bound.window.stop, None]
    n = by_skew.counts.counts[[run_bound.position]]
    return float(metric_of(run_bound.requirement.metric).search_formula(n, window_shares, by_skew.draws)[0])


def _best_run_share(by_skew: SharesBySkew, run_bound: RunBound, allowed: SkewIntervals) -> float:
    """The best share of the class for the run bound over the allowed skews: at an edge, or at an extreme."""
    if not allowed:
        return 0.0 if run_bound.requirement.sense == "at most" else 1.0  # no allowed skew within the bounds
    nodes = by_skew.table_skews
    skews = [np.array(allowed).ravel(), *(nodes[(nodes >= low) & (nodes <= high)] for low, high in allowed)]
    run_shares = by_skew.shares_at(np.concatenate(skews))[:, run_bound.position]
    return float(run_shares.min() if run_bound.requirement.sense == "at most" else run_shares.max())


def run_bound_slack(
    by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, low: FloatArray, high: FloatArray, fine: FloatArray
) -> FloatArray:
    """The slack in [low, high]: the run bound holds for all schedules that are at most so far away.

    slack < 0: for the best schedule within -slack. To within `fine`, on the side where it holds.
    """
    skews = skews[:, run_bound.window.start : run_bound.window.stop]
    run_slack, high = low.copy(), np.minimum(high, HIGHEST_SKEW - LOWEST_SKEW)
    margin_at_high = _run_bound_margin(by_skew, run_bound, skews, high)
    run_slack[margin_at_high >= 0] = high[margin_at_high >= 0]
    rows = np.flatnonzero(margin_at_high < 0)
    margin_at_low = _run_bound_margin(by_skew, run_bound, skews[rows], low[rows])
    rows, margin_at_low = rows[margin_at_low >= 0], margin_at_low[margin_at_low >= 0]
    ends = np.column_stack([low[rows], high[rows]])
    margins = np.column_stack([margin_at_low, margin_at_high[rows]])

    def margin_at(slack: FloatArray) -> FloatArray:
        repeated = skews[rows].repeat(slack.shape[1], axis=0)
        return _run_bound_margin(by_skew, run_bound, repeated, slack.ravel()).reshape(slack.shape)

    run_slack[rows] = _last_that_holds(margin_at, ends, margins, fine[rows])
    return run_slack


def _last_that_holds(
    margin_at: Callable[[FloatArray], FloatArray], ends: FloatArray, margins: FloatArray, fine: FloatArray
) -> FloatArray:
    """Where the margin, which falls from row to row's end, is still at least 0, to within `fine`; (rows,).

    ends: (rows, 2), and the margins there, >= 0 and < 0. margin_at: of a few slacks a row, (rows, few) -> (rows, few).

    NOTE Each step looks at even parts, and on both sides of where a straight line between the ends is 0, as far from it
    as the square of their distance: where the margin is nearly straight, 0.1 becomes 0.02, 0.0008, 1e-6 and 2e-12.
    """
    rows = np.arange(len(ends))
    while np.any(ends[:, 1] - ends[:, 0] > fine):
        low, high = ends.T
        width = high - low
        straight = low + width * margins[:, 0] / (margins[:, 0] - margins[:, 1])
        away = np.maximum(width * np.minimum(width, 0.25), fine / 4)
        even = low[:, None] + width[:, None] * _EVEN_PARTS
        if np.all((even <= low[:, None]) | (even >= high[:, None])):
            break
        tried = np.clip(np.column_stack([even, straight - away, straight + away]), low[:, None], high[:, None])
        tried = np.sort(tried, axis=1)
        all_ends = np.column_stack([low, tried, high])
        all_margins = np.column_stack([margins[:, 0], margin_at(tried), margins[:, 1]])
        first = (all_margins[:, 1:] >= 0).argmin(axis=1)
        ends = np.column_stack([all_ends[rows, first], all_ends[rows, first + 1]])
        margins = np.column_stack([all_margins[rows, first], all_margins[rows, first + 1]])
    return ends[:, 0]


def run_bound_holds(by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, slack: FloatArray) -> BoolArray:
    """Whether it holds for all schedules that are at most so far away; where slack < 0, for one of them. (schedules,).

    skews: of the epochs in its window, (schedules, epochs); slack: (schedules,).
    """
    return np.asarray(_run_bound_margin(by_skew, run_bound, skews, slack) >= 0)


def _run_bound_margin(by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, slack: FloatArray) -> FloatArray:
    n, draws = by_skew.counts.counts[run_bound.position], by_skew.draws
    by_skew.effort.spend(skews.size + _EFFORT_OF_A_CALL)
    run_shares = _run_share_within_slack(by_skew, run_bound, skews, slack)
    run_values = metric_of(run_bound.requirement.metric).search_formula(np.full(len(skews), n), run_shares.T, draws)
    return verdict_margin(run_bound.requirement, run_values)


def _run_share_within_slack(
    by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, slack: FloatArray
) -> FloatArray:
    """The worst share of the class within the slack of each skew, or where that is below 0 the best one."""
    wants_most = (slack >= 0) == (run_bound.requirement.sense == "at most")
    if wants_most.any() and not wants_most.all():
        run_shares = np.empty(skews.shape)
        for rows in (wants_most, ~wants_most):
            run_shares[rows] = _run_share_within_slack(by_skew, run_bound, skews[rows], slack[rows])
        return run_shares
    sign = 1.0 if wants_most.all() else -1.0
    share_column = sign * by_skew.table_shares[:, run_bound.position]
    return sign * _greatest_run_share(by_skew.table_skews, share_column, skews, np.abs(slack)[:, None])


def _greatest_run_share(
    table_skews: FloatArray, share_column: FloatArray, skews: FloatArray, radius: FloatArray
) -> FloatArray:
    """The greatest value of a table column within radius of each skew: at either end, or at a peak between."""
    share_steps = np.diff(share_column)
    if np.all(share_steps >= 0):
        return np.interp(skews + radius, table_skews, share_column)
    if np.all(share_steps <= 0):
        return np.interp(skews - radius, table_skews, share_column)
    low, high = skews - radius, skews + radius
    greatest_share = np.maximum(np.interp(low, table_skews, share_column), np.interp(high, table_skews, share_column))
    for peak in share_peaks(share_column):
        np.maximum(
            greatest_share,
            share_column[peak],
            out=greatest_share,
            where=(low < table_skews[peak]) & (table_skews[peak] < high),
        )
    return greatest_share


def _worst_run_shares(by_skew: SharesBySkew, skews: FloatArray, slack: float, most: bool) -> FloatArray:
    """The greatest or the least share of each class within the slack of each skew, on table rows and both ends."""
    if slack == 0.0:
        return by_skew.shares_at(skews)
    low, high = np.clip(skews - slack, LOWEST_SKEW, HIGHEST_SKEW), np.clip(skews + slack, LOWEST_SKEW, HIGHEST_SKEW)
    end_shares, worst_share = np.stack([by_skew.shares_at(low), by_skew.shares_at(high)]), np.max if most else np.min
    table_rows = zip(by_skew.table_skews.searchsorted(low), by_skew.table_skews.searchsorted(high), strict=True)
    return np.array([
        worst_share(np.vstack([end_shares[:, epoch], by_skew.table_shares[begin:end]]), axis=0)
        for epoch, (begin, end) in enumerate(table_rows)
    ])  # fmt: skip


def _run_bound_of_worst_class(
    by_skew: SharesBySkew, requirement: Requirement, run_shares: FloatArray, run_window: range
) -> RunBound:
    """A run bound on the class that is worst at these shares, tighter by what the approximation gives too much."""
    run_metric = metric_of(requirement.metric)
    bounded_classes = columns(by_skew.counts, requirement.group, requirement.class_name)
    if is_of_draws(requirement):
        bounded, position = tighter_on_metric(by_skew, requirement, run_shares)
        return RunBound(bounded, position, run_window, by_skew.draws.scheme != "independent")
    run_values = run_metric.values(run_shares, by_skew.counts, bounded_classes, by_skew.draws)[0]
    worst = int(run_values.argmax() if requirement.sense == "at most" else run_values.argmin())
    worst_class = int(bounded_classes[worst])
    if run_metric.approximation is not None:
        n, worst_shares = by_skew.counts.counts[[worst_class]], run_shares[:, [worst_class]]
        too_much = float(run_metric.approximation(n, worst_shares, by_skew.draws)[0]) - float(run_values[worst])
        tighter = relaxed(requirement, min(1.0, requirement.bound + max(0.0, too_much)))
        return RunBound(tighter, worst_class, run_window, tighter != requirement)
    return RunBound(requirement, worst_class, run_window)
