"""The best schedule of one shape for any requirements, on one data set and within bounds on the skew.

The one contract here: "the best schedule" and "is there any" come from the same search, so that solutions and conflicts
agree with each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Schedule
from sampler_core.tuning.best_piecewise import BestSchedule, best_piecewise, furthest_inside
from sampler_core.tuning.family_search import (
    COARSE,
    FoundSchedule,
    SlackProblem,
    best_run_value,
    cannot_hold,
    search_family,
    slack_of_schedules,
    slack_on_exact_shares,
)
from sampler_core.tuning.feasible_band import Edge, edge_of, epoch_segments
from sampler_core.tuning.local_refinement import nearest_schedule, refined
from sampler_core.tuning.requirements import Requirement, over_run
from sampler_core.tuning.run_bounds import RunBound, initial_run_bounds, metric_jumps, unmet_run_bound
from sampler_core.tuning.schedule_families import Family, family
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.skew_intervals import UNLIMITED, edge_distance, intersect, nearest_interval

HOLDS = -1e-9  # a slack that is 0 but for rounding
_MOST_REFINED, _MOST_REFINED_WITH_RUN_BOUNDS = 24, 3  # candidates of a family
_USUAL_SKEWS, _SKEWS_TRIED = (-1.0, 2.0), 33  # of piecewise schedules: tried first, and how many
_MOST_ROUNDS = 6  # each adds one run bound that the last schedule did not meet


class BestScheduleFinder:
    """Finds schedules of one shape within bounds, under one plan's scheme, limits and sizes.

    proved: False once `has_schedule` answered "no" without a complete search.
    """

    def __init__(
        self, by_skew: SharesBySkew, plan: SamplingPlan, shape: str, bounds: tuple[float, float], enough: float
    ) -> None:
        self.by_skew, self.shape, self.bounds, self.enough = by_skew, shape, bounds, enough
        self.epochs = plan.epochs or 1
        skews = plan.skews()
        self.plan_skews = np.zeros(self.epochs) if skews is None else skews
        self.proved = True
        self._edges: dict[Requirement, Edge] = {}
        family(shape, self.epochs, [])  # an unknown shape is refused before any work

    def edges(self, requirements: Sequence[Requirement]) -> tuple[Edge, ...]:
        """The edges of all requirements of single epochs; those of one requirement are found once."""
        by_epoch = [requirement for requirement in requirements if not over_run(requirement)]
        for requirement in by_epoch:
            if requirement not in self._edges:
                self._edges[requirement] = edge_of(self.by_skew, requirement, self.epochs)
        return tuple(self._edges[requirement] for requirement in by_epoch)

    def best_schedule(self, requirements: Sequence[Requirement]) -> BestSchedule | None:
        """The best schedule for these requirements; None where no schedule meets them."""
        run_bounds = self._run_bounds(requirements)
        best = self._best(self._problem(requirements, run_bounds))
        for _ in range(_MOST_ROUNDS):
            if best is None:
                return None
            skews = self._epoch_skews(best.schedule)
            unmet = unmet_run_bound(self.by_skew, requirements, skews, best.slack, run_bounds)
            if unmet is None:
                return best._replace(proved=best.proved and self._is_exact(requirements, run_bounds))
            run_bounds.append(unmet)
            best = self._best(self._problem(requirements, run_bounds))
        return best and best._replace(proved=False)

    def has_schedule(self, requirements: Sequence[Requirement]) -> bool:
        """Whether any schedule meets these requirements."""
        run_bounds = self._run_bounds(requirements)
        for _ in range(_MOST_ROUNDS):
            problem = self._problem(requirements, run_bounds)
            if problem is None or cannot_hold(problem, metric_jumps(self.by_skew, requirements)):
                return False
            skews = self._any_schedule(problem)
            if skews is None:
                self.proved = self.proved and self._is_exact(requirements, run_bounds)
                return False
            unmet = unmet_run_bound(self.by_skew, requirements, skews, 0.0, run_bounds)
            if unmet is None:
                return True
            run_bounds.append(unmet)
        return False

    def slack_upper_bound(self, requirements: Sequence[Requirement]) -> float:
        """Upper bound on the slack, from the per-epoch requirements alone; below 0: no shape can meet them."""
        segments = epoch_segments(self.edges(requirements), self.epochs)
        return min(furthest_inside(allowed, *self.bounds)[1] for _, allowed in segments)

    def has_piecewise_schedule(self, requirements: Sequence[Requirement]) -> bool:
        """Whether one of a few piecewise schedules meets these requirements.

        Tried are `_SKEWS_TRIED` schedules, each at the same fraction of what every segment of epochs allows.
        """
        run_bounds = self._run_bounds(requirements)
        problem = self._problem(requirements, run_bounds)
        if problem is None:
            return False
        tried = np.zeros((_SKEWS_TRIED, self.epochs))
        for segment, allowed in problem.segments:
            within_bounds = intersect((self.bounds,), allowed)
            intervals = intersect((_USUAL_SKEWS,), within_bounds) or within_bounds
            if not intervals:
                return False
            even = np.linspace(intervals[0][0], intervals[-1][1], _SKEWS_TRIED)
            low, high = nearest_interval(intervals, even).T
            tried[:, segment.start : segment.stop] = np.clip(even, low, high)[:, None]
        likely = tried[slack_of_schedules(problem, tried) >= HOLDS]
        return any(unmet_run_bound(self.by_skew, requirements, skews, 0.0, run_bounds) is None for skews in likely)

    def slack_of(self, requirements: Sequence[Requirement], skews: FloatArray) -> float:
        """The slack of one schedule, (epochs,); below 0 where it does not meet these requirements."""
        run_bounds = self._run_bounds(requirements)
        slack = -UNLIMITED
        for _ in range(_MOST_ROUNDS):
            problem = self._problem(requirements, run_bounds)
            if problem is None:
                return -UNLIMITED
            slack = slack_on_exact_shares(problem, skews, max(slack, 0.0))
            unmet = unmet_run_bound(self.by_skew, requirements, skews, max(slack, 0.0), run_bounds)
            if unmet is None:
                return slack
            run_bounds.append(unmet)
        return min(slack, 0.0)

    def best_run_value(self, requirement: Requirement, others: Sequence[Requirement]) -> float:
        """The best metric value of a requirement over the run, with the best skew that the others leave each epoch."""
        together = [*others, requirement]
        problem = self._problem(together, self._run_bounds(together))
        if problem is None or metric_jumps(self.by_skew, [requirement]):
            return requirement.bound
        bounds = [run_bound for run_bound in problem.run_bounds if run_bound.requirement == requirement]
        values = [requirement.bound, *(best_run_value(problem, run_bound) for run_bound in bounds)]
        return max(values) if requirement.sense == "at most" else min(values)

    def _run_bounds(self, requirements: Sequence[Requirement]) -> list[RunBound]:
        return initial_run_bounds(self.by_skew, requirements, self.epochs)

    def _problem(self, requirements: Sequence[Requirement], run_bounds: list[RunBound]) -> SlackProblem | None:
        """None where the requirements of an epoch leave it no skew."""
        segments = epoch_segments(self.edges(requirements), self.epochs)
        if not all(allowed for _, allowed in segments):
            return None
        for run_bound in run_bounds:
            self.by_skew.add_turning_points(run_bound.position)
        distances = [edge_distance(allowed) for _, allowed in segments]
        return SlackProblem(self.by_skew, segments, distances, run_bounds, *self.bounds, self.enough)

    def _is_exact(self, requirements: Sequence[Requirement], run_bounds: Sequence[RunBound]) -> bool:
        """Whether the run bounds ask for no more than is required, of metrics that do not jump."""
        tightened = any(run_bound.requirement not in requirements for run_bound in run_bounds)
        return not tightened and not metric_jumps(self.by_skew, requirements)

    def _any_schedule(self, problem: SlackProblem) -> FloatArray | None:
        """The skews of some schedule that meets all; None where none was found."""
        skew = self._constant_skew(problem)
        if skew is not None:
            return np.full(self.epochs, skew)
        if self._is_piecewise(problem):
            piecewise = best_piecewise(problem, self.plan_skews)
            self.proved = self.proved and piecewise.proved
            return self._epoch_skews(piecewise.schedule) if piecewise.slack >= HOLDS else None
        members = self._family(problem)
        found = search_family(problem, members, least=0.0)
        if found[0].slack >= HOLDS:
            return found[0].skews(members).ravel()
        self.proved = self.proved and found[0].proved
        likely = (one for one in found[: self._most_refined(problem)] if one.slack > -2 * COARSE)
        exact = (self._refined(problem, members, one) for one in likely)
        return next((one.skews(members).ravel() for one in exact if one.slack >= HOLDS), None)

    def _constant_skew(self, problem: SlackProblem) -> float | None:
        """The skew of a constant schedule that meets all, which every shape can be: quick, and often enough."""
        common = intersect((self.bounds,), *(allowed for _, allowed in problem.segments))
        if not common:
            return None
        skews = np.concatenate([np.linspace(low, high, 9) for low, high in common])
        slack = slack_of_schedules(problem, np.repeat(skews[:, None], self.epochs, axis=1), -1.0)
        return float(skews[slack.argmax()]) if slack.max() >= 0.0 or not problem.run_bounds else None

    def _best(self, problem: SlackProblem | None) -> BestSchedule | None:
        if problem is None:
            return None
        if self._is_piecewise(problem):
            best = best_piecewise(problem, self.plan_skews)
            return best if best.slack >= HOLDS else None
        members = self._family(problem)
        found = search_family(problem, members)
        if found[0].slack < -2 * COARSE:
            return None
        likely = [one for one in found if one.slack > found[0].slack - COARSE][: self._most_refined(problem)]
        exact = self._nearest_to_plan(problem, members, [self._refined(problem, members, one) for one in likely])
        best = BestSchedule(members.build(exact.h, exact.a, exact.b), exact.slack, exact.proved)
        return best if best.slack >= HOLDS else None

    def _nearest_to_plan(self, problem: SlackProblem, members: Family, found: list[FoundSchedule]) -> FoundSchedule:
        """The most slack; of equal ones, the one nearest to the plan's own skews."""
        most = max(one.slack for one in found)
        equal = [nearest_schedule(problem, members, one, self.plan_skews) for one in found if one.slack >= most - 1e-7]
        return min(equal, key=lambda one: round(float(np.abs(one.skews(members) - self.plan_skews).max()), 6))

    def _is_piecewise(self, problem: SlackProblem) -> bool:
        return self.shape == "piecewise" and (not problem.run_bounds or len(problem.segments) > 1)

    def _family(self, problem: SlackProblem) -> Family:
        return family(self.shape, self.epochs, [segment[0] for segment, _ in problem.segments])

    def _most_refined(self, problem: SlackProblem) -> int:
        return _MOST_REFINED_WITH_RUN_BOUNDS if problem.run_bounds else _MOST_REFINED

    def _refined(self, problem: SlackProblem, members: Family, found: FoundSchedule) -> FoundSchedule:
        """Exact to rounding. With run bounds, on exact rows of shares, as often as that still moves the result."""
        found = refined(problem, members, found)
        for _ in range(4 if problem.run_bounds else 0):
            found = found._replace(slack=slack_on_exact_shares(problem, found.skews(members)[0], found.slack))
            again = refined(problem, members, found)
            moved = abs(again.a - found.a) + abs(again.b - found.b) + abs(again.slack - found.slack)
            found = again
            if moved < 1e-9:
                break
        return found._replace(slack=slack_on_exact_shares(problem, found.skews(members)[0], found.slack))

    def _epoch_skews(self, schedule: Schedule) -> FloatArray:
        return np.array([schedule(epoch, self.epochs) for epoch in range(self.epochs)])
