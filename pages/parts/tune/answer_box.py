"""The solution of the requirements: its sentences, the button that uses it, and notes on the charts."""

from __future__ import annotations

import zlib

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import cached, forecast_of
from pages.parts.share.share_dialog import GET_CODE
from pages.parts.sidebar.page_parameters import SOLVED_SHAPE
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.sidebar.values_in_words import target_in_words
from pages.parts.text.markdown import literal
from pages.parts.tune.requirement_verdicts import on_average_only
from pages.parts.tune.requirements_text import Requirements, requirements_text_of
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.formatting import number, percent
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.feasible_band import Band, feasible_band
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.solver import Solution, round_solution, solve


def band(scenario: Scenario, requirements: Requirements) -> Band | None:
    """The feasible band; a sentence where there is none to show."""
    try:
        return band_of(scenario.plan, scenario.counts, requirements)
    except (TypeError, ValueError) as error:
        st.info(literal(f"Nothing can be solved here: {error}."), icon=":material/info:")
        return None


def solved(scenario: Scenario, requirements: Requirements, stated: int) -> Solution | None:
    """Show what the solver found, with a button to use it; None where nothing is to solve.

    requirements: those that can be judged; stated: how many there are.
    """
    shape = bound_widget(SOLVED_SHAPE, width=240)
    if scenario.plan.adaptive is not None:
        return None
    if not requirements and stated:
        st.info("No requirement that is stated can be judged, so there is nothing to solve.", icon=":material/info:")
        return None
    if not requirements:
        st.info("State a requirement above, and the schedules that meet it are shown here.", icon=":material/info:")
        return None
    try:
        with st.spinner("Looking for a schedule", show_time=False):
            solution = solution_of(scenario.plan, scenario.counts, requirements, None if shape == "as it is" else shape)
    except (TypeError, ValueError) as error:
        st.info(literal(f"This cannot be solved: {error}."), icon=":material/info:")
        return None
    requirements_met = all_of(requirements, stated)
    if any(on_average_only(verdict, scenario.plan.drawing) for verdict in solution.verdicts):
        requirements_met += " (repeats on average)"
    _show_solution(solution, scenario, requirements_met)
    return solution


def band_note(band: Band) -> str:
    """What the colours of the band mean."""
    none_allowed = "" if all(band.allowed) else " Orange: no skew meets them all."
    return (
        f"Green: the requirements of single epochs hold.{none_allowed} An arrow points to the side that a requirement "
        "allows."
    )


def show_run_requirements(requirements: Requirements, band: Band, solution: Solution | None) -> None:
    """A caption for each requirement over the run: its bound, and the metric value of each schedule."""
    solved = {} if solution is None or solution.plan is None else {one.requirement: one for one in solution.verdicts}
    for verdict in band.run:
        requirement = verdict.requirement
        place = requirements.index(requirement) + 1
        run_sentence = (
            f"Requirement {place} is about the run and no edge of the band: {requirement.sense} "
            f"{bound_in_words(requirement, requirement.bound)} is asked, your schedule has "
            f"{bound_in_words(requirement, verdict.value)}"
        )
        if requirement in solved:
            run_sentence += f", the schedule found {bound_in_words(requirement, solved[requirement].value)}"
        st.caption(literal(f"{run_sentence}."))


def all_of(requirements: Requirements, stated: int) -> str:
    """The words for all requirements that can be judged."""
    return "all requirements" if len(requirements) == stated else "all requirements that can be judged"


def panel_revision(scenario: Scenario, requirements: Requirements, *also: object) -> str:
    """A revision that changes with what a panel shows."""
    return f"{scenario.rev}-{zlib.crc32(f'{requirements_text_of(requirements)}{also}'.encode()):08x}"


def _show_solution(solution: Solution, scenario: Scenario, all_requirements: str) -> None:
    if solution.plan is None:
        page_contents().sentences.append(solution.says)
        st.warning(literal(solution.says), icon=":material/block:")
        return
    rarest = scenario.counts.rarest
    shares = forecast_of(solution.plan, scenario.counts).shares[:, rarest]
    share_ends = " and ".join(f"{percent(shares[e])} in epoch {e}" for e in sorted({0, len(shares) - 1}))
    solution_text = (
        f"A schedule that meets {all_requirements}: {target_in_words(solution.plan.target)}. Of the draws it gives "
        f"{class_in_words(scenario.counts.names[rarest])}, the rarest class, {share_ends}."
    )
    if solution.slack == float("inf"):
        solution_text += " Any other schedule meets them too."
    else:
        low, high = map(number, solution.bounds)
        solution_text += (
            f" Each skew may be off by about {number(solution.slack)} before one fails; skews from {low} to {high} "
            "were tried."
        )
    page_contents().sentences.append(solution_text)
    st.success(literal(solution_text), icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if solution.plan.target == scenario.plan.target:
            st.button("Get the code", key=GET_CODE, icon=":material/code:", type="primary",
                      help="For your training script; later on under Share.")  # fmt: skip
            st.markdown("The sidebar has this schedule.")
        else:
            st.button("Use this", key="use_solution", help="Set the sidebar to this schedule.", type="primary",
                      on_click=set_sidebar_to_plan, args=(solution.plan,))  # fmt: skip


@cached(64)
def band_of(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements) -> Band:
    """The feasible band."""
    return feasible_band(plan, counts, requirements)


@cached(64)
def solution_of(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements, shape: str | None) -> Solution:
    """The schedule with the most slack, in short numbers, or why there is none."""
    return round_solution(solve(plan, counts, requirements, shape), counts, requirements)
