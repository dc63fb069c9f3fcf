"""The solver: requirements -> the schedule of a shape that meets them all with the most slack, or a conflict.

The one contract here: a solved plan meets every requirement on the shares that will be drawn (`verdicts` of that very
plan); where there is none, the fewest requirements that conflict are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.forecast.largest_count import CHANCE
from sampler_core.formatting import number
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.schedules import Schedule
from sampler_core.plans.targets import PowerSkew, skew_schedule
from sampler_core.tuning.best_schedule import BestScheduleFinder
from sampler_core.tuning.conflicts import Conflict, find_conflict
from sampler_core.tuning.feasible_band import UNLIMITED_SLACK, Edge
from sampler_core.tuning.requirements import Requirement
from sampler_core.tuning.shares_by_skew import HIGHEST_SKEW, LOWEST_SKEW, SharesBySkew
from sampler_core.tuning.slack_search import COARSE_SLACK
from sampler_core.tuning.verdicts import Verdict, verdicts

SOLVED_RANGES = ((0.0, 1.0), (-1.0, 2.0), (LOWEST_SKEW, HIGHEST_SKEW))  # natural to class-balanced; of the sliders; all
AMPLE_SLACK = 0.05  # slack with which skews from natural to class-balanced are preferred to any others
DIGITS_TRIED = (2, 3, 4, 6)
SLACK_KEPT = 0.9  # of the slack


@dataclass(frozen=True, slots=True)
class Solution:
    """What `solve` found. says: the result in sentences.

    plan: the given plan with the solved schedule; None where there is none. slack: a schedule whose skews are all less
    than this away meets all requirements too (inf: any schedule). verdicts: every requirement against `plan`, or where
    there is none against the plan given. conflict: why there is none. proved: False where the search was not complete:
    "none" then means none found, and another schedule may have more slack. bounds: of the skews searched.
    """

    says: str
    plan: SamplingPlan | None
    slack: float
    verdicts: tuple[Verdict, ...]
    conflict: Conflict | None = None
    proved: bool = True
    bounds: tuple[float, float] = (LOWEST_SKEW, HIGHEST_SKEW)

    @property
    def schedule(self) -> Schedule | None:
        """The solved schedule."""
        return None if self.plan is None else skew_schedule(self.plan.target)


def solve(
    plan: SamplingPlan,
    counts: CountsLike,
    requirements: Sequence[Requirement],
    shape: str | None = None,
    bounds: tuple[float, float] | None = None,
    chance: float = CHANCE,
) -> Solution:
    """The plan with the schedule of this shape that meets all requirements with the most slack.

    shape: a name in `schedules.SCHEDULES`; None: the plan's own. bounds: the least and the largest skew; None: the
    first of `SOLVED_RANGES` with a solution; the second where the first has less than `AMPLE_SLACK` and the second has
    more. Of the schedules compared that have equal slack, the one nearest to the plan's own (to the natural mix, where
    it has none). Limits, scheme and sizes are the plan's, as drawn. A target that is no power skew is replaced when a
    shape is given; when none is, it is left alone, and `says` names what can be done. chance: of the seeds for which
    requirements on draws must hold (`as_drawn`).
    `ValueError` for an unknown shape, bounds that are not rising within -50 to 50, and what `verdicts` refuses.
    """
    counts = as_class_counts(counts)
    _check_solver_bounds(bounds)
    verdicts_now = verdicts(plan, counts, requirements, chance)
    own_schedule = skew_schedule(plan.target)
    if shape is None and own_schedule is None:
        return Solution(_why_not_solved(plan), None, -UNLIMITED_SLACK, verdicts_now)
    shape = shape or SCHEDULES.name_of(own_schedule)
    found, finder = solution_if_any(plan, counts, requirements, shape, bounds, chance)
    if found is not None:
        return found
    conflict = find_conflict(finder, requirements)
    return Solution(str(conflict), None, -UNLIMITED_SLACK, verdicts_now, conflict, conflict.proved, finder.bounds)


def solution_if_any(
    plan: SamplingPlan,
    counts: ClassCounts,
    requirements: Sequence[Requirement],
    shape: str,
    bounds: tuple[float, float] | None = None,
    chance: float = CHANCE,
    by_skew: SharesBySkew | None = None,
    ranges: Sequence[tuple[float, float]] = SOLVED_RANGES,
) -> tuple[Solution | None, BestScheduleFinder]:
    """What `solve` finds, without looking for the conflict where it finds nothing; and the last finder used.

    by_skew: the shares of this plan and chance, where they are known. ranges: of `SOLVED_RANGES`.
    """
    by_skew, edges = by_skew or SharesBySkew(plan, counts, chance=chance), dict[Requirement, Edge]()
    best_solution: Solution | None = None
    for solver_bounds in [bounds] if bounds else ranges:
        finder = BestScheduleFinder(by_skew, plan, shape, solver_bounds, edges)
        if best_solution is not None and best_solution.slack >= finder.slack_upper_bound(requirements) - COARSE_SLACK:
            break
        solution = _solved(plan, counts, requirements, finder)
        if solution is not None and (best_solution is None or solution.slack > best_solution.slack + COARSE_SLACK):
            best_solution = solution
        if best_solution is not None and (best_solution.slack >= AMPLE_SLACK or solver_bounds != SOLVED_RANGES[0]):
            break
    return best_solution, finder


def solution_as_it_is(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], by_skew: SharesBySkew
) -> Solution | None:
    """The plan with its own schedule and what slack that has, or its own target; None where it fails a requirement.

    by_skew: the shares of this plan, and the chance.
    """
    own_verdicts = verdicts(plan, counts, requirements, by_skew.chance)
    skews, schedule, slack = plan.skews(), skew_schedule(plan.target), 0.0
    if not all(verdict.holds for verdict in own_verdicts):
        return None
    if skews is not None and schedule is not None:
        finder = BestScheduleFinder(by_skew, plan, SCHEDULES.name_of(schedule), (LOWEST_SKEW, HIGHEST_SKEW))
        slack = finder.slack_of(requirements, skews)
    kept = "the target stays as it is" if schedule is None else f"the schedule stays {schedule}"
    return Solution(f"All {len(requirements)} requirements hold; {kept}.", plan, slack, own_verdicts)


def round_solution(
    solution: Solution,
    counts: ClassCounts,
    requirements: Sequence[Requirement],
    chance: float = CHANCE,
    finder: BestScheduleFinder | None = None,
) -> Solution:
    """The solution with its schedule in the fewest significant digits that keep `SLACK_KEPT` of its slack.

    finder: the one that found it, where it is known.

    The solution itself where none of `DIGITS_TRIED` will do, or where nothing was solved.
    """
    plan, solved_schedule = solution.plan, solution.schedule
    if plan is None or solved_schedule is None:
        return solution
    if finder is None:
        by_skew = SharesBySkew(plan, counts, chance=chance)
        finder = BestScheduleFinder(by_skew, plan, SCHEDULES.name_of(solved_schedule), solution.bounds)
    for digits in DIGITS_TRIED:
        rounded_plan = replace(plan, target=PowerSkew(_rounded_schedule(solved_schedule, digits)))
        rounded_verdicts = verdicts(rounded_plan, counts, requirements, chance)
        skews = rounded_plan.skews()
        if skews is None or not all(verdict.holds for verdict in rounded_verdicts):
            continue
        slack = finder.slack_of(requirements, skews)
        slack = np.inf if slack >= UNLIMITED_SLACK - 1e-9 else slack
        if slack >= SLACK_KEPT * solution.slack:
            solution_sentence = solution_in_words(_rounded_schedule(solved_schedule, digits), len(requirements), slack)
            return replace(solution, says=solution_sentence, plan=rounded_plan, slack=slack, verdicts=rounded_verdicts)
    return solution


def solution_in_words(schedule: Schedule, requirements: int, slack: float) -> str:
    """One sentence about a schedule that meets so many requirements with this slack."""
    room = "with room to any side" if slack == np.inf else f"and any skew may move by {number(slack)} before one fails"
    return f"All {requirements} requirements hold, {room}: {schedule}." if requirements else "Nothing is required."


def _solved(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], finder: BestScheduleFinder
) -> Solution | None:
    best_schedule = finder.best_schedule(requirements)
    if best_schedule is None or best_schedule.schedule is None:
        return None
    solved_plan = replace(plan, target=PowerSkew(best_schedule.schedule))
    solved_verdicts = verdicts(solved_plan, counts, requirements, finder.by_skew.chance)
    if not all(verdict.holds for verdict in solved_verdicts):
        return None
    slack = np.inf if best_schedule.slack >= UNLIMITED_SLACK - 1e-9 else best_schedule.slack
    solution_sentence = solution_in_words(best_schedule.schedule, len(requirements), slack)
    return Solution(solution_sentence, solved_plan, slack, solved_verdicts, None, best_schedule.proved, finder.bounds)


def _why_not_solved(plan: SamplingPlan) -> str:
    name = TARGETS.name_of(plan.target).replace("_", " ")
    return (
        f"The target is {name}, whose class shares no single skew gives: its requirements are checked here, epoch by "
        "epoch, but its parameters are not solved for. Choose a shape to look for a power skew instead."
    )


def _check_solver_bounds(bounds: tuple[float, float] | None) -> None:
    if bounds is not None and not LOWEST_SKEW <= bounds[0] <= bounds[1] <= HIGHEST_SKEW:
        raise ValueError(f"bounds must be rising and within {LOWEST_SKEW:g} to {HIGHEST_SKEW:g}, got {bounds}")


def _rounded_schedule(schedule: Any, digits: int) -> Any:
    rounded = {field.name: _rounded_value(getattr(schedule, field.name), digits) for field in fields(schedule)}
    return replace(schedule, **rounded)


def _rounded_value(value: Any, digits: int) -> Any:
    """Floats rounded, in pairs too; whole numbers and None as they are."""
    if isinstance(value, tuple):
        return tuple(_rounded_value(item, digits) for item in value)
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value
