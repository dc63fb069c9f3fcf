"""The sentences of an answer: what the sidebar's plan violates, what is offered instead, what its draws do."""

from __future__ import annotations

from pages.parts.server.result_cache import forecast_of
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.values_in_words import target_in_words, value_in_words
from pages.parts.tune.offered_plan import Offer
from sampler_core.figures.class_labels import class_in_words
from sampler_core.formatting import count, joined, number, percent, several
from sampler_core.plans.parameters import PLAN_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.plan_search import Answer
from sampler_core.tuning.verdicts import Verdict, of_seeds


def all_of(judged: int, stated: int) -> str:
    """The words for all requirements that can be judged."""
    return "all requirements" if judged == stated else "all requirements that can be judged"


def diagnosis(verdicts: dict[int, Verdict], offer: Offer, all_requirements: str) -> str:
    """What the sidebar's plan does with the requirements: by its draws, and before these are known by its forecast."""
    holds = [one.holds for one in (verdicts.values() if offer.own is None else offer.own.verdicts)]
    violated = [str(place + 1) for place, met in zip(verdicts, holds, strict=True) if not met]
    if not violated:
        return f"Your plan meets {all_requirements}{' as drawn' if offer.own is not None else ''}."
    numbers = f"requirement{'s' if len(violated) > 1 else ''} {joined(violated)}"
    if offer.own is None and offer.answer is None:
        return f"Your plan may violate {numbers}: its draws will tell."
    return f"Your plan violates {numbers}."


def offer_in_words(offer: Offer, scenario: Scenario, all_requirements: str) -> list[str]:
    """The plan that is offered instead, or why there is none."""
    answer = offer.answer
    if answer is None:
        return []
    if offer.drawing is None:
        if answer.plan is None:
            return [answer.says]
        plans = several(offer.tried, "plan", "plans")
        return [f"{plans} that may meet {all_requirements} were drawn for this seed, and none does."]
    plan, rarest = offer.drawing[0], scenario.counts.rarest
    shares = forecast_of(plan, scenario.counts).shares[:, rarest]
    share_ends = " and ".join(f"{percent(shares[e])} in epoch {e}" for e in sorted({0, len(shares) - 1}))
    if shares.min() == shares.max():
        share_ends = f"{percent(shares[0])} in every epoch"
    changes = [", ".join(changes_in_words(scenario.plan, plan)), target_in_words(plan.target)]
    return [
        f"This plan meets {all_requirements}: {'; '.join(filter(None, changes))}.",
        f"Of the draws it gives {class_in_words(scenario.counts.names[rarest])}, the rarest class, {share_ends}.",
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


def not_drawn_in_words(answer: Answer | None) -> str:
    """What is known of a plan before it was drawn."""
    return "" if answer is None else f"Not drawn yet: by its forecast it holds in {of_seeds(answer.chance)}."


def for_one_process(plan: SamplingPlan) -> str:
    """What changes with more processes than one."""
    return (
        "This holds for a training in one process. With W processes an epoch is completed to whole rounds of batches, "
        f"by up to W × {count(plan.needed_batch_size)} − 1 more draws."
    )


def _room_in_words(answer: Answer) -> list[str]:
    """How far the schedule may be off."""
    solution = answer.solution
    if solution is None or solution.plan is None:
        return []
    if solution.slack == float("inf"):
        return ["Any other schedule meets them too."]
    low, high = map(number, solution.bounds)
    room = f"Each skew may be off by about {number(solution.slack)} before one fails"
    return [f"{room}; skews from {low} to {high} were tried."]
