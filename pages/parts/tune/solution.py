"""The solution of the requirements: its sentences, the button that uses it, and notes on the charts."""

from __future__ import annotations

import zlib

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import forecast_of
from pages.parts.share.share_dialog import GET_CODE
from pages.parts.sidebar.page_parameters import SOLVED_SHAPE
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.sidebar.values_in_words import target_in_words
from pages.parts.text.markdown import literal
from pages.parts.tune.requirement_form import on_average_only
from pages.parts.tune.stated_requirements import Requirements, band_of, solution_of, text_of
from sampler_core.figures.class_labels import class_in_words
from sampler_core.formatting import number, percent
from sampler_core.tuning.feasible_band import Band
from sampler_core.tuning.linear_schedule_map import FeasiblePoints
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.solver import Solution


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
            found = solution_of(scenario.plan, scenario.counts, requirements, None if shape == "as it is" else shape)
    except (TypeError, ValueError) as error:
        st.info(literal(f"This cannot be solved: {error}."), icon=":material/info:")
        return None
    requirements_met = all_of(requirements, stated)
    if any(on_average_only(verdict, scenario.plan.drawing) for verdict in found.verdicts):
        requirements_met += " (repeats on average)"
    _show_solution(found, scenario, requirements_met)
    return found


def band_note(band: Band) -> str:
    """What the colours of the band mean."""
    none = "" if all(band.allowed) else " Orange: no skew meets them all."
    return (
        f"Green: the requirements of single epochs hold.{none} An arrow points to the side that a requirement allows."
    )


def show_run_requirements(requirements: Requirements, band: Band, found: Solution | None) -> None:
    """A caption for each requirement over the run: its bound, and the metric value of each schedule."""
    theirs = {} if found is None or found.plan is None else {one.requirement: one for one in found.verdicts}
    for mine in band.run:
        asks = f"{mine.requirement.sense} {bound_in_words(mine.requirement, mine.requirement.bound)}"
        place = requirements.index(mine.requirement) + 1
        says = f"Requirement {place} is about the run and no edge of the band: {asks} is asked, "
        says += f"your schedule has {bound_in_words(mine.requirement, mine.value)}"
        if mine.requirement in theirs:
            says += f", the schedule found {bound_in_words(mine.requirement, theirs[mine.requirement].value)}"
        st.caption(literal(f"{says}."))


def all_of(requirements: Requirements, stated: int) -> str:
    """The words for all requirements that can be judged."""
    return "all requirements" if len(requirements) == stated else "all requirements that can be judged"


def map_note(allowed: FeasiblePoints | None, error: float, all_requirements: str, *, ringed: bool) -> str:
    """What the marks of the map mean, what its dots leave out, and how exact its values are.

    allowed: the points that meet the requirements, None where there are none; all_requirements: `all_of` them.
    """
    ring = "Ring: your schedule." if ringed else "Your schedule is not on this map."
    note = f"{ring} The sidebar's number boxes set the same."
    if allowed is not None:
        somewhere = allowed.mask.any()
        dots = f"Dots: {all_requirements} hold." if somewhere else f"Nowhere on this map do {all_requirements} hold."
        note = f"{dots} {note}"
        if allowed.left_out:
            note += f" Not judged on it: {'; '.join(map(str, allowed.left_out))}."
    note = f"Click a point to take it. {note}"
    return note + (f" Between knots interpolated, to within {number(error)}." if error else "")


def panel_revision(scenario: Scenario, requirements: Requirements, *also: object) -> str:
    """A revision that changes with what a panel shows."""
    return f"{scenario.rev}-{zlib.crc32(f'{text_of(requirements)}{also}'.encode()):08x}"


def _show_solution(found: Solution, scenario: Scenario, all_requirements: str) -> None:
    if found.plan is None:
        page_contents().sentences.append(found.says)
        st.warning(literal(found.says), icon=":material/block:")
        return
    rarest = scenario.counts.rarest
    shares = forecast_of(found.plan, scenario.counts).shares[:, rarest]
    ends = " and ".join(f"{percent(shares[e])} in epoch {e}" for e in sorted({0, len(shares) - 1}))
    says = (
        f"A schedule that meets {all_requirements}: {target_in_words(found.plan.target)}. Of the draws it gives "
        f"{class_in_words(scenario.counts.names[rarest])}, the rarest class, {ends}."
    )
    if found.slack == float("inf"):
        says += " Any other schedule meets them too."
    else:
        low, high = map(number, found.bounds)
        says += f" Each skew may be off by about {number(found.slack)} before one fails; skews from {low} to {high}"
        says += " were tried."
    page_contents().sentences.append(says)
    st.success(literal(says), icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.plan.target == scenario.plan.target:
            st.button("Get the code", key=GET_CODE, icon=":material/code:", type="primary",
                      help="For your training script; later on under Share.")  # fmt: skip
            st.markdown("The sidebar has this schedule.")
        else:
            st.button("Use this", key="use_solution", help="Set the sidebar to this schedule.", type="primary",
                      on_click=set_sidebar_to_plan, args=(found.plan,))  # fmt: skip
