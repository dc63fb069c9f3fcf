"""The best schedule of one shape for any requirements, on one data set and within bounds on the skew.

The one contract here: "the best schedule" and "is there any" come from the same search, so that solutions and conflicts
agree with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Schedule
from sampler_core.tuning.family_search import search_family
from sampler_core.tuning.feasible_band import UNLIMITED_SLACK, Edge, edge_of, epoch_segments, intersect
from sampler_core.tuning.linear_programs import nearest_schedule, refined
from sampler_core.tuning.requirements import Requirement, over_run
from sampler_core.tuning.run_bounds import (
    RunBound,
    best_run_value,
    initial_run_bounds,
    run_bounds_cannot_hold,
    run_metric_jumps,
    unmet_run_bound,
    with_run_bound,
)
from sampler_core.tuning.run_bounds_as_drawn import value_of_expected
from sampler_core.tuning.schedule_families import Family, family
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.slack_search import (
    COARSE_SLACK,
    NO_SLACK,
    FoundSchedule,
    SlackProblem,
    furthest_inside,
    search_piecewise,
    slack_of_schedules,
    slack_on_exact_shares,
)

ROUNDING_SLACK = -1e-9  # a slack that is 0 but for rounding
_MOST_CANDIDATES_REFINED, _MOST_REFINED_WITH_RUN_BOUNDS = 24, 3  # candidates of a family
_LOCAL_STEP = 0.5  # the most that a skew is moved at once
_MOST_ROUNDS = 6  # each adds one run bound that the last schedule did not meet


class BestSchedule(NamedTuple):
    """A schedule, its skews (epochs,) and its slack; proved: see `slack_search.FoundSchedule`.

    schedule: None for a constant one that is only to show that there is any. found: its place in the family.
    """

    schedule: Schedule | None
    skews: FloatArray
    slack: float
    proved: bool = True
    found: FoundSchedule | None = None


class BestScheduleFinder:
    """Finds schedules of one shape within bounds, under one plan's scheme, limits and sizes.

    proved: False once "there is none" was answered without a complete search. edges: those found so far, which other
    finders on the same shares may go on with.
    """

    def __init__(
        self,
        by_skew: SharesBySkew,
        plan: SamplingPlan,
        shape: str,
        bounds: tuple[float, float],
        edges: dict[Requirement, Edge] | None = None,
    ) -> None:
        self.by_skew, self.plan, self.shape, self.bounds = by_skew, plan, shape, bounds
        self.epochs = plan.epochs or 1
        skews = plan.skews()
        self.plan_skews = np.zeros(self.epochs) if skews is None else skews
        self.proved = True
        self.found_edges: dict[Requirement, Edge] = {} if edges is None else edges
        self._has_schedule: dict[frozenset[Requirement], bool] = {}  # what was asked before
        family(shape, self.epochs, [0])  # an unknown shape is refused before any work

    def edges(self, requirements: Sequence[Requirement]) -> tuple[Edge, ...]:
        """The edges of all requirements of single epochs; those of one requirement are found once."""
        by_epoch = [requirement for requirement in requirements if not over_run(requirement)]
        for requirement in by_epoch:
            if requirement not in self.found_edges:
                self.found_edges[requirement] = edge_of(self.by_skew, requirement, self.epochs)
        return tuple(self.found_edges[requirement] for requirement in by_epoch)

    def best_schedule(self, requirements: Sequence[Requirement], least: float = np.inf) -> BestSchedule | None:
        """The best schedule for these requirements, or any with slack `least`; None where none meets them."""
        found = self._meeting_run_bounds(requirements, partial(self._best_of_family, least=least), least)
        self._has_schedule[frozenset(requirements)] = found is not None
        return found

    def has_schedule(self, requirements: Sequence[Requirement]) -> bool:
        """Whether any schedule meets these requirements."""
        asked = frozenset(requirements)
        if asked not in self._has_schedule:
            self.best_schedule(requirements, least=0.0)
        return self._has_schedule[asked]

    def schedule_near(self, requirements: Sequence[Requirement], near: BestSchedule) -> BestSchedule | None:
        """A schedule that meets these requirements, from another one by local steps; None where these lead to none."""
        proved = self.proved
        found = self._meeting_run_bounds(requirements, partial(self._best_near, near=near, enough=0.0), 0.0)
        self.proved = proved
        if found is not None:
            self._has_schedule[frozenset(requirements)] = True
        return found

    def slack_of(self, requirements: Sequence[Requirement], skews: FloatArray) -> float:
        """The slack of one schedule, (epochs,); below 0 where it does not meet these requirements."""

        def slack_of(problem: SlackProblem) -> BestSchedule:
            return BestSchedule(None, skews, slack_on_exact_shares(problem, skews, 0.0))

        best_found = self._meeting_run_bounds(requirements, slack_of, fixed=True)
        return -UNLIMITED_SLACK if best_found is None else best_found.slack

    def worst_value(self, requirement: Requirement, skews: FloatArray) -> float:
        """The value that a requirement bounds, of one schedule, (epochs,): of its worst epoch, or of the run."""
        window = requirement.epochs(self.epochs)
        values = self.by_skew.values(requirement, self.by_skew.shares_at(skews[window.start : window.stop]))
        return float(values.max() if requirement.sense == "at most" else values.min())

    def slack_upper_bound(self, requirements: Sequence[Requirement]) -> float:
        """Upper bound on the slack, from the per-epoch requirements alone; below 0: no shape can meet them."""
        segments = epoch_segments(self.edges(requirements), self.epochs)
        return min(furthest_inside(allowed, *self.bounds)[1] for _, allowed in segments)

    def best_run_value(self, requirement: Requirement, others: Sequence[Requirement]) -> float:
        """The best metric value of a requirement over the run, with the best skew that the others leave each epoch."""
        together = [*others, requirement]
        problem = self._slack_problem(together, initial_run_bounds(self.by_skew, together, self.epochs))
        if problem is None or run_metric_jumps(self.by_skew, [requirement]):
            return requirement.bound
        run_bounds = initial_run_bounds(self.by_skew, [requirement], self.epochs)
        run_values = [
            requirement.bound,
            *(
                value_of_expected(
                    self.by_skew,
                    requirement,
                    run_bound.position,
                    len(run_bound.window),
                    best_run_value(self.by_skew, run_bound, problem.bounded_segments),
                )
                for run_bound in run_bounds
            ),
        ]
        return max(run_values) if requirement.sense == "at most" else min(run_values)

    def _meeting_run_bounds(
        self,
        requirements: Sequence[Requirement],
        search: Callable[[SlackProblem], BestSchedule | None],
        enough: float = np.inf,
        *,
        fixed: bool = False,
    ) -> BestSchedule | None:
        """What `search` finds, with further run bounds until its schedule meets all within its slack, or `enough`.

        Run bounds only take slack away: where local steps lead to a schedule with as much, no other one has more.
        fixed: `search` looks at one schedule only.
        """
        run_bounds = initial_run_bounds(self.by_skew, requirements, self.epochs)
        best_found: BestSchedule | None = None
        for _ in range(_MOST_ROUNDS):
            problem = self._slack_problem(requirements, run_bounds)
            if problem is None:
                return None
            if not run_metric_jumps(self.by_skew, requirements) and run_bounds_cannot_hold(
                self.by_skew, run_bounds, problem.bounded_segments
            ):
                return None
            near = None if best_found is None or fixed else self._best_near(problem, best_found, enough)
            if near is None or best_found is None or near.slack < min(best_found.slack - COARSE_SLACK, enough):
                near = search(problem)
            best_found = near
            tightened = any(run_bound.tightened for run_bound in run_bounds)
            exact = not tightened and not run_metric_jumps(self.by_skew, requirements)
            if best_found is None:
                self.proved = self.proved and exact
                return None
            within = max(0.0, min(best_found.slack, enough))
            unmet = unmet_run_bound(self.by_skew, requirements, best_found.skews, within, run_bounds)
            if unmet is None:
                return best_found._replace(proved=best_found.proved and exact)
            run_bounds = with_run_bound(run_bounds, unmet)
        self.proved = False
        return None

    def _slack_problem(self, requirements: Sequence[Requirement], run_bounds: list[RunBound]) -> SlackProblem | None:
        """None where the requirements of an epoch leave it no skew."""
        segments = epoch_segments(self.edges(requirements), self.epochs)
        if not all(allowed for _, allowed in segments):
            return None
        for run_bound in run_bounds:
            self.by_skew.add_turning_points(run_bound.position)
        return SlackProblem(self.by_skew, segments, run_bounds, *self.bounds)

    def _best_of_family(self, problem: SlackProblem, least: float) -> BestSchedule | None:
        """The best schedule, or any with slack `least`; None where none was found."""
        if least <= 0.0 and (skew := self._constant_skew(problem)) is not None:
            return BestSchedule(None, np.full(self.epochs, skew), 0.0)
        members = self._family(problem)
        if self.shape == "piecewise":
            best_found, trust_region = search_piecewise(problem, members, self.plan_skews), 0.5
        else:
            best_found, trust_region = search_family(problem, members, least), 4 * COARSE_SLACK
        best = best_found[0]
        if NO_SLACK <= best.slack < least and not (best.proved and self.shape == "piecewise"):
            likely_candidates = [one for one in best_found if one.slack > best.slack - trust_region / 4]
            most_refined = _MOST_REFINED_WITH_RUN_BOUNDS if problem.run_bounds else _MOST_CANDIDATES_REFINED
            likely = _best_and_some(likely_candidates, most_refined)
            refined_candidates = [self._refined(problem, members, one, trust_region) for one in likely]
            best = self._nearest_to_plan(problem, members, refined_candidates)
        if best.slack < ROUNDING_SLACK:
            self.proved = self.proved and best.proved
            return None
        return self._built(members, best)

    def _family(self, problem: SlackProblem) -> Family:
        return family(self.shape, self.epochs, [segment[0] for segment, _ in problem.segments])

    def _built(self, members: Family, best: FoundSchedule) -> BestSchedule:
        schedule = members.build(best.h, *best.skews.tolist())
        skews = np.array([schedule(epoch, self.epochs) for epoch in range(self.epochs)])
        return BestSchedule(schedule, skews, best.slack, best.proved, best)

    def _best_near(self, problem: SlackProblem, near: BestSchedule, enough: float) -> BestSchedule | None:
        """The best schedule that local steps from another one lead to; None where that fails a requirement."""
        members = self._family(problem)
        start = near.found or FoundSchedule(near.slack, 0, np.full(members.ways.shape[1], near.skews[0]))
        best = self._refined(problem, members, start, _LOCAL_STEP, enough)
        return self._built(members, best) if best.slack >= ROUNDING_SLACK else None

    def _constant_skew(self, problem: SlackProblem) -> float | None:
        """The skew of a constant schedule that meets all, which every shape can be: quick, and often enough."""
        common = intersect((self.bounds,), *(allowed for _, allowed in problem.segments))
        if not common:
            return None
        skews = np.concatenate([np.linspace(low, high, 9) for low, high in common])
        slack = slack_of_schedules(problem, np.repeat(skews[:, None], self.epochs, axis=1), -1.0)
        return float(skews[slack.argmax()]) if slack.max() >= 0.0 or not problem.run_bounds else None

    def _nearest_to_plan(
        self, problem: SlackProblem, members: Family, best_found: list[FoundSchedule]
    ) -> FoundSchedule:
        """The most slack; of equal ones, the one nearest to the plan's own skews: at most, and then on average."""
        most = max(one.slack for one in best_found)
        equally_good = [
            nearest_schedule(problem, members, one, self.plan_skews) for one in best_found if one.slack >= most - 1e-7
        ]

        def away(one: FoundSchedule) -> tuple[float, float]:
            distance = np.abs(one.epoch_skews(members) - self.plan_skews)
            return round(float(distance.max()), 6), round(float(distance.mean()), 6)

        return min(equally_good, key=away)

    def _refined(
        self, problem: SlackProblem, members: Family, best_found: FoundSchedule, trust_region: float,
        enough: float = np.inf,
    ) -> FoundSchedule:  # fmt: skip
        """Exact to rounding, or with slack `enough`.

        With run bounds, on exact rows of shares, as often as that still moves the result.
        """
        best_found = refined(problem, members, best_found, trust_region, enough)
        for _ in range(4 if problem.run_bounds else 0):
            best_found = best_found._replace(
                slack=slack_on_exact_shares(problem, best_found.epoch_skews(members)[0], best_found.slack)
            )
            refined_again = refined(problem, members, best_found, trust_region, enough)
            moved = np.abs(refined_again.skews - best_found.skews).sum() + abs(refined_again.slack - best_found.slack)
            best_found = refined_again
            if moved < 1e-9 or best_found.slack >= enough:
                break
        return best_found._replace(
            slack=slack_on_exact_shares(problem, best_found.epoch_skews(members)[0], best_found.slack)
        )


def _best_and_some(candidates: list[FoundSchedule], most: int) -> list[FoundSchedule]:
    """The first half of as many as may be, and of all others some evenly spread ones: the first of equals are alike."""
    best, others = candidates[: -(-most // 2)], candidates[-(-most // 2) :]
    if len(candidates) <= most:
        return candidates
    return [*best, *(others[i] for i in np.linspace(0, len(others) - 1, most // 2).round().astype(int))]
