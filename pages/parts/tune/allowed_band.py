"""The band of skews that the requirements allow each epoch, and captions for those over the run."""

from __future__ import annotations

import zlib
from dataclasses import replace

import streamlit as st

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from pages.parts.tune.offered_plan import Offer
from pages.parts.tune.requirements_text import Requirements, requirements_text_of
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.feasible_band import Band, feasible_band
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import over_run
from sampler_core.tuning.verdicts import Verdict


def band(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements) -> Band | None:
    """The feasible band under a plan's scheme and limits; a sentence where there is none to show."""
    try:
        return band_of(plan, counts, requirements)
    except (TypeError, ValueError) as error:
        st.info(literal(f"Nothing can be solved here: {error}."), icon=":material/info:")
        return None


def band_note(band: Band, plan: SamplingPlan, own: SamplingPlan) -> str:
    """What the colours of the band mean, and that it is the offered plan's where its scheme or limits differ."""
    offered = "" if replace(plan, target=own.target) == own else f"Under the {plan.drawing} scheme, as offered. "
    none_allowed = "" if all(band.allowed) else " Orange: no skew meets them all."
    return (
        f"{offered}Green: the requirements of single epochs hold.{none_allowed} An arrow points to the side that a "
        "requirement allows."
    )


def show_run_requirements(verdicts: dict[int, Verdict], band: Band, offer: Offer | None) -> None:
    """A caption for each requirement over the run: its bound, and the metric value of each plan."""
    for place, verdict in verdicts.items():
        requirement = verdict.requirement
        if not over_run(requirement):
            continue
        run_sentence = (
            f"Requirement {place + 1} is about the run and no edge of the band: {requirement.sense} "
            f"{bound_in_words(requirement, requirement.bound)} is asked, your plan has "
            f"{bound_in_words(requirement, verdict.value)}"
        )
        found = [one for one in band.run if one.requirement == requirement]
        if found and offer is not None and offer.answer is not None and offer.drawing is not None:
            run_sentence += f", the plan found {bound_in_words(requirement, found[0].value)}"
        st.caption(literal(f"{run_sentence}."))


def panel_revision(scenario: Scenario, requirements: Requirements, *also: object) -> str:
    """A revision that changes with what a panel shows."""
    return f"{scenario.rev}-{zlib.crc32(f'{requirements_text_of(requirements)}{also}'.encode()):08x}"


@cached(64)
def band_of(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements) -> Band:
    """The feasible band."""
    return feasible_band(plan, counts, requirements)
