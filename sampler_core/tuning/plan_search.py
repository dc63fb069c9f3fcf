"""The search over schedule, sampling scheme, floor per batch, cap on repeats and batch size.

The one contract here: the answer depends on plan, data and requirements alone. Plans are tried in a fixed order
(`searched_plans`) and the budget counts plans, so that a URL gives the same answer on every machine.

Nothing is drawn here. Requirements on draws hold for a chance (`as_drawn`); whether they do for the plan's own seed,
only its draws tell. Where these fail, the next of `options` may hold, or the answer with a larger margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.forecast.largest_count import CHANCE
from sampler_core.formatting import joined
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.as_drawn import is_of_draws
from sampler_core.tuning.best_schedule import BestScheduleFinder
from sampler_core.tuning.conflicts import MOST_EFFORT, Conflict, find_conflict, times_changed
from sampler_core.tuning.requirements import Requirement, bounds_of, over_run, relaxed
from sampler_core.tuning.searched_plans import FREE, Variant, variants
from sampler_core.tuning.shares_by_skew import HIGHEST_SKEW, LOWEST_SKEW, Effort
from sampler_core.tuning.solver import (
    AMPLE_SLACK,
    SOLVED_RANGES,
    Solution,
    round_solution,
    solution_as_it_is,
    solution_if_any,
    solve,
)
from sampler_core.tuning.values_by_skew import Progress, no_progress
from sampler_core.tuning.verdicts import of_seeds, verdicts

LESS_LIKELY = (0.5, 0.05)  # chances at which plans are offered where none holds at the usual one
MARGIN_OF_A_TENTH = 0.03
_LEAST_CHANCE_LEFT = 1e-9
_MOST_PLANS, _MOST_SOLVED = 40, 48  # looked at; solved for, at all chances together
_FEWEST_PLANS, _FEW_CLASSES = 8, 100  # looked at where there are many classes; up to how many classes there are few
_COST_OF_RUN = 6  # solving for requirements over the run costs as much as so many plans
_EFFORT_TO_FIND = 20_000_000  # after which no further plan is solved for
_MORE_PLANS = (1, 4)  # solved for once one has ample slack, of many classes and of few; none with any over the run
_PART_TO_FIND = 0.5  # of the progress: looking at plans; the rest is for a conflict
_ALL_SKEWS = (LOWEST_SKEW, HIGHEST_SKEW)


@dataclass(frozen=True, slots=True)
class Answer:
    """What `search_plan` found.

    says: sentences. plan: None where nothing was found. changes: what it changes about the plan given besides the
    schedule. solution: the solver's result for it; where nothing was found, that of the plan with these changes whose
    conflict ends with the least change of a bound. options: other plans that were found, best first. chance: of the
    seeds for which the requirements hold as drawn.
    """

    says: str
    plan: SamplingPlan | None
    changes: tuple[str, ...]
    solution: Solution | None
    options: tuple[Answer, ...] = ()
    chance: float = CHANCE

    @property
    def conflict(self) -> Conflict | None:
        """Why nothing was found."""
        return None if self.solution is None else self.solution.conflict


def search_plan(
    plan: SamplingPlan,
    counts: CountsLike,
    requirements: Sequence[Requirement],
    *,
    shape: str | None = None,
    free: Sequence[str] = FREE,
    margin: float = 0.0,
    progress: Progress | None = None,
) -> Answer:
    """The plan with the fewest changes that meets all requirements, and other plans that do.

    shape: as for `solve`. free: which fields of the plan may change besides the schedule: "drawing", "min_per_batch",
    "max_repeats", "batch_size". margin: 0.03 leaves requirements on draws a tenth of the chance to fail, 0.06 a
    hundredth, and asks for 3 and 6 % more of the others. progress: called with 0..1. Errors: those of `solve`.
    """
    counts, progress = as_class_counts(counts), progress or no_progress
    verdicts(plan, counts, requirements)  # its errors come first
    chance = 1.0 - max((1.0 - CHANCE) * 10.0 ** (-margin / MARGIN_OF_A_TENTH), _LEAST_CHANCE_LEFT)
    asked = [_with_room(requirement, margin) for requirement in requirements]
    steps = _Steps(progress)
    tried = _Tried(variants(plan, counts, requirements, free, Effort(watch=steps.of_effort)), asked, shape, steps)
    budget = _MOST_SOLVED // (_COST_OF_RUN if any(map(over_run, asked)) else 1)
    couples = any(map(over_run, asked))  # then each search costs more, and other plans come before unusual skews
    usual, unusual = (SOLVED_RANGES[:2], SOLVED_RANGES[2:]) if couples else (SOLVED_RANGES, ())
    found, budget = _found_plans(tried.promising(), counts, asked, shape, chance, budget, usual)
    if not found and unusual:
        found, budget = _found_plans(tried.kept, counts, asked, shape, chance, budget, unusual)
    for likely in LESS_LIKELY:
        if not found:
            found, budget = _found_plans(tried.kept, counts, asked, shape, likely, budget, usual)
    answer = (
        replace(found[0], options=tuple(found[1:]))
        if found
        else _nothing_found(tried.all, counts, requirements, shape, steps)
    )
    progress(1.0)
    return answer


class _Steps:
    """Progress that only rises: by the plans looked at, and by the effort."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._fraction = progress, 0.0

    def reached(self, fraction: float) -> None:
        """Reports a fraction, where it is the largest so far."""
        self._fraction = max(self._fraction, fraction)
        self._progress(self._fraction)

    def of_effort(self, spent: int) -> None:
        """Reports what has been spent, as if it were spent evenly."""
        self.reached(min(0.95, spent / MOST_EFFORT))


