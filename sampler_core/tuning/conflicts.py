"""Why there is no solution: requirements that conflict, as few as can be, and what would reconcile them.

The one contract here: the requirements named exclude each other for the shape asked, and any one of them left out, or
changed to the number given, makes the others possible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.best_schedule import Reach
from sampler_core.tuning.feasible_band import segments
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, bounds_of, over_run, relaxed
from sampler_core.tuning.skew_curve import Curve, value_of
from sampler_core.tuning.skew_intervals import Union, intersection, where_highest


@dataclass(frozen=True, slots=True)
class Conflict:
    """requirements: an irreducible set. agree_at: for each, the bound at which it would just go with the others, rounded
    outwards to three digits; None where no bound would. shape: what was asked for. shape_alone: a piecewise schedule
    that meets all that is required was found. proved: False where the search was not complete.
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
            f"{requirement.sense} {bound_in_words(requirement, bound)} instead of {bound_in_words(requirement, requirement.bound)} "
            f"in “{requirement}”"
            for requirement, bound in zip(self.requirements, self.agree_at, strict=True)
            if bound is not None
        ]
        agree = f" They would just agree with {', or '.join(ways)}." if ways else ""
        other = " A piecewise schedule can meet all that is required: try that shape." if self.shape_alone else ""
        return what + agree + other


def conflict(reach: Reach, requirements: Sequence[Requirement]) -> Conflict:
    """The conflict among requirements that `reach` cannot meet together."""
    if reach.any(requirements):  # met between the table's skews, missed on the shares as drawn
        return Conflict(tuple(requirements), (None,) * len(requirements), reach.shape, False, reach.bounds, False)
    if reach.most(requirements) < 0:  # the requirements of some epoch leave it no skew, whatever the shape
        few = _irreducible(requirements, lambda some: reach.most(some) < 0)
        alone = False
    else:
        few = _irreducible(requirements, lambda some: not reach.any(some))
        alone = reach.shape != "piecewise" and reach.apart(requirements)
    agree = tuple(_agrees_at(reach, few, i) for i in range(len(few)))
    return Conflict(tuple(few), agree, reach.shape, alone, reach.bounds, reach.proved)


def _irreducible(
    requirements: Sequence[Requirement], conflicting: Callable[[Sequence[Requirement]], bool]
) -> list[Requirement]:
    """Each requirement is left out in turn; it stays out where the others still conflict.

    Requirements over the run, which cost most to check, come first and all at once.
    """
    few = [requirement for requirement in requirements if not over_run(requirement)]
    if not conflicting(few):
        few = list(requirements)
    for requirement in tuple(few):
        without = [other for other in few if other is not requirement]
        if conflicting(without):
            few = without
    return few


def _agrees_at(reach: Reach, requirements: list[Requirement], i: int) -> float | None:
    """The bound of requirement i at which all are possible, rounded outwards to three digits."""
    requirement = requirements[i]
    floor, ceiling = bounds_of(requirement)
    at_least = requirement.sense == "at least"

    def possible(bound: float) -> bool:
        return reach.any([*requirements[:i], relaxed(requirement, bound), *requirements[i + 1 :]])

    def rounded(bound: float) -> float | None:
        tried = [_outwards(bound, at_least, nudge) for nudge in range(2)]
        return next((outer for outer in tried if floor <= outer <= ceiling and possible(outer)), None)

    tight = _needed(reach, requirements, i)
    if (at_once := rounded(tight)) is not None:
        return at_once
    loose = _loosened(possible, tight, floor, ceiling, at_least)
    if loose is None:
        return None
    loose = min(max(_outwards(loose, at_least, 0), floor), ceiling)
    while True:  # among numbers of three digits
        middle = math.sqrt(loose * tight) if min(loose, tight) > 0 else (loose + tight) / 2
        middle = _outwards(middle, at_least, 0)
        if middle == loose or not min(loose, tight) < middle < max(loose, tight):
            return loose
        loose, tight = (middle, tight) if possible(middle) else (loose, middle)


def _needed(reach: Reach, requirements: list[Requirement], i: int) -> float:
    """A bound that requirement i needs at least: its best figure where the others leave an epoch of it room."""
    requirement, best = requirements[i], requirements[i].bound
    if over_run(requirement):
        return reach.best_over_run(requirement, [*requirements[:i], *requirements[i + 1 :]])
    edges = reach.edges([*requirements[:i], *requirements[i + 1 :]])
    for stretch, allowed in segments(edges, reach.epochs):
        concerned = requirement.epochs(reach.epochs)
        if max(stretch[0], concerned[0]) <= min(stretch[-1], concerned[-1]):
            figure = _best_figure(reach.curve, requirement, intersection((reach.bounds,), allowed))
            best = min(best, figure) if requirement.sense == "at least" else max(best, figure)
    return best


def _best_figure(curve: Curve, requirement: Requirement, allowed: Union) -> float:
    """The best value of the figure that a requirement of single epochs limits, over a union of skews within bounds."""
    sign = 1.0 if requirement.sense == "at least" else -1.0

    def figure(skews: FloatArray) -> FloatArray:
        return sign * value_of(requirement, curve.at(skews), curve.counts, curve.draws)

    best = [float(figure(np.array([where_highest(figure, low, high)]))[0]) for low, high in allowed]
    return sign * max(best, default=-np.inf)


def _loosened(
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


def _outwards(bound: float, down: bool, nudge: int) -> float:
    """Three significant digits, away from the conflict, and `nudge` units further."""
    if bound == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(bound))) - 2)
    steps = math.floor(bound / unit) - nudge if down else math.ceil(bound / unit) + nudge
    return float(f"{steps * unit:.12g}")
