"""Undo, redo, reset and draw again: buttons that set widgets to other values, and the steps of Undo and Redo."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.state_lookups import values_in_session
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.wrong_entries import clear_wrong_entries
from sampler_core.plans.parameters import SEED

UNDO_STEPS, REDO_STEPS, MOST_STEPS = "undo_steps", "redo_steps", 50
UndoStep = dict[str, object]  # key -> value of every parameter
START: UndoStep = {key: parameter.start for key, parameter in PARAMETERS.items()}


def undo_buttons() -> None:
    """Undo, Redo and Reset, to be drawn before the first widget."""
    undo_steps = st.session_state.setdefault(UNDO_STEPS, [])
    redo_steps = st.session_state.setdefault(REDO_STEPS, [])
    nothing_to_redo = not (redo_steps and undo_steps[-1:] == [_current_step()])
    st.button("Undo", key="undo", icon=":material/undo:", on_click=_undo,
              help="Take back the last change, and clear wrong entries.")  # fmt: skip
    st.button("Redo", key="redo", icon=":material/redo:", on_click=_redo, disabled=nothing_to_redo,
              help="Make the change again that Undo took back.")  # fmt: skip
    st.button("Reset", key="reset", on_click=_go_to_step, args=(START,),
              help="All controls to their defaults, with the first data.")  # fmt: skip


def draw_again_button() -> None:
    """The button that sets the next seed."""
    st.button("Draw again", key="draw_again", help="The same plan with the next seed.", on_click=_next_seed)


def record_undo_step() -> UndoStep:
    """After the last widget: record its state for Undo where it has changed, and return it."""
    undo_steps: list[UndoStep] = st.session_state[UNDO_STEPS]
    step = _current_step()
    if undo_steps[-1:] != [step]:
        undo_steps.append(step)
        del undo_steps[:-MOST_STEPS]
        st.session_state[REDO_STEPS].clear()
    return undo_steps[-1]


def _current_step() -> UndoStep:
    return values_in_session(START)


def _go_to_step(step: UndoStep) -> None:
    clear_wrong_entries()
    current = _current_step()
    for key, value in step.items():
        if value != current[key]:
            st.session_state[key] = value


def _undo() -> None:
    undo_steps: list[UndoStep] = st.session_state[UNDO_STEPS]
    if len(undo_steps) > 1 and undo_steps[-1] == _current_step():  # settings that do not fit are no step
        st.session_state[REDO_STEPS].append(undo_steps.pop())
    _go_to_step(undo_steps[-1] if undo_steps else START)


def _redo() -> None:
    if redo_steps := st.session_state[REDO_STEPS]:
        st.session_state[UNDO_STEPS].append(redo_steps.pop())
        _go_to_step(st.session_state[UNDO_STEPS][-1])


def _next_seed() -> None:
    st.session_state[SEED.key] = (int(st.session_state.get(SEED.key) or 0) + 1) % 2**31
