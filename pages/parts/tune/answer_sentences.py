"""The sentences of an answer: what the sidebar's plan violates, what is offered instead, what its draws do."""

from __future__ import annotations

from collections.abc import Sequence

from pages.parts.server.result_cache import forecast_of
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.values_in_words import mix_in_words, value_in_words
from pages.parts.tune.offered_plan import Offer
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.formatting import count, joined, number, percent, several
from sampler_core.plans.parameters import PLAN_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.plan_search import Answer
from sampler_core.tuning.requirements import Requirement
from sampler_core.tuning.verdicts import Verdict, of_seeds

ALL = "all requirements"


def all_of(judged: int, stated: int) -> str:
    """The words for all requirements that can be judged."""
    return ALL if judged == stated else f"{ALL} that can be judged"


def diagnosis(verdicts: dict[int, Verdict], offer: Offer, all_requirements: str, *, stated: bool = True) -> str:
    """What the sidebar's plan does with the requirements: by its draws, and before these are known by its forecast.

    stated: by the user; else they are the examples that the page starts with.
    """
    holds = [one.holds for one in (verdicts.values() if offer.own is None else offer.own.verdicts)]
    violated = [str(place + 1) for place, met in zip(verdicts, holds, strict=True) if not met]
    if not violated:
        return f"Your plan meets {all_requirements}{' as drawn' if offer.own is not None else ''}."
    numbers = f"requirement{'s' if len(violated) > 1 else ''} {joined(violated)}"
    if len(violated) == len(holds) == 2 and all_requirements == ALL:
        numbers = "both requirements below"
    if offer.own is None and offer.answer is None:
        return f"Your plan may miss {numbers}: its draws will tell."
    return f"{'Your plan' if stated else 'The plan of the sidebar'} misses {numbers}."


def offer_in_words(offer: Offer, scenario: Scenario, all_requirements: str) -> list[str]:
    """What the sidebar's plan is, where it is the one; else the plan that is offered instead, or why there is none."""
    answer = offer.answer
    if answer is None:
        return [f"It is {mix_in_words(scenario.plan)}.", _share_of_rarest(scenario.plan, scenario.counts)]
    if offer.drawing is None:
        if answer.plan is None:
            return [answer.says]
        plans = several(offer.tried, "plan", "plans")
        return [f"{plans} that may meet {all_requirements} were drawn for this seed, and none does."]
    plan = offer.drawing[0]
    changes = [", ".join(changes_in_words(scenario.plan, plan)), mix_in_words(plan)]
    return [
        f"This plan meets {all_requirements}: {'; '.join(filter(None, changes))}.",
        _share_of_rarest(plan, scenario.counts),
        *_room_in_words(answer),
        *([f"Drawn before it, and failed: {several(offer.tried, 'plan', 'plans')}."] if offer.tried else []),
    ]


def changes_in_words(before: SamplingPlan, after: SamplingPlan) -> list[str]:
    """What a plan changes beside the schedule, in the sidebar's words."""
    return [
        f"{row.label.lower()} {value_in_words(row, getattr(after, field))} "
        f"(now {value_in_words(row, getattr(before, field))})"
        for field, row in PLAN_ROWS.items()
        if getattr(after, field) != getattr(before, field)
    ]


def asked_in_words(requirements: Sequence[Requirement]) -> str:
    """What the draws must do: as many lines as what they do, which stands there later."""
    return f"Asked for: {'; '.join(map(str, requirements))}."


def forecast_in_words(answer: Answer | None) -> str:
    """What is known of a plan before it was drawn."""
    return "" if answer is None else f"By its forecast it holds in {of_seeds(answer.chance)}."


def for_more_processes(plan: SamplingPlan) -> str:
    """What becomes of the limits with more processes than one."""
    return (
        f"As drawn by one process (GPU). W of them draw up to W × {count(plan.needed_batch_size)} − 1 more in an epoch "
        "and may miss a limit slightly."
    )


def _share_of_rarest(plan: SamplingPlan, counts: ClassCounts) -> str:
    shares = forecast_of(plan, counts).shares[:, counts.rarest]
    share_ends = " and ".join(f"{percent(shares[e])} in epoch {e}" for e in sorted({0, len(shares) - 1}))
    if shares.min() == shares.max():
        share_ends = f"{percent(shares[0])} in every epoch"
    return f"Of the draws it gives {class_in_words(counts.names[counts.rarest])}, the rarest class, {share_ends}."


def _room_in_words(answer: Answer) -> list[str]:
    """How far the schedule may be off."""
    solution = answer.solution
    if solution is None or solution.plan is None:
        return []
    if solution.slack == float("inf"):
        return ["Any other schedule meets them too."]
    return [f"Every skew could be about {number(solution.slack)} higher or lower and they would still hold."]
