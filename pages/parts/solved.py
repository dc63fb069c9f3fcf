"""What the solver says to the demands, and taking its schedule."""

from __future__ import annotations

import zlib

import streamlit as st

from pages.parts.address import literal
from pages.parts.controls import control
from pages.parts.demanded import Demands, band_of, solution_of, text_of
from pages.parts.page_rows import SOLVED_SHAPE
from pages.parts.scenario import Scenario
from pages.parts.shown import shown
from pages.parts.sidebar_values import take_plan
from pages.parts.target_form import described_target
from sampler_core.counts import FloatArray
from sampler_core.numerals import number
from sampler_core.plane import Feasible
from sampler_core.tuning import Band, Solution


def band(scenario: Scenario, demands: Demands) -> Band | None:
    """The feasible band; a sentence where there is none to show."""
    try:
        return band_of(scenario.plan, scenario.counts, demands)
    except (TypeError, ValueError) as error:
        st.info(literal(f"Nothing can be solved here: {error}."), icon=":material/info:")
        return None


def solved(scenario: Scenario, demands: Demands) -> FloatArray | None:
    """Say what the solver found, with a button to use it; the skews of the schedule found."""
    shape = control(SOLVED_SHAPE, width=240)
    if scenario.plan.adaptive is not None:
        return None
    if not demands:
        st.info("State a demand above, and the schedules that meet it are shown here.", icon=":material/info:")
        return None
    try:
        with st.spinner("Looking for a schedule", show_time=False):
            found = solution_of(scenario.plan, scenario.counts, demands, None if shape == "as it is" else shape)
    except (TypeError, ValueError) as error:
        st.info(literal(f"This cannot be solved: {error}."), icon=":material/info:")
        return None
    _say(found, scenario)
    return None if found.plan is None else found.plan.skews()


def band_note(band: Band) -> str:
    """What the colours of the band mean."""
    none = "" if all(band.allowed) else " Orange: no skew meets them all."
    return f"Green: the demands of single epochs hold.{none} An arrow points to the side that a demand allows."


def map_note(allowed: Feasible | None, error: float, *, ringed: bool) -> str:
    """What the marks of the map mean, what its dots do not judge, and how exact its values are.

    allowed: the part that meets the demands, None where there are none.
    """
    ring = "Ring: your schedule." if ringed else "Your schedule is not on this map."
    said = f"{ring} The sidebar's number boxes set the same."
    if allowed is not None:
        dots = "Dots: all demands hold." if allowed.mask.any() else "Nowhere on this map do all demands hold."
        said = f"{dots} {said}"
        if allowed.left_out:
            said += f" Not judged on it: {'; '.join(map(str, allowed.left_out))}."
    said = f"Click a point to take it. {said}"
    return said + (f" Between knots interpolated, to within {number(error)}." if error else "")


def rev(scenario: Scenario, demands: Demands, *also: object) -> str:
    """A short name of what the panels show."""
    return f"{scenario.rev}-{zlib.crc32(f'{text_of(demands)}{also}'.encode()):08x}"


def _say(found: Solution, scenario: Scenario) -> None:
    if found.plan is None:
        shown().sentences.append(found.says)
        st.warning(literal(found.says), icon=":material/block:")
        return
    same = found.plan.target == scenario.plan.target
    room = "any skew" if found.slack == float("inf") else f"a slack of about {number(found.slack)} in skew"
    says = f"All demands can hold, with {room}: {described_target(found.plan.target)}."
    shown().sentences.append(says)
    st.success(literal(says), icon=":material/check_circle:")
    st.button("Use this", key="use_solution", help="Set the sidebar to this schedule.", disabled=same,
              on_click=take_plan, args=(found.plan,))  # fmt: skip
