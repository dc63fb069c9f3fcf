"""Undo, reset and draw again: buttons that set widgets to other values, and the steps that Undo takes back."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.page_parameters import PARAMETERS
from sampler_core.plans.parameters import SEED

UNDO_STEPS, MOST_STEPS = "undo_steps", 50
State = dict[str, object]  # key -> value of every parameter
START: State = {key: parameter.start for key, parameter in PARAMETERS.items()}


def undo_buttons() -> None:
    """The three buttons, to be drawn before the first widget."""
    steps = st.session_state.setdefault(UNDO_STEPS, [])
    nothing_to_undo = not steps or steps == [_state()]
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", key="undo", help="Take back the last change.", on_click=_undo, disabled=nothing_to_undo)
        st.button("Reset", key="reset", help="All controls to their defaults.", on_click=_set_state, args=(START,))
        st.button("Draw again", key="draw_again", help="The same plan with the next seed.", on_click=_next_seed)


def record_undo_step() -> State:
    """After the last widget: record its state for Undo where it has changed, and return it."""
    steps: list[State] = st.session_state[UNDO_STEPS]
    if not steps or steps[-1] != _state():
        steps.append(_state())
        del steps[:-MOST_STEPS]
    return steps[-1]


def _state() -> State:
    return {key: st.session_state.get(key, start) for key, start in START.items()}


def _set_state(state: State) -> None:
    before = _state()
    for key, value in state.items():
        if value != before[key]:
            st.session_state[key] = value


def _undo() -> None:
    steps: list[State] = st.session_state[UNDO_STEPS]
    if len(steps) > 1 and steps[-1] == _state():  # settings that did not go together were never a step
        steps.pop()
    _set_state(steps[-1])


def _next_seed() -> None:
    st.session_state[SEED.key] = (int(st.session_state.get(SEED.key) or 0) + 1) % 2**31