class _Tried:
    """The plans tried so far. kept: those in which every epoch has a skew that it may have, at the least chance."""

    def __init__(
        self, plans: Iterable[Variant], requirements: Sequence[Requirement], shape: str | None, steps: _Steps
    ) -> None:
        self._plans, self._requirements, self._shape, self._steps = plans, requirements, shape, steps
        self.all: list[Variant] = []
        self.kept: list[Variant] = []

    def promising(self) -> Iterator[Variant]:
        for variant in self._plans:
            num_classes = variant.by_skew.counts.num_classes
            most = max(_FEWEST_PLANS, min(_MOST_PLANS, _MOST_PLANS * _FEW_CLASSES // num_classes))
            if len(self.all) == most:
                return
            self._steps.reached(_PART_TO_FIND * len(self.all) / most)
            self.all.append(variant)
            by_skew, shape = variant.by_skew.at_chance(LESS_LIKELY[-1]), variant.shape(self._shape)
            finder = BestScheduleFinder(by_skew, variant.plan, shape or "constant", _ALL_SKEWS)
            if shape is None or finder.slack_upper_bound(self._requirements) >= 0:
                self.kept.append(variant)
                yield variant


def _found_plans(
    plans: Iterable[Variant], counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None,
    chance: float, budget: int, ranges: Sequence[tuple[float, float]],
) -> tuple[list[Answer], int]:  # fmt: skip
    """The plans that meet all requirements, and what is left of the budget, the number of plans to solve for.

    Best first: with ample slack, then with few changes, in the order tried.
    """
    found: list[Answer] = []
    for variant in plans if budget else ():
        budget -= 1
        solution = _solution_of(variant, counts, requirements, shape, chance, ranges)
        if solution is not None:
            says = _says(variant.changes, solution, chance)
            found.append(Answer(says, solution.plan, variant.changes, solution, (), chance))
            if solution.slack >= AMPLE_SLACK:
                more = _MORE_PLANS[counts.num_classes <= _FEW_CLASSES]
                budget = min(budget, 0 if any(map(over_run, requirements)) else more)
        if budget <= 0 or variant.by_skew.effort.spent > _EFFORT_TO_FIND:
            break
    return sorted(found, key=lambda one: one.solution is not None and one.solution.slack < AMPLE_SLACK), budget


def _solution_of(
    variant: Variant, counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None, chance: float,
    ranges: Sequence[tuple[float, float]],
) -> Solution | None:  # fmt: skip
    """The plan as it is, where something else of it has changed and that is enough; else with a schedule solved for."""
    by_skew, solved_shape = variant.by_skew.at_chance(chance), variant.shape(shape)
    if variant.changes or solved_shape is None:
        kept = solution_as_it_is(variant.plan, counts, requirements, by_skew)
        if kept is not None and (solved_shape is None or kept.slack >= AMPLE_SLACK):
            return kept
    if solved_shape is None:
        return None
    solution, finder = solution_if_any(variant.plan, counts, requirements, solved_shape, None, chance, by_skew, ranges)
    return None if solution is None else round_solution(solution, counts, requirements, chance, finder)


def _with_room(requirement: Requirement, margin: float) -> Requirement:
    """A requirement that is not on draws, with a bound that leaves some room to chance."""
    if is_of_draws(requirement):
        return requirement
    least, most = bounds_of(requirement)
    bound = requirement.bound * (1.0 + margin if requirement.sense == "at least" else 1.0 - margin)
    return relaxed(requirement, min(max(bound, least), most))


def _says(changes: Sequence[str], solution: Solution, chance: float) -> str:
    seeds = f"Requirements on what is drawn hold in {of_seeds(chance)}; this plan is not drawn yet."
    return f"With {joined(changes)}: {solution.says} {seeds}" if changes else f"{solution.says} {seeds}"


# --- nothing found ----------------------------------------------------------------------------------------------------


def _nothing_found(
    tried: Sequence[Variant], counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None,
    steps: _Steps,
) -> Answer:  # fmt: skip
    """The conflict that the least change of one bound ends: of the plan given, or of one with another scheme.

    With requirements over the run only that of the plan given is looked for: each costs too much.
    """
    own, *others = tried
    if own.shape(shape) is None:
        solution, least = solve(own.plan, counts, requirements), math.inf
    else:
        solution, least = _conflict_of(own, counts, requirements, shape)
    best = Answer("", None, own.changes, solution)
    for number, variant in enumerate(others, 1):
        steps.reached(_PART_TO_FIND + (0.99 - _PART_TO_FIND) * number / len(tried))
        if not any(map(over_run, requirements)) and _worth_a_conflict(variant, own, shape):
            solution, times = _conflict_of(variant, counts, requirements, shape)
            if times < least:
                best, least = replace(best, changes=variant.changes, solution=solution), times
    assert best.solution is not None
    says = f"With {joined(best.changes)}: {best.solution.says}" if best.changes else best.solution.says
    others_do = "meets them" if any(map(over_run, requirements)) else "does better"
    return replace(best, says=f"{says} No other scheme, floor or cap that was tried {others_do}.")


def _conflict_of(
    variant: Variant, counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None
) -> tuple[Solution, float]:
    """The conflict of a plan, and the factor of the least change of one bound with which all requirements hold."""
    finder = BestScheduleFinder(variant.by_skew, variant.plan, variant.shape(shape) or "", _ALL_SKEWS)
    conflict = find_conflict(finder, requirements)
    judged = verdicts(variant.plan, counts, requirements)
    solution = Solution(str(conflict), None, -math.inf, judged, conflict, conflict.proved, _ALL_SKEWS)
    return solution, _times_to_change(conflict, finder, requirements)


def _worth_a_conflict(variant: Variant, own: Variant, shape: str | None) -> bool:
    """Another scheme, without a floor or with one of 1: each conflict costs as much as several solutions."""
    few_classes = variant.by_skew.counts.num_classes <= _FEW_CLASSES
    same = (variant.plan.max_repeats, variant.plan.batch_size) == (own.plan.max_repeats, own.plan.batch_size)
    return few_classes and same and variant.plan.min_per_batch <= 1 and variant.shape(shape) is not None


def _times_to_change(conflict: Conflict, finder: BestScheduleFinder, requirements: Sequence[Requirement]) -> float:
    """The factor of the least change of one bound; inf where all requirements would not hold with it."""
    if conflict.least_change is None:
        return math.inf
    before, after = conflict.least_change
    changed = [after if requirement == before else requirement for requirement in requirements]
    return times_changed(before, after) if finder.has_schedule(changed) else math.inf
