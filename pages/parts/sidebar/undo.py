"""Undo, reset and draw again: buttons that set controls to other values."""

from __future__ import annotations

import streamlit as st

from sampler_core.plans.parameters import SEED, Parameter

HISTORY, MOST_STEPS = "history", 50
State = dict[str, object]


def buttons(rows: dict[str, Parameter]) -> None:
    """The three buttons, to be drawn before the first control."""
    steps = st.session_state.setdefault(HISTORY, [])
    nothing = not steps or (len(steps) < 2 and not _differs(rows, steps[-1]))
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", key="undo", help="Take back the last change.",
                  on_click=_undo, args=(rows,), disabled=nothing)  # fmt: skip
        st.button("Reset", key="reset", help="All controls to their defaults.",
                  on_click=_set, args=(rows, {}))  # fmt: skip
        st.button("Draw again", key="draw_again", help="The same plan with the next seed.",
                  on_click=_next_seed)  # fmt: skip


def remember(rows: dict[str, Parameter]) -> State:
    """After the last control: keep the state for Undo, and return it."""
    steps: list[State] = st.session_state[HISTORY]
    if not steps or _differs(rows, steps[-1]):
        steps.append(_state(rows))
        del steps[:-MOST_STEPS]
    return steps[-1]


def _state(rows: dict[str, Parameter]) -> State:
    return {key: st.session_state[key] for key in rows if key in st.session_state}


def _differs(rows: dict[str, Parameter], state: State) -> bool:
    return any(state.get(key, rows[key].start) != value for key, value in _state(rows).items())


def _undo(rows: dict[str, Parameter]) -> None:
    steps: list[State] = st.session_state[HISTORY]
    if len(steps) > 1 and not _differs(rows, steps[-1]):  # settings that did not go together were never a step
        steps.pop()
    _set(rows, steps[-1])


def _set(rows: dict[str, Parameter], state: State) -> None:
    for key, row in rows.items():
        if key in st.session_state or key in state:
            st.session_state[key] = state.get(key, row.start)


def _next_seed() -> None:
    st.session_state[SEED.key] = (int(st.session_state.get(SEED.key) or 0) + 1) % 2**31
