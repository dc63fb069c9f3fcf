"""Verdicts on the stated requirements: judged on the sidebar's plan, and what is left to chance."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.text.markdown import literal
from pages.parts.tune.requirements_text import Requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.plans.parameters import DRAWING
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, limits_repeats
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
            st.warning(literal(why_not_judged), icon=":material/warning:")
    return requirement_verdicts


def verdict_line(verdict: Verdict, scheme: str) -> str:
    """What the form says of a verdict."""
    requirement, worst_class = verdict.requirement, ""
    if verdict.class_name is not None:
        worst_class = f" ({literal(class_in_words(verdict.class_name))})"
    expected = " expected" if requirement.metric in EXPECTED_METRICS else ""
    in_seeds = f" in {of_seeds(verdict.chance)}" if verdict.chance not in (None, 1.0) else ""
    worst_value = f"at worst {literal(bound_in_words(requirement, verdict.value))}{expected}{worst_class}{in_seeds}"
    if not verdict.holds:
        return f":material/cancel: **Violated**{_violated_epochs(verdict.epochs)}: {worst_value}."
    return f":material/check_circle: Holds: {worst_value}."


def say_what_is_left_to_chance(requirements: Requirements, scheme: str) -> None:
    """Repeats are kept for sure by the exact scheme only."""
    if are_left_to_chance(requirements, scheme):
        st.info(
            f"Repeats are left to chance: under the {scheme} scheme some samples are drawn more often than others. The "
            "exact scheme keeps every sample to within one of its class's average.",
            icon=":material/casino:",
        )
        st.button("Use the exact scheme", key="use_exact_scheme", help="Set the sidebar's sampling scheme.",
                  on_click=set_sidebar, args=({DRAWING.key: "exact"},))  # fmt: skip


def are_left_to_chance(requirements: Requirements, scheme: str) -> bool:
    """Whether one of the requirements is about repeats that chance may exceed."""
    return scheme != "exact" and any(map(limits_repeats, requirements))


@cached(256)
def _verdict_of(plan: SamplingPlan, counts: ClassCounts, requirement: Requirement) -> Verdict:
    return verdicts(plan, counts, (requirement,))[0]


def _violated_epochs(epochs: tuple[int, ...]) -> str:
    if not epochs:
        return ""
    return f" in epoch {epochs[0]}" if len(epochs) == 1 else f" in {len(epochs):,} epochs, first in epoch {epochs[0]}"
