"""The plan that Tune offers: the sidebar's where its draws hold, else the first one found whose draws do.

NOTE search-in-the-run: the search is part of the page's run, not a job. Most answers take 0.1 s, less than the start of
a process, and a change of the page ends the search at its next report of progress.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.tune.drawing_job import Drawing
from pages.parts.tune.drawn_plan import drawn_plan, known_draws, stop_drawing
from pages.parts.tune.requirements_text import Requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.drawn_verdicts import DrawnPlan
from sampler_core.tuning.plan_search import LESS_LIKELY, Answer, search_plan
from sampler_core.tuning.values_by_skew import Progress, no_progress
from sampler_core.tuning.verdicts import verdicts

MARGINS = (0.0, 0.03, 0.06, 0.12)  # of the search: each time its plan has failed as drawn, the next one
Search = tuple[str | None, tuple[str, ...]]  # the shape of schedule that is looked for, and the fields that may change


class Offer(NamedTuple):
    """What Tune offers.

    answer: of the search; None for the sidebar's own plan. drawing: the plan offered and what it is judged on; None
    where there is none. drawn: the verdicts on its draws; None as long as there are none. own: those on the draws of
    the sidebar's plan, where they are known. tried: plans that were drawn before, and failed.
    """

    answer: Answer | None
    drawing: Drawing | None
    drawn: DrawnPlan | None
    own: DrawnPlan | None
    tried: int = 0


def offered_plan(scenario: Scenario, requirements: Requirements, search: Search, progress: Progress) -> Offer:
    """Searches and draws until draws hold. The seed is the sidebar's in all plans: another one is never tried.

    progress: of a search, with 0..1.
    """
    own: Drawing = (scenario.plan, scenario.counts, requirements)
    likely = _is_likely_to_hold(*own)
    own_drawn = drawn_plan(own) if likely else known_draws(own)
    if (likely and own_drawn is None) or (own_drawn is not None and own_drawn.holds):
        return Offer(None, own, own_drawn, own_drawn)
    answer = answer_of(*own, *search, 0.0, progress=progress)
    failed: set[SamplingPlan] = set()
    for candidate in _candidates(own, search, answer, progress):
        assert candidate.plan is not None
        drawing: Drawing = (candidate.plan, scenario.counts, requirements)
        drawn = drawn_plan(drawing)
        if drawn is None or drawn.holds:
            return Offer(candidate, drawing, drawn, own_drawn, len(failed))
        failed.add(candidate.plan)
    stop_drawing()
    return Offer(answer, None, None, own_drawn, len(failed))


def _candidates(own: Drawing, search: Search, answer: Answer, progress: Progress) -> Iterator[Answer]:
    """What the search finds, with larger and larger margins; then what else it has found."""
    if answer.plan is None:
        return
    yield answer
    for margin in MARGINS[1:]:
        with_margin = answer_of(*own, *search, margin, progress=progress)
        if with_margin.plan is not None:
            yield with_margin
    yield from answer.options


@cached(64)
def answer_of(
    plan: SamplingPlan, counts: ClassCounts, requirements: Requirements, shape: str | None, free: tuple[str, ...],
    margin: float, *, progress: Progress = no_progress,
) -> Answer:  # fmt: skip
    """What the search finds."""
    return search_plan(plan, counts, requirements, shape=shape, free=free, margin=margin, progress=progress)


@cached(64)
def _is_likely_to_hold(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements) -> bool:
    """Whether a plan could have been offered: then it is drawn before any other."""
    return all(verdict.holds for verdict in verdicts(plan, counts, requirements, LESS_LIKELY[-1]))
