"""The band of skews that the requirements allow each epoch, and captions for those over the run."""

from __future__ import annotations

import zlib
from dataclasses import replace

import streamlit as st

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.words import said
from pages.parts.tune.offered_plan import Offer
from pages.parts.tune.requirements_text import Requirements, requirements_text_of
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.feasible_band import Band, feasible_band
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import over_run
from sampler_core.tuning.verdicts import Verdict


def band(scenario: Scenario, requirements: Requirements, found: SamplingPlan | None) -> Band | None:
    """The feasible band under the scheme and limits of the plan found, or the sidebar's where there is none.

    A sentence where there is no band to show.
    """
    plan = scenario.plan if found is None else replace(found, target=scenario.plan.target)
    try:
        return band_of(plan, scenario.counts, requirements)
    except (TypeError, ValueError) as error:
        st.info(said(f"Nothing can be solved here: {error}."), icon=":material/info:")
        return None


def band_note(band: Band, own: SamplingPlan, found: SamplingPlan | None) -> str:
    """What the colours of the band mean, and whose scheme and limits they are where these are not the sidebar's."""
    other = found is not None and replace(found, target=own.target) != own
    whose = f"With the {found.drawing} scheme and the limits of the plan found. " if other and found else ""
    none_allowed = "" if all(band.allowed) else " Orange: no skew meets them all."
    return (
        f"{whose}Green: the requirements of single epochs hold.{none_allowed} An arrow points to the side that a "
        "requirement allows."
    )


def show_run_requirements(verdicts: dict[int, Verdict], offer: Offer | None) -> None:
    """A caption for each requirement over the run: its bound, and the metric value of each plan."""
    solution = offer.answer.solution if offer and offer.answer else None
    solved = {} if solution is None or solution.plan is None else {one.requirement: one for one in solution.verdicts}
    for place, verdict in verdicts.items():
        requirement = verdict.requirement
        if not over_run(requirement):
            continue
        run_sentence = (
            f"Requirement {place + 1} is about the run and no edge of the band: {requirement.sense} "
            f"{bound_in_words(requirement, requirement.bound)} is asked, your plan has "
            f"{bound_in_words(requirement, verdict.value)}"
        )
        if requirement in solved:
            run_sentence += f", the plan found {bound_in_words(requirement, solved[requirement].value)}"
        st.caption(said(f"{run_sentence}."))


def panel_revision(scenario: Scenario, requirements: Requirements, *also: object) -> str:
    """A revision that changes with what a panel shows."""
    return f"{scenario.rev}-{zlib.crc32(f'{requirements_text_of(requirements)}{also}'.encode()):08x}"


@cached(64)
def band_of(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements) -> Band:
    """The feasible band."""
    return feasible_band(plan, counts, requirements)
