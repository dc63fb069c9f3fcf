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
from sampler_core.tuning.best_schedule import BestSchedule, BestScheduleFinder
from sampler_core.tuning.feasible_band import SkewIntervals, epoch_segments, intersect
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, bounds_of, over_run, relaxed
from sampler_core.tuning.shares_by_skew import SharesBySkew, skew_where_highest
from sampler_core.tuning.verdicts import verdict_value

MOST_EFFORT = 40_000_000  # of a search, after which bounds are not narrowed any more


@dataclass(frozen=True, slots=True)
class Conflict:
    """Requirements that conflict; leaving out any one of them ends the conflict.

    agree_at: for each, the tightest bound that the others allow, rounded outwards to three digits (after `MOST_EFFORT`
    one that they allow); None where there is none. shape: of the schedules searched. shape_alone: a piecewise schedule
    meets all requirements. proved: False where the search was not complete.
    """

    requirements: tuple[Requirement, ...]
    agree_at: tuple[float | None, ...]
    shape: str
    shape_alone: bool
    bounds: tuple[float, float]
    proved: bool = True

    @property
    def least_change(self) -> tuple[Requirement, Requirement] | None:
        """The requirement whose bound must change least, relative to it, and the same with the bound that agrees."""
        pairs = zip(self.requirements, self.agree_at, strict=True)
        changes = [(one, relaxed(one, bound)) for one, bound in pairs if bound is not None]
        return min(changes, key=lambda change: times_changed(*change), default=None)

    def __str__(self) -> str:
        who = " and ".join(f"“{requirement}”" for requirement in self.requirements)
        conflict = f"No {self.shape} schedule with skews from {self.bounds[0]:g} to {self.bounds[1]:g} "
        conflict += f"meets {who}." if len(self.requirements) == 1 else f"meets {who} together."
        if not self.proved:
            conflict = conflict.replace("No ", "Found no ", 1)
        agreeing_bounds = [
            f"{one.sense} {bound_in_words(one, bound)} instead of {bound_in_words(one, one.bound)} in “{one}”"
            for one, bound in zip(self.requirements, self.agree_at, strict=True)
            if bound is not None
        ]
        ends = "It would be met" if len(self.requirements) == 1 else "They would agree"
        agreement = f" {ends} with {', or '.join(agreeing_bounds)}." if agreeing_bounds else ""
        other_shape = " A piecewise schedule can meet all that is required: try that shape." if self.shape_alone else ""
        return conflict + agreement + other_shape


def times_changed(before: Requirement, after: Requirement) -> float:
    """The factor between the bounds of two requirements, from 1 on."""
    bounds = sorted((max(before.bound, 1e-12), max(after.bound, 1e-12)))
    return bounds[1] / bounds[0]


def find_conflict(finder: BestScheduleFinder, requirements: Sequence[Requirement]) -> Conflict:
    """The conflict among requirements for which `finder` has no solution; one that is stated twice counts once."""
    requirements = tuple(dict.fromkeys(requirements))
    if finder.has_schedule(requirements):  # met between the table's skews, missed on the shares as drawn
        return Conflict(requirements, (None,) * len(requirements), finder.shape, False, finder.bounds, False)
    if finder.slack_upper_bound(requirements) < 0:  # some epoch has no allowed skew, whatever the shape
        conflicting = _irreducible_conflict(requirements, lambda some: finder.slack_upper_bound(some) < 0)
        shape_alone = False
    else:
        conflicting = _irreducible_conflict(requirements, lambda some: not finder.has_schedule(some))
        piecewise = BestScheduleFinder(finder.by_skew, finder.plan, "piecewise", finder.bounds, finder.found_edges)
        shape_alone = finder.shape != "piecewise" and piecewise.has_schedule(requirements)
    agreeing_bounds = tuple(_agreeing_bound(finder, conflicting, i) for i in range(len(conflicting)))
    return Conflict(tuple(conflicting), agreeing_bounds, finder.shape, shape_alone, finder.bounds, finder.proved)


def _irreducible_conflict(
    requirements: Sequence[Requirement], in_conflict: Callable[[Sequence[Requirement]], bool]
) -> list[Requirement]:
    """The requirements left when each is dropped in turn, and stays out where the others still conflict.

    Requirements over the run are dropped first, all at once: they cost most to check.
    """
    conflicting = [requirement for requirement in requirements if not over_run(requirement)]
    if not in_conflict(conflicting):
        conflicting = list(requirements)
    for requirement in tuple(conflicting):
        without_one = [other for other in conflicting if other is not requirement]
        if in_conflict(without_one):
            conflicting = without_one
    return conflicting


