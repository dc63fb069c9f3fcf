"""What a shape can reach: its best schedule for any requirements, on one data set, within bounds.

The one contract here: one value answers "the best for these requirements" and "is there any", so that a solution, a
conflict and the numbers at which requirements would agree come from the same search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Schedule
from sampler_core.tuning.family_search import (
    COARSE,
    Found,
    Problem,
    best_of_run,
    exact_slack,
    hopeless,
    problem,
    search,
    slack_of,
)
from sampler_core.tuning.feasible_band import Edge, edge_of, segments
from sampler_core.tuning.local_refinement import nearest, polished
from sampler_core.tuning.piecewise_levels import best_levels, furthest_inside
from sampler_core.tuning.requirements import Requirement, over_run
from sampler_core.tuning.run_requirements import RunTerm, jumps, missed, run_terms
from sampler_core.tuning.schedule_families import Family, family
from sampler_core.tuning.skew_curve import Curve
from sampler_core.tuning.skew_intervals import FREE, intersection, piece_at

HOLDS = -1e-9  # a slack that is 0 but for rounding
_MOST_POLISHED, _MOST_POLISHED_COUPLED = 24, 3
_USUAL, _MOST_LEVELS = (-1.0, 2.0), 33  # the skews that are tried first, and how many
_MOST_ASKED = 6  # times that more is asked of requirements over the run


class Best(NamedTuple):
    """A schedule with its slack; proved: see `search.Found`."""

    schedule: Schedule
    slack: float
    proved: bool


class Reach:
    """The schedules of one shape within bounds, under one plan's scheme, limits and sizes."""

    def __init__(
        self, curve: Curve, plan: SamplingPlan, shape: str, bounds: tuple[float, float], enough: float
    ) -> None:
        self.curve, self.shape, self.bounds, self.enough = curve, shape, bounds, enough
        self.epochs = plan.epochs or 1
        skews = plan.skews()
        self.nearest_to = np.zeros(self.epochs) if skews is None else skews
        self.proved = True  # False once a "no" was given without a complete search
        self._edges: dict[Requirement, Edge] = {}
        family(shape, self.epochs, [])  # an unknown shape is refused before any work

    def edges(self, requirements: Sequence[Requirement]) -> tuple[Edge, ...]:
        """As `band.edges_of`, each requirement's edges found once."""
        by_epoch = [requirement for requirement in requirements if not over_run(requirement)]
        for requirement in by_epoch:
            if requirement not in self._edges:
                self._edges[requirement] = edge_of(self.curve, requirement, self.epochs)
        return tuple(self._edges[requirement] for requirement in by_epoch)

    def best(self, requirements: Sequence[Requirement]) -> Best | None:
        """The best schedule for these requirements; None where there is none that meets them."""
        asked = run_terms(self.curve, requirements, self.epochs)
        best, term = self._best(requirements, asked), None
        for _ in range(_MOST_ASKED):
            if best is None:
                return None
            term = missed(self.curve, requirements, self._along(best.schedule), best.slack, asked)
            if term is None:
                break
            asked.append(term)
            best = self._best(requirements, asked)
        return best and best._replace(proved=best.proved and term is None and self._fair(requirements, asked))

    def any(self, requirements: Sequence[Requirement]) -> bool:
        """Whether any schedule meets these requirements."""
        asked = run_terms(self.curve, requirements, self.epochs)
        for _ in range(_MOST_ASKED):
            given = self._problem(requirements, asked)
            if given is None or hopeless(given, jumps(self.curve, requirements)):
                return False
            skews = self._one(given)
            term = None if skews is None else missed(self.curve, requirements, skews, 0.0, asked)
            if term is None:
                break
            asked.append(term)
        self.proved = self.proved and (skews is not None or self._fair(requirements, asked))
        return skews is not None and term is None

    def most(self, requirements: Sequence[Requirement]) -> float:
        """More slack than the requirements of single epochs leave has no schedule whatever."""
        stretches = segments(self.edges(requirements), self.epochs)
        return min(furthest_inside(allowed, *self.bounds)[1] for _, allowed in stretches)

    def apart(self, requirements: Sequence[Requirement]) -> bool:
        """Whether a level of its own for each stretch of epochs was found to meet these requirements: tried are few, all as
        far along what each stretch may have."""
        asked = run_terms(self.curve, requirements, self.epochs)
        given = self._problem(requirements, asked)
        if given is None:
            return False
        levels = []
        for stretch, allowed in given.stretches:
            pieces = intersection((self.bounds,), (_USUAL,), allowed) or intersection((self.bounds,), allowed)
            if not pieces:
                return False
            along = np.linspace(pieces[0][0], pieces[-1][1], _MOST_LEVELS)
            near = piece_at(pieces, along)
            levels.append(np.repeat(np.clip(along, near[:, 0], near[:, 1])[:, None], len(stretch), axis=1))
        tried = np.concatenate(levels, axis=1)
        likely = tried[slack_of(given, tried) >= HOLDS]
        return any(missed(self.curve, requirements, skews, 0.0, asked) is None for skews in likely)

    def slack(self, requirements: Sequence[Requirement], skews: FloatArray) -> float:
        """The slack of one schedule, (epochs,); below 0 where it does not meet these requirements."""
        asked = run_terms(self.curve, requirements, self.epochs)
        slack = -FREE
        for _ in range(_MOST_ASKED):
            given = self._problem(requirements, asked)
            if given is None:
                return -FREE
            slack = exact_slack(given, skews, max(slack, 0.0))
            term = missed(self.curve, requirements, skews, max(slack, 0.0), asked)
            if term is None:
                return slack
            asked.append(term)
        return min(slack, 0.0)

    def best_over_run(self, requirement: Requirement, others: Sequence[Requirement]) -> float:
        """The best figure of a requirement over the run where every epoch has the best skew that the others leave it."""
        together = [*others, requirement]
        given = self._problem(together, run_terms(self.curve, together, self.epochs))
        if given is None or jumps(self.curve, [requirement]):
            return requirement.bound
        best = [best_of_run(given, term) for term in given.run_terms if term.requirement == requirement]
        return max([*best, requirement.bound]) if requirement.sense == "at most" else min([*best, requirement.bound])

    def _fair(self, requirements: Sequence[Requirement], asked: Sequence[RunTerm]) -> bool:
        """Whether no more was asked than is required, of figures that do not jump."""
        return not jumps(self.curve, requirements) and all(term.requirement in requirements for term in asked)

    def _one(self, given: Problem) -> FloatArray | None:
        """The skews of some schedule that meets all."""
        level = self._level(given)
        if level is not None:
            return np.full(self.epochs, level)
        if self._by_levels(given):
            levels = best_levels(given, self.nearest_to)
            self.proved = self.proved and levels.proved
            return self._along(levels.schedule) if levels.slack >= HOLDS else None
        ways = self._family(given)
        found = search(given, ways, least=0.0)
        if found[0].slack >= HOLDS:
            return self._skews(ways, found[0])
        most = _MOST_POLISHED_COUPLED if given.run_terms else _MOST_POLISHED
        self.proved = self.proved and found[0].proved
        near = (self._finished(given, ways, one) for one in found[:most] if one.slack > -2 * COARSE)
        return next((self._skews(ways, one) for one in near if one.slack >= HOLDS), None)

    def _level(self, given: Problem) -> float | None:
        """The skew of a level schedule that will do, which every shape can be: quick, and often enough."""
        common = intersection((self.bounds,), *(allowed for _, allowed in given.stretches))
        if not common:
            return None
        skews = np.concatenate([np.linspace(a, b, 9) for a, b in common])
        slack = slack_of(given, np.repeat(skews[:, None], self.epochs, axis=1), -1.0)
        return float(skews[slack.argmax()]) if slack.max() >= 0.0 or not given.run_terms else None

    def _best(self, requirements: Sequence[Requirement], asked: list[RunTerm]) -> Best | None:
        given = self._problem(requirements, asked)
        if given is None:
            return None
        if self._by_levels(given):
            levels = best_levels(given, self.nearest_to)
            return Best(levels.schedule, levels.slack, levels.proved) if levels.slack >= HOLDS else None
        ways = self._family(given)
        rough = search(given, ways)
        if rough[0].slack < -2 * COARSE:
            return None
        likely = [one for one in rough if one.slack > rough[0].slack - COARSE]
        likely = likely[: _MOST_POLISHED_COUPLED if given.run_terms else _MOST_POLISHED]
        found = self._chosen(given, ways, [self._finished(given, ways, one) for one in likely])
        return Best(ways.build(found.h, found.a, found.b), found.slack, found.proved) if found.slack >= HOLDS else None

    def _chosen(self, given: Problem, ways: Family, found: list[Found]) -> Found:
        """The most slack; of equal ones, the one nearest to the plan's own skews."""
        most = max(one.slack for one in found)
        equal = [nearest(given, ways, one, self.nearest_to) for one in found if one.slack >= most - 1e-7]
        return min(equal, key=lambda one: round(self._away(ways, one), 6))

    def _away(self, ways: Family, one: Found) -> float:
        return float(np.abs(self._skews(ways, one) - self.nearest_to).max())

    def _by_levels(self, given: Problem) -> bool:
        return self.shape == "piecewise" and (not given.run_terms or len(given.stretches) > 1)

    def _family(self, given: Problem) -> Family:
        return family(self.shape, self.epochs, [stretch[0] for stretch, _ in given.stretches])

    def _problem(self, requirements: Sequence[Requirement], asked: list[RunTerm]) -> Problem | None:
        """None where the requirements of an epoch leave it no skew."""
        stretches = segments(self.edges(requirements), self.epochs)
        if not all(allowed for _, allowed in stretches):
            return None
        for term in asked:
            self.curve.add_turns(term.position)
        return problem(self.curve, stretches, asked, self.bounds, self.enough)

    def _finished(self, given: Problem, ways: Family, found: Found) -> Found:
        """Exact, with exact rows of shares where run terms ask for them: as often as that still moves the result."""
        done = polished(given, ways, found)
        for _ in range(4 if given.run_terms else 0):
            done = done._replace(slack=exact_slack(given, self._skews(ways, done), done.slack))
            again = polished(given, ways, done)
            moved = abs(again.a - done.a) + abs(again.b - done.b) + abs(again.slack - done.slack)
            done = again
            if moved < 1e-9:
                break
        return done._replace(slack=exact_slack(given, self._skews(ways, done), done.slack))

    def _skews(self, ways: Family, one: Found) -> FloatArray:
        skews: FloatArray = ways.skews(np.array([one.h]), np.array([one.a]), np.array([one.b]))[0]
        return skews

    def _along(self, schedule: Schedule) -> FloatArray:
        return np.array([schedule(epoch, self.epochs) for epoch in range(self.epochs)])
