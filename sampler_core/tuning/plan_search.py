"""The search over schedule, sampling scheme, floor per batch, cap on repeats and batch size.

The one contract here: the answer depends on plan, data and requirements alone. Plans are tried in a fixed order, those
with the fewest changes first, and the budget counts plans, so that a URL gives the same answer on every machine.

Nothing is drawn here. Requirements on draws hold for a chance (`as_drawn`); whether they do for the plan's own seed,
only its draws tell. Where these fail, the next of `options` may hold, or the answer with a larger margin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.forecast.largest_count import CHANCE
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning.as_drawn import is_of_draws
from sampler_core.tuning.conflicts import Conflict
from sampler_core.tuning.requirements import Requirement, bounds_of, limits_repeats, over_run, relaxed
from sampler_core.tuning.solver import AMPLE_SLACK, Solution, round_solution, solution_if_any, solve
from sampler_core.tuning.values_by_skew import Progress, no_progress
from sampler_core.tuning.verdicts import of_seeds, verdicts

FREE = ("drawing", "min_per_batch", "max_repeats")
MOST_OPTIONS = 4
LIKELY = 0.5  # a chance at which plans are offered where none holds at the usual one
MARGIN_OF_A_TENTH = 0.03
_MOST_PLANS = 48
_FLOORS = (0, 1, 2)
_BATCH_FACTORS = (2.0, 4.0, 8.0, 0.5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What `search_plan` found.

    says: sentences. plan: None where nothing was found. changes: what it changes about the plan given besides the
    schedule. solution: the solver's result for it, or for the plan given where nothing was found, with its conflict.
    options: other plans that were found, best first. chance: of the seeds for which the requirements hold as drawn.
    """

    says: str
    plan: SamplingPlan | None
    changes: tuple[str, ...]
    solution: Solution | None
    options: tuple[Answer, ...] = ()
    chance: float = CHANCE

    @property
    def conflict(self) -> Conflict | None:
        """Why the plan given cannot meet the requirements with another schedule alone, where that was found out."""
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
    chance = 1.0 - max((1.0 - CHANCE) * 10.0 ** (-margin / MARGIN_OF_A_TENTH), 1e-9)
    requirements = [_with_room(requirement, margin) for requirement in requirements]
    found = _found_plans(plan, counts, requirements, shape, free, chance, lambda part: progress(0.5 * part))
    if len(found) < MOST_OPTIONS:
        likely = _found_plans(plan, counts, requirements, shape, free, LIKELY, lambda part: progress(0.5 + 0.5 * part))
        found += [answer for answer in likely if answer.changes not in {one.changes for one in found}]
    progress(1.0)
    if not found:
        return _nothing_found(plan, counts, requirements, shape)
    best, *others = found
    return replace(best, options=tuple(others[:MOST_OPTIONS]))


def _found_plans(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None,
    free: Sequence[str], chance: float, progress: Progress,
) -> list[Answer]:  # fmt: skip
    """The plans that meet all requirements, best first: with ample slack, then with few changes, in the order tried."""
    variants = list(_variants(plan, counts, requirements, free))[:_MOST_PLANS]
    found: list[Answer] = []
    for i, (changes, variant) in enumerate(variants):
        progress(i / len(variants))
        if len(found) > MOST_OPTIONS and len(changes) > len(found[-1].changes):
            break
        solution = _solution_of(variant, counts, requirements, shape, chance)
        if solution is not None and solution.plan is not None:
            found.append(Answer(_says(plan, changes, solution, chance), solution.plan, changes, solution, (), chance))
    return sorted(found, key=lambda one: one.solution is not None and one.solution.slack < AMPLE_SLACK)


def _solution_of(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None, chance: float
) -> Solution | None:
    """The schedule for this plan in short numbers; the plan's own target where it is no power skew and may stay."""
    own = skew_schedule(plan.target)
    if shape is None and own is None:
        own_verdicts = verdicts(plan, counts, requirements, chance)
        holds = all(verdict.holds for verdict in own_verdicts)
        return Solution("The target stays as it is.", plan, 0.0, own_verdicts) if holds else None
    solution, _ = solution_if_any(plan, counts, requirements, shape or SCHEDULES.name_of(own), None, chance)
    return None if solution is None else round_solution(solution, counts, requirements, chance)


