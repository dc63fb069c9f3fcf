"""Run bounds: a requirement over the whole run, class by class, and the slack that it leaves a schedule.

The one contract here: a requirement about "every class" starts as two run bounds, on the rarest and the largest class,
which without limits have the extreme values; a class that fails all the same gets its own run bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.tuning.feasible_band import SkewIntervals, intersect
from sampler_core.tuning.requirements import Requirement, over_run, relaxed
from sampler_core.tuning.shares_by_skew import HIGHEST, LOWEST, SharesBySkew, peak_rows
from sampler_core.tuning.verdicts import requirement_margin


class RunBound(NamedTuple):
    """A requirement over the run, about one class; window: the epochs it sums over."""

    requirement: Requirement
    position: int
    window: range


class SlackProblem(NamedTuple):
    """Requirements made ready for the search: allowed skews of each segment of epochs, and bounds over the run."""

    by_skew: SharesBySkew
    segments: Sequence[tuple[range, SkewIntervals]]
    run_bounds: Sequence[RunBound]
    low: float
    high: float


def initial_run_bounds(by_skew: SharesBySkew, requirements: Sequence[Requirement], epochs: int) -> list[RunBound]:
    """The run bounds to start a search with; `unmet_run_bound` gives further ones."""
    run_bounds = []
    for requirement in filter(over_run, requirements):
        groups = ("rarest", "largest") if requirement.group == "every" else (requirement.group,)
        chosen = {int(columns(by_skew.counts, group, requirement.class_name)[0]) for group in groups}
        run_bounds += [RunBound(requirement, c, requirement.epochs(epochs)) for c in sorted(chosen)]
    return run_bounds


def unmet_run_bound(
    by_skew: SharesBySkew, requirements: Sequence[Requirement], skews: FloatArray, slack: float, known: list[RunBound]
) -> RunBound | None:
    """A further run bound, where a requirement over the run fails within the slack of these skews (epochs,); else None.

    It is on a class that had none, or is tighter by what the approximation searched with gives too much.
    """
    for requirement in filter(over_run, requirements):
        window = requirement.epochs(skews.size)
        several = requirement.group == "every" and requirement.class_name is None
        within = slack if several and not metric_jumps(by_skew, [requirement]) else 0.0
        shares = _worst_shares(by_skew, skews[window.start : window.stop], within, requirement.sense == "at most")
        if by_skew.margin(requirement, shares)[0] < 0:
            run_bound = _run_bound_of_worst_class(by_skew, requirement, shares, window)
            if run_bound not in known:
                return run_bound
            if within == 0.0:  # it holds on interpolated shares only: use exact ones
                by_skew.add_to_table(skews)
                return run_bound
    return None


def metric_jumps(by_skew: SharesBySkew, requirements: Sequence[Requirement]) -> bool:
    """Whether a metric jumps with the skew, so that slack is known at the skews evaluated only."""
    return by_skew.draws.scheme == "stratified" and any("coverage" in one.metric for one in requirements)


def cannot_hold(problem: SlackProblem, jumps: bool) -> bool:
    """Whether a run bound fails even where every epoch has the best of its allowed skews.

    jumps: whether a metric jumps with the shares; then this cannot be decided.
    """
    run_bounds = () if jumps else problem.run_bounds
    values = [np.array(best_run_value(problem, run_bound)) for run_bound in run_bounds]
    margins = [requirement_margin(bound.requirement, value) for bound, value in zip(run_bounds, values, strict=True)]
    return any(margin < -1e-6 for margin in margins)


def best_run_value(problem: SlackProblem, run_bound: RunBound) -> float:
    """The best metric value of a run bound, where every epoch has the best of its allowed skews."""
    shares = np.zeros(problem.segments[-1][0].stop)
    for segment, allowed in problem.segments:
        shares[segment.start : segment.stop] = _best_share(problem, run_bound, allowed)
    rows = shares[run_bound.window.start : run_bound.window.stop, None]
    n = problem.by_skew.counts.counts[[run_bound.position]]
    return float(metric_of(run_bound.requirement.metric).search_formula(n, rows, problem.by_skew.draws)[0])


def _best_share(problem: SlackProblem, run_bound: RunBound, allowed: SkewIntervals) -> float:
    """The best share of the class for the run bound over the allowed skews: at an edge, or at an extreme."""
    pieces = intersect(((problem.low, problem.high),), allowed)
    if not pieces:
        return 0.0 if run_bound.requirement.sense == "at most" else 1.0  # no allowed skew within the bounds
    nodes = problem.by_skew.table_skews
    skews = [np.array(piece) for piece in pieces] + [nodes[(nodes >= low) & (nodes <= high)] for low, high in pieces]
    shares = problem.by_skew.shares_at(np.concatenate(skews))[:, run_bound.position]
    return float(shares.min() if run_bound.requirement.sense == "at most" else shares.max())


def run_bound_slack(
    by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, low: FloatArray, high: FloatArray, fine: float
) -> FloatArray:
    """The slack in [low, high]: the run bound holds for all schedules that are at most so far away; by bisection.

    slack < 0: for the best schedule within -slack.
    """
    skews = skews[:, run_bound.window.start : run_bound.window.stop]
    found, high = low.copy(), np.minimum(high, HIGHEST - LOWEST)
    holds = _holds(by_skew, run_bound, skews, high)
    found[holds] = high[holds]
    between = np.flatnonzero(~holds)  # most of these have no more slack than `low`
    between = between[_holds(by_skew, run_bound, skews[between], low[between])]
    skews, low, high = skews[between], low[between], high[between]
    while np.any(high - low > fine):
        middle = (low + high) / 2
        if np.all((middle <= low) | (middle >= high)):
            break
        holds = _holds(by_skew, run_bound, skews, middle)
        low, high = np.where(holds, middle, low), np.where(holds, high, middle)
    found[between] = low
    return found


def _holds(by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, slack: FloatArray) -> BoolArray:
    n, draws = by_skew.counts.counts[run_bound.position], by_skew.draws
    shares = _share_within_slack(by_skew, run_bound, skews, slack)
    values = metric_of(run_bound.requirement.metric).search_formula(np.full(len(skews), n), shares.T, draws)
    return np.asarray(requirement_margin(run_bound.requirement, values) >= 0)


def _share_within_slack(by_skew: SharesBySkew, run_bound: RunBound, skews: FloatArray, slack: FloatArray) -> FloatArray:
    """The worst share of the class within the slack of each skew, or where that is below 0 the best one."""
    wants_most = (slack >= 0) == (run_bound.requirement.sense == "at most")
    if wants_most.any() and not wants_most.all():
        shares = np.empty(skews.shape)
        for rows in (wants_most, ~wants_most):
            shares[rows] = _share_within_slack(by_skew, run_bound, skews[rows], slack[rows])
        return shares
    sign = 1.0 if wants_most.all() else -1.0
    column = sign * by_skew.table_shares[:, run_bound.position]
    return sign * _greatest_within(by_skew.table_skews, column, skews, np.abs(slack)[:, None])


def _greatest_within(table_skews: FloatArray, column: FloatArray, skews: FloatArray, radius: FloatArray) -> FloatArray:
    """The greatest value of a table column within radius of each skew: at either end, or at a peak between."""
    steps = np.diff(column)
    if np.all(steps >= 0):
        return np.interp(skews + radius, table_skews, column)
    if np.all(steps <= 0):
        return np.interp(skews - radius, table_skews, column)
    low, high = skews - radius, skews + radius
    most = np.maximum(np.interp(low, table_skews, column), np.interp(high, table_skews, column))
    for peak in peak_rows(column):
        np.maximum(most, column[peak], out=most, where=(low < table_skews[peak]) & (table_skews[peak] < high))
    return most


def _worst_shares(by_skew: SharesBySkew, skews: FloatArray, slack: float, most: bool) -> FloatArray:
    """The greatest or the least share of each class within the slack of each skew, on table rows and both ends."""
    if slack == 0.0:
        return by_skew.shares_at(skews)
    low, high = np.clip(skews - slack, LOWEST, HIGHEST), np.clip(skews + slack, LOWEST, HIGHEST)
    ends, take = np.stack([by_skew.shares_at(low), by_skew.shares_at(high)]), np.max if most else np.min
    inside = zip(by_skew.table_skews.searchsorted(low), by_skew.table_skews.searchsorted(high), strict=True)
    return np.array([
        take(np.vstack([ends[:, epoch], by_skew.table_shares[begin:end]]), axis=0)
        for epoch, (begin, end) in enumerate(inside)
    ])  # fmt: skip


def _run_bound_of_worst_class(
    by_skew: SharesBySkew, requirement: Requirement, shares: FloatArray, window: range
) -> RunBound:
    """A run bound on the class that is worst at these shares, tighter by what the approximation gives too much."""
    metric, chosen = metric_of(requirement.metric), columns(by_skew.counts, requirement.group, requirement.class_name)
    values = metric.values(shares, by_skew.counts, chosen, by_skew.draws)[0]
    at = int(values.argmax() if requirement.sense == "at most" else values.argmin())
    c = int(chosen[at])
    if metric.approximation is not None:
        approximate = float(metric.approximation(by_skew.counts.counts[[c]], shares[:, [c]], by_skew.draws)[0])
        requirement = relaxed(requirement, min(1.0, requirement.bound + max(0.0, approximate - float(values[at]))))
    return RunBound(requirement, c, window)
