"""Undo, reset and draw again: buttons that set widgets to other values, and the steps that Undo takes back."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.page_parameters import PARAMETERS
from sampler_core.plans.parameters import SEED

UNDO_STEPS, MOST_STEPS = "undo_steps", 50
UndoStep = dict[str, object]  # key -> value of every parameter
START: UndoStep = {key: parameter.start for key, parameter in PARAMETERS.items()}


def undo_buttons() -> None:
    """The three buttons, to be drawn before the first widget."""
    undo_steps = st.session_state.setdefault(UNDO_STEPS, [])
    nothing_to_undo = not undo_steps or undo_steps == [_current_step()]
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", key="undo", help="Take back the last change.", on_click=_undo, disabled=nothing_to_undo)
        st.button("Reset", key="reset", help="All controls to their defaults.", on_click=_go_to_step, args=(START,))
        st.button("Draw again", key="draw_again", help="The same plan with the next seed.", on_click=_next_seed)


def record_undo_step() -> UndoStep:
    """After the last widget: record its state for Undo where it has changed, and return it."""
    undo_steps: list[UndoStep] = st.session_state[UNDO_STEPS]
    if not undo_steps or undo_steps[-1] != _current_step():
        undo_steps.append(_current_step())
        del undo_steps[:-MOST_STEPS]
    return undo_steps[-1]


def _current_step() -> UndoStep:
    return {key: st.session_state.get(key, start) for key, start in START.items()}


def _go_to_step(step: UndoStep) -> None:
    current = _current_step()
    for key, value in step.items():
        if value != current[key]:
            st.session_state[key] = value


def _undo() -> None:
    undo_steps: list[UndoStep] = st.session_state[UNDO_STEPS]
    if len(undo_steps) > 1 and undo_steps[-1] == _current_step():  # settings that do not fit are no step
        undo_steps.pop()
    _go_to_step(undo_steps[-1])


def _next_seed() -> None:
    st.session_state[SEED.key] = (int(st.session_state.get(SEED.key) or 0) + 1) % 2**31