def _agreeing_bound(finder: BestScheduleFinder, conflicting: list[Requirement], i: int) -> float | None:
    """The bound of requirement i at which all are possible, rounded outwards to three digits; None: there is none.

    A schedule that is found says by its own value how far to go at once, and local steps from it how much further. Then
    the search either finds one beyond, or shows that there is none. After `MOST_EFFORT` it is the bound reached so far.
    """
    requirement, down, effort = conflicting[i], conflicting[i].sense == "at least", finder.by_skew.effort
    estimate = _bound_estimate(finder, conflicting, i)
    if not math.isfinite(estimate):  # the others allow no skew on its epochs
        return None
    places = _bound_places_outwards(requirement, estimate)

    def agreed(at: int) -> list[Requirement]:
        return [*conflicting[:i], relaxed(requirement, _bound_at(places[at])), *conflicting[i + 1 :]]

    def place_of(found: BestSchedule, at: int) -> int:
        value_place = _bound_place(finder.worst_value(requirement, found.skews), down)
        return min(at, max(0, (value_place - places[0]) * (-1 if down else 1)))

    if len(places) and not any(map(over_run, conflicting)) and finder.has_schedule(agreed(0)):
        return _bound_at(places[0])
    at = len(places)
    while at > 0 and (at == len(places) or effort.spent < MOST_EFFORT):
        found = finder.best_schedule(agreed(at - 1), least=0.0)
        if found is None:
            break
        low, at = -1, place_of(found, at - 1)
        while at - low > 1 and effort.spent < MOST_EFFORT:
            middle = (low + at) // 2
            nearer = finder.schedule_near(agreed(middle), found)
            low, at, found = (middle, at, found) if nearer is None else (low, place_of(nearer, middle), nearer)
    return _bound_at(places[at]) if at < len(places) else None


def _bound_places_outwards(requirement: Requirement, tightest: float) -> range:
    """The places of the bounds that may be asked for, from the tightest on; see `_bound_at`."""
    floor, ceiling = bounds_of(requirement)
    down = requirement.sense == "at least"
    first, last = (_bound_place(bound, down) for bound in (tightest, floor if down else ceiling))
    return range(first, last - 1, -1) if down else range(first, last + 1)


def _bound_place(bound: float, down: bool) -> int:
    """The place of a bound among the numbers of three digits, rounded down or up; of what is below 1e-12 as of that."""
    bound = max(bound, 1e-12)
    decade = math.floor(math.log10(bound)) - 2
    digits = bound / 10.0**decade
    return 900 * decade + (math.floor(digits) if down else math.ceil(digits)) - 100


def _bound_at(bound_place: int) -> float:
    """The number of three digits at a place: 100, 101, ..., 999, 1000, 1010 at 0, 1, ..., 899, 900, 901."""
    return float(f"{100 + bound_place % 900}e{bound_place // 900}")


def _bound_estimate(finder: BestScheduleFinder, conflicting: list[Requirement], i: int) -> float:
    """A bound that requirement i cannot beat: the best metric value at the skews that the others allow."""
    requirement, best_bound = conflicting[i], conflicting[i].bound
    if over_run(requirement):
        return finder.best_run_value(requirement, [*conflicting[:i], *conflicting[i + 1 :]])
    edges = finder.edges([*conflicting[:i], *conflicting[i + 1 :]])
    for segment, allowed in epoch_segments(edges, finder.epochs):
        epochs = requirement.epochs(finder.epochs)
        if max(segment[0], epochs[0]) <= min(segment[-1], epochs[-1]):
            best_value = _best_value_on_epochs(finder.by_skew, requirement, intersect((finder.bounds,), allowed))
            best_bound = min(best_bound, best_value) if requirement.sense == "at least" else max(best_bound, best_value)
    return best_bound


def _best_value_on_epochs(by_skew: SharesBySkew, requirement: Requirement, allowed: SkewIntervals) -> float:
    """The best metric value of a requirement on single epochs, over all allowed skews."""
    sign = 1.0 if requirement.sense == "at least" else -1.0

    def signed_value(skews: FloatArray) -> FloatArray:
        return sign * verdict_value(requirement, by_skew.shares_at(skews), by_skew.counts, by_skew.draws)

    best_values = [
        float(signed_value(np.array([skew_where_highest(signed_value, low, high)]))[0]) for low, high in allowed
    ]
    return sign * max(best_values, default=-np.inf)