# --- plans to try -----------------------------------------------------------------------------------------------------


def _variants(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], free: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], SamplingPlan]]:
    """The plan, then plans with other schemes, caps, floors and batch sizes, by number of changes."""
    values = {
        "drawing": (plan.drawing, *(name for name in ("stratified", "exact", "independent") if name != plan.drawing)),
        "max_repeats": (plan.max_repeats, *_caps(plan, requirements)),
        "min_per_batch": (plan.min_per_batch, *(floor for floor in _FLOORS if floor != plan.min_per_batch)),
        "batch_size": (plan.batch_size, *_batch_sizes(plan, counts)),
    }
    fields = [values[name] if name in free else values[name][:1] for name in values]
    settings = [dict(zip(values, chosen, strict=True)) for chosen in product(*fields)]
    tried = [(_changes(plan, setting), setting) for setting in settings]
    for changes, setting in sorted(tried, key=lambda one: len(one[0])):
        if (variant := _possible(plan, counts, setting)) is not None:
            yield changes, variant


def _caps(plan: SamplingPlan, requirements: Sequence[Requirement]) -> list[float]:
    """The caps that requirements on repeats per epoch suggest."""
    bounds = {math.floor(one.bound) for one in requirements if limits_repeats(one) and not over_run(one)}
    return [float(bound) for bound in sorted(bounds) if bound >= 1 and bound != plan.max_repeats]


def _batch_sizes(plan: SamplingPlan, counts: ClassCounts) -> list[int]:
    sizes = [round(plan.needed_batch_size * factor) for factor in _BATCH_FACTORS]
    return [size for size in sizes if 1 <= size <= plan.samples(counts)]


def _possible(plan: SamplingPlan, counts: ClassCounts, setting: dict[str, object]) -> SamplingPlan | None:
    try:
        variant = replace(plan, **setting)  # type: ignore[arg-type]
        variant.check(counts)
    except ValueError:
        return None
    return variant


def _with_room(requirement: Requirement, margin: float) -> Requirement:
    """A requirement that is not on draws, with a bound that leaves some room to chance."""
    if is_of_draws(requirement):
        return requirement
    least, most = bounds_of(requirement)
    bound = requirement.bound * (1.0 + margin if requirement.sense == "at least" else 1.0 - margin)
    return relaxed(requirement, min(max(bound, least), most))


# --- words ------------------------------------------------------------------------------------------------------------


def _changes(plan: SamplingPlan, setting: dict[str, object]) -> tuple[str, ...]:
    """What is changed, in words of the page."""
    words: dict[str, Callable[[object], str]] = {
        "drawing": lambda scheme: f"scheme {scheme}",
        "max_repeats": lambda cap: "no cap on repeats" if cap is None else f"repeats capped at {cap:g}",
        "min_per_batch": lambda floor: f"floor {floor} a batch" if floor else "no floor a batch",
        "batch_size": lambda size: f"batch size {size}",
    }
    return tuple(in_words(setting[name]) for name, in_words in words.items() if setting[name] != getattr(plan, name))


def _says(plan: SamplingPlan, changes: tuple[str, ...], solution: Solution, chance: float) -> str:
    seeds = f"Requirements on what is drawn hold in {of_seeds(chance)}; this plan is not drawn yet."
    if not changes:
        return f"{solution.says} {seeds}"
    return f"With {_listed(changes)}: {solution.says} {seeds}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + [words[-1]])


def _nothing_found(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], shape: str | None
) -> Answer:
    solution = solve(plan, counts, requirements, shape)
    others = "Nor does any other scheme, floor or cap that was tried."
    return Answer(f"{solution.says} {others}", None, (), solution)
