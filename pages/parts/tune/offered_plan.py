"""The plan that Tune offers: the sidebar's where it holds, else the one found, as soon as its own draws hold."""

from __future__ import annotations

from typing import NamedTuple

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.tune.drawing_job import Drawing
from pages.parts.tune.drawn_plan import drawn_plan, stop_drawing
from pages.parts.tune.requirements_text import Requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.drawn_verdicts import DrawnPlan
from sampler_core.tuning.plan_search import Answer, search_plan

MARGINS = (0.0, 0.03, 0.1, 0.2)  # room that the search leaves to chance: more where the draws of a plan have failed


class Offer(NamedTuple):
    """What Tune offers.

    answer: of the search; None for the sidebar's plan. drawing: the plan offered, with what it is judged on; None where
    there is none. drawn: the verdicts on its draws; None as long as it is not drawn. failed: those on the draws of the
    last plan that met the requirements by its forecast, and not as drawn.
    """

    answer: Answer | None
    drawing: Drawing | None
    drawn: DrawnPlan | None
    failed: DrawnPlan | None = None


def offered_plan(
    scenario: Scenario, requirements: Requirements, *, holds: bool, shape: str | None, free: tuple[str, ...]
) -> Offer:
    """Searches and draws until the draws hold. holds: whether the sidebar's plan does, by its forecast.

    The seed is the sidebar's in every plan: another one is never tried.
    """
    counts, failed = scenario.counts, None
    if holds:
        own: Drawing = (scenario.plan, counts, requirements)
        failed = drawn_plan(own)
        if failed is None or failed.holds:
            return Offer(None, own, failed)
    for margin in MARGINS:
        answer = answer_of(scenario.plan, counts, requirements, shape, free, margin)
        if answer.plan is None:
            stop_drawing()
            return Offer(answer, None, None, failed)
        drawing: Drawing = (answer.plan, counts, requirements)
        drawn = drawn_plan(drawing)
        if drawn is None or drawn.holds:
            return Offer(answer, drawing, drawn, failed)
        failed = drawn
    return Offer(answer, drawing, drawn, failed)


@cached(64)
def answer_of(
    plan: SamplingPlan, counts: ClassCounts, requirements: Requirements, shape: str | None, free: tuple[str, ...],
    margin: float,
) -> Answer:  # fmt: skip
    """What the search finds."""
    return search_plan(plan, counts, requirements, shape=shape, free=free, margin=margin)
