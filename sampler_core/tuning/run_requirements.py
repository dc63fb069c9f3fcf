"""Requirements over the run, class by class: what a search asks of a schedule, and how far it may move.

The one contract here: a requirement about "every class" is asked about the rarest and the largest, which without limits are
the extreme ones, and then about each class that was found to fail all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.tuning.requirements import Requirement, over_run, relaxed
from sampler_core.tuning.skew_curve import HIGHEST, LOWEST, Curve, margin_of, peaks, value_of


class RunTerm(NamedTuple):
    """A requirement over the run, about one class; `reach`: the epochs it sums over."""

    requirement: Requirement
    position: int
    reach: range


def run_terms(curve: Curve, requirements: Sequence[Requirement], epochs: int) -> list[RunTerm]:
    """What to ask at first; `missed` tells what to ask besides."""
    terms = []
    for requirement in filter(over_run, requirements):
        groups = ("rarest", "largest") if requirement.group == "every" else (requirement.group,)
        chosen = {int(columns(curve.counts, group, requirement.class_name)[0]) for group in groups}
        terms += [RunTerm(requirement, c, requirement.epochs(epochs)) for c in sorted(chosen)]
    return terms


def missed(
    curve: Curve, requirements: Sequence[Requirement], skews: FloatArray, slack: float, asked: Sequence[RunTerm]
) -> RunTerm | None:
    """What to ask besides, where a requirement over the run does not hold within the slack of these skews (epochs,): for a
    class that was not asked about, or for as much more as the stand-in that was searched with tells too much."""
    for requirement in filter(over_run, requirements):
        reach = requirement.epochs(skews.size)
        several = requirement.group == "every" and requirement.class_name is None
        within = slack if several and not jumps(curve, [requirement]) else 0.0
        shares = _extreme_of_all(curve, skews[reach.start : reach.stop], within, requirement.sense == "at most")
        if margin_of(requirement, value_of(requirement, shares, curve.counts, curve.draws))[0] < 0:
            term = _asked_for(curve, requirement, shares, reach)
            if term not in asked:
                return term
            if within == 0.0:  # it was met between the tabled skews only: these are tabled from now on
                curve.add(skews)
                return term
    return None


def jumps(curve: Curve, requirements: Sequence[Requirement]) -> bool:
    """Whether a figure jumps with the skew, so that slack is a guess between the skews looked at."""
    return curve.draws.scheme == "stratified" and any("coverage" in requirement.metric for requirement in requirements)


def run_slack(
    curve: Curve, term: RunTerm, skews: FloatArray, low: FloatArray, high: FloatArray, fine: float
) -> FloatArray:
    """The t in [low, high] up to which the requirement holds for all schedules that are at most t away, by bisection.

    t < 0: the best schedule within -t.
    """
    skews = skews[:, term.reach.start : term.reach.stop]
    found, high = low.copy(), np.minimum(high, HIGHEST - LOWEST)
    holds = _holds(curve, term, skews, high)
    found[holds] = high[holds]
    between = np.flatnonzero(~holds)
    between = between[_holds(curve, term, skews[between], low[between])]  # most schedules are no better than `low`
    skews, low, high = skews[between], low[between], high[between]
    while np.any(high - low > fine):
        middle = (low + high) / 2
        if np.all((middle <= low) | (middle >= high)):
            break
        holds = _holds(curve, term, skews, middle)
        low, high = np.where(holds, middle, low), np.where(holds, high, middle)
    found[between] = low
    return found


def _holds(curve: Curve, term: RunTerm, skews: FloatArray, t: FloatArray) -> BoolArray:
    n, draws = curve.counts.counts[term.position], curve.draws
    shares = _extreme_shares(curve, term, skews, t)
    values = metric_of(term.requirement.metric).search_formula(np.full(len(skews), n), shares.T, draws)
    return np.asarray(margin_of(term.requirement, values) >= 0)


def _extreme_shares(curve: Curve, term: RunTerm, skews: FloatArray, t: FloatArray) -> FloatArray:
    """The worst share of the class within t of each skew (t >= 0), or the best one (t < 0)."""
    wants_most = (t >= 0) == (term.requirement.sense == "at most")
    if wants_most.any() and not wants_most.all():
        shares = np.empty(skews.shape)
        for rows in (wants_most, ~wants_most):
            shares[rows] = _extreme_shares(curve, term, skews[rows], t[rows])
        return shares
    sign = 1.0 if wants_most.all() else -1.0
    return sign * _most(curve.nodes, sign * curve.shares[:, term.position], skews, np.abs(t)[:, None])


def _most(nodes: FloatArray, column: FloatArray, skews: FloatArray, reach: FloatArray) -> FloatArray:
    """The most of a tabled column within reach of each skew: at either end, or at a peak between."""
    steps = np.diff(column)
    if np.all(steps >= 0):
        return np.interp(skews + reach, nodes, column)
    if np.all(steps <= 0):
        return np.interp(skews - reach, nodes, column)
    low, high = skews - reach, skews + reach
    most = np.maximum(np.interp(low, nodes, column), np.interp(high, nodes, column))
    for peak in peaks(column):
        np.maximum(most, column[peak], out=most, where=(low < nodes[peak]) & (nodes[peak] < high))
    return most


def _extreme_of_all(curve: Curve, skews: FloatArray, slack: float, most: bool) -> FloatArray:
    """The greatest or the least share of each class within the slack of each skew, of those that are tabled."""
    if slack == 0.0:
        return curve.at(skews)
    low, high = np.clip(skews - slack, LOWEST, HIGHEST), np.clip(skews + slack, LOWEST, HIGHEST)
    ends, take = np.stack([curve.at(low), curve.at(high)]), np.max if most else np.min
    inside = zip(curve.nodes.searchsorted(low), curve.nodes.searchsorted(high), strict=True)
    return np.array([
        take(np.vstack([ends[:, epoch], curve.shares[begin:end]]), axis=0)
        for epoch, (begin, end) in enumerate(inside)
    ])  # fmt: skip


def _asked_for(curve: Curve, requirement: Requirement, shares: FloatArray, reach: range) -> RunTerm:
    """The requirement about the class that is worst at these shares, raised by what the stand-in tells too much."""
    metric, chosen = metric_of(requirement.metric), curve.column(requirement)
    values = metric.values(shares, curve.counts, chosen, curve.draws)[0]
    at = int(values.argmax() if requirement.sense == "at most" else values.argmin())
    c = int(chosen[at])
    if metric.approximation is not None:
        rough = float(metric.approximation(curve.counts.counts[[c]], shares[:, [c]], curve.draws)[0])
        requirement = relaxed(requirement, min(1.0, requirement.bound + max(0.0, rough - float(values[at]))))
    return RunTerm(requirement, c, reach)
