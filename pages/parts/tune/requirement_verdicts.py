"""Verdicts on the stated requirements: on the draws of the sidebar's plan, or by its forecast before it is drawn."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from pages.parts.text.words import said
from pages.parts.tune.requirements_text import Requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.drawn_verdicts import OF_SHARES, DrawnVerdict
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement
from sampler_core.tuning.verdicts import Verdict, of_seeds, verdicts

EXPECTED_METRICS = ("coverage", "run_coverage")  # metrics whose value is an expectation


def judged_requirements(requirements: Requirements, scenario: Scenario) -> dict[int, Verdict]:
    """Place -> verdict on the sidebar's plan, of those that can be judged; a sentence for each other one."""
    requirement_verdicts: dict[int, Verdict] = {}
    if scenario.plan.adaptive is not None:
        return requirement_verdicts  # nothing can be judged, and the band says so once
    for place, requirement in enumerate(requirements):
        try:
            requirement_verdicts[place] = _verdict_of(scenario.plan, scenario.counts, requirement)
        except (TypeError, ValueError, KeyError) as error:
            why_not_judged = f"Requirement {place + 1} cannot be judged: {error}. Change it, or change the sidebar."
            st.warning(said(why_not_judged), icon=":material/warning:")
    return requirement_verdicts


def verdict_line(verdict: Verdict, drawn: DrawnVerdict | None = None) -> str:
    """What the form says of a verdict: on the draws of the sidebar's plan, or before they are known on its forecast."""
    requirement, at_worst, in_seeds = verdict.requirement, "at worst", ""
    judged: Verdict | DrawnVerdict = verdict
    if drawn is not None and drawn.value is not None and requirement.metric not in OF_SHARES:
        judged, in_seeds = drawn, " as drawn" + ("" if drawn.epoch is None else f", in epoch {drawn.epoch}")
    elif verdict.chance not in (None, 1.0):
        at_worst = f"with {of_seeds(verdict.chance)} it is at most"
    elif requirement.metric in EXPECTED_METRICS:
        in_seeds = " expected"
    worst_class = "" if judged.class_name is None else f" ({literal(class_in_words(judged.class_name))})"
    worst_value = f"{at_worst} {literal(bound_in_words(requirement, judged.value or 0.0))}{worst_class}{in_seeds}"
    if judged.holds:
        return f":material/check_circle: Holds: {worst_value}."
    violated = _violated_epochs(verdict.epochs) if judged is verdict else ""
    return f":material/cancel: **Violated**{violated}: {worst_value}."


@cached(256)
def _verdict_of(plan: SamplingPlan, counts: ClassCounts, requirement: Requirement) -> Verdict:
    return verdicts(plan, counts, (requirement,))[0]


def _violated_epochs(epochs: tuple[int, ...]) -> str:
    if not epochs:
        return ""
    return f" in epoch {epochs[0]}" if len(epochs) == 1 else f" in {len(epochs):,} epochs, first in epoch {epochs[0]}"
