"""Conflicts: the fewest requirements that no schedule meets together, and the bounds at which one would.

The one contract here: no schedule of the shape meets the requirements named; without any one of them, or with its
bound changed to the number given, one does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.best_schedule import BestScheduleFinder
from sampler_core.tuning.feasible_band import epoch_segments
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirement_values import requirement_value
from sampler_core.tuning.requirements import Requirement, bounds_of, over_run, relaxed
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.skew_intervals import SkewIntervals, intersect, where_highest


@dataclass(frozen=True, slots=True)
class Conflict:
    """Requirements that conflict; leaving out any one of them ends the conflict.

    agree_at: for each, the tightest bound that the others allow, rounded outwards to three digits; None where there is
    none. shape: of the schedules searched. shape_alone: a piecewise schedule meets all requirements. proved: False
    where the search was not complete.
    """

    requirements: tuple[Requirement, ...]
    agree_at: tuple[float | None, ...]
    shape: str
    shape_alone: bool
    bounds: tuple[float, float]
    proved: bool = True

    def __str__(self) -> str:
        who = " and ".join(f"“{requirement}”" for requirement in self.requirements)
        what = f"No {self.shape} schedule with skews from {self.bounds[0]:g} to {self.bounds[1]:g} "
        what += f"meets {who}." if len(self.requirements) == 1 else f"meets {who} together."
        if not self.proved:
            what = what.replace("No ", "Found no ", 1)
        ways = [
            f"{one.sense} {bound_in_words(one, bound)} instead of {bound_in_words(one, one.bound)} in “{one}”"
            for one, bound in zip(self.requirements, self.agree_at, strict=True)
            if bound is not None
        ]
        agree = f" They would just agree with {', or '.join(ways)}." if ways else ""
        other = " A piecewise schedule can meet all that is required: try that shape." if self.shape_alone else ""
        return what + agree + other


def find_conflict(finder: BestScheduleFinder, requirements: Sequence[Requirement]) -> Conflict:
    """The conflict among requirements for which `finder` has no solution."""
    if finder.has_schedule(requirements):  # met between the table's skews, missed on the shares as drawn
        return Conflict(tuple(requirements), (None,) * len(requirements), finder.shape, False, finder.bounds, False)
    if finder.slack_upper_bound(requirements) < 0:  # some epoch has no allowed skew, whatever the shape
        conflicting = _irreducible(requirements, lambda some: finder.slack_upper_bound(some) < 0)
        alone = False
    else:
        conflicting = _irreducible(requirements, lambda some: not finder.has_schedule(some))
        piecewise = BestScheduleFinder(finder.by_skew, finder.plan, "piecewise", finder.bounds)
        alone = finder.shape != "piecewise" and piecewise.has_schedule(requirements)
    agree = tuple(_agreeing_bound(finder, conflicting, i) for i in range(len(conflicting)))
    return Conflict(tuple(conflicting), agree, finder.shape, alone, finder.bounds, finder.proved)


def _irreducible(
    requirements: Sequence[Requirement], in_conflict: Callable[[Sequence[Requirement]], bool]
) -> list[Requirement]:
    """The requirements left when each is dropped in turn, and stays out where the others still conflict.

    Requirements over the run are dropped first, all at once: they cost most to check.
    """
    few = [requirement for requirement in requirements if not over_run(requirement)]
    if not in_conflict(few):
        few = list(requirements)
    for requirement in tuple(few):
        without = [other for other in few if other is not requirement]
        if in_conflict(without):
            few = without
    return few


def _agreeing_bound(finder: BestScheduleFinder, requirements: list[Requirement], i: int) -> float | None:
    """The bound of requirement i at which all are possible, rounded outwards to three digits."""
    requirement = requirements[i]
    floor, ceiling = bounds_of(requirement)
    at_least = requirement.sense == "at least"

    def possible(bound: float) -> bool:
        return finder.has_schedule([*requirements[:i], relaxed(requirement, bound), *requirements[i + 1 :]])

    def rounded(bound: float) -> float | None:
        tried = [_rounded_outwards(bound, at_least, nudge) for nudge in range(2)]
        return next((outer for outer in tried if floor <= outer <= ceiling and possible(outer)), None)

    tight = _bound_estimate(finder, requirements, i)
    if (at_once := rounded(tight)) is not None:
        return at_once
    loose = _looser_possible_bound(possible, tight, floor, ceiling, at_least)
    if loose is None:
        return None
    loose = min(max(_rounded_outwards(loose, at_least, 0), floor), ceiling)
    while True:  # among numbers of three digits
        middle = math.sqrt(loose * tight) if min(loose, tight) > 0 else (loose + tight) / 2
        middle = _rounded_outwards(middle, at_least, 0)
        if middle == loose or not min(loose, tight) < middle < max(loose, tight):
            return loose
        loose, tight = (middle, tight) if possible(middle) else (loose, middle)


def _bound_estimate(finder: BestScheduleFinder, requirements: list[Requirement], i: int) -> float:
    """A bound that requirement i cannot beat: the best metric value at the skews that the others allow."""
    requirement, best = requirements[i], requirements[i].bound
    if over_run(requirement):
        return finder.best_run_value(requirement, [*requirements[:i], *requirements[i + 1 :]])
    edges = finder.edges([*requirements[:i], *requirements[i + 1 :]])
    for segment, allowed in epoch_segments(edges, finder.epochs):
        concerned = requirement.epochs(finder.epochs)
        if max(segment[0], concerned[0]) <= min(segment[-1], concerned[-1]):
            value = _best_metric_value(finder.by_skew, requirement, intersect((finder.bounds,), allowed))
            best = min(best, value) if requirement.sense == "at least" else max(best, value)
    return best


def _best_metric_value(by_skew: SharesBySkew, requirement: Requirement, allowed: SkewIntervals) -> float:
    """The best metric value of a requirement on single epochs, over all allowed skews."""
    sign = 1.0 if requirement.sense == "at least" else -1.0

    def metric_value(skews: FloatArray) -> FloatArray:
        return sign * requirement_value(requirement, by_skew.shares_at(skews), by_skew.counts, by_skew.draws)

    best = [float(metric_value(np.array([where_highest(metric_value, low, high)]))[0]) for low, high in allowed]
    return sign * max(best, default=-np.inf)


def _looser_possible_bound(
    possible: Callable[[float], bool], bound: float, floor: float, ceiling: float, at_least: bool
) -> float | None:
    """A looser bound that is possible, found in growing steps; None where not even the loosest is."""
    end = floor if at_least else ceiling
    if not possible(end):
        return None
    factor = 1.25
    while True:
        bound = bound / factor if at_least else max(bound, 1e-9) * factor
        if bound <= floor or bound >= ceiling or bound < 1e-12:
            return end
        if possible(bound):
            return bound
        factor *= factor


def _rounded_outwards(bound: float, down: bool, nudge: int) -> float:
    """Three significant digits, away from the conflict, and `nudge` units further."""
    if bound == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(bound))) - 2)
    steps = math.floor(bound / unit) - nudge if down else math.ceil(bound / unit) + nudge
    return float(f"{steps * unit:.12g}")
