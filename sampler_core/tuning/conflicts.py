"""Conflicts: the fewest requirements that no schedule meets together, and the bounds at which one would.

The one contract here: no schedule of the shape meets the requirements named; without any one of them, or with its
bound changed to the number given, one does.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.best_schedule import BestScheduleFinder
from sampler_core.tuning.feasible_band import SkewIntervals, epoch_segments, intersect
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, bounds_of, over_run, relaxed
from sampler_core.tuning.shares_by_skew import SharesBySkew, where_highest
from sampler_core.tuning.verdicts import requirement_value


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
    """The bound of requirement i at which all are possible, rounded outwards to three digits; None: there is none."""

    def agree(place: int) -> bool:
        agreeing = relaxed(requirements[i], _three_digits(place))
        return finder.has_schedule([*requirements[:i], agreeing, *requirements[i + 1 :]])

    places = _places_outwards(requirements[i], _bound_estimate(finder, requirements, i))
    nearby = next((place for place in places[:2] if agree(place)), None)
    if nearby is not None:
        return _three_digits(nearby)
    if not places or not agree(places[-1]):
        return None
    return _three_digits(places[bisect_left(places, True, lo=min(2, len(places) - 1), key=agree)])


def _places_outwards(requirement: Requirement, tightest: float) -> range:
    """The places of the bounds that may be asked for, from the tightest on; see `_three_digits`."""
    floor, ceiling = bounds_of(requirement)
    down = requirement.sense == "at least"
    first, last = (_place(bound, down) for bound in (tightest, floor if down else ceiling))
    return range(first, last - 1, -1) if down else range(first, last + 1)


def _place(bound: float, down: bool) -> int:
    """The place of a bound among the numbers of three digits, rounded down or up; of what is below 1e-12 as of that."""
    bound = max(bound, 1e-12)
    decade = math.floor(math.log10(bound)) - 2
    digits = bound / 10.0**decade
    return 900 * decade + (math.floor(digits) if down else math.ceil(digits)) - 100


def _three_digits(place: int) -> float:
    """The number of three digits at a place: 100, 101, ..., 999, 1000, 1010 at 0, 1, ..., 899, 900, 901."""
    return float(f"{100 + place % 900}e{place // 900}")


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
