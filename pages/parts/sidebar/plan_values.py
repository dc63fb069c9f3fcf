"""A plan as values of the sidebar's controls, and setting them from a button."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.sidebar.controls import rows_by_key, titles_of
from pages.parts.sidebar.url_values import problem_with
from pages.parts.sidebar.value_words import value_in_words
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import LIMIT_ROWS, PLAN_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import values_of


def plan_values(plan: SamplingPlan, *, run: bool = False) -> dict[str, Any]:
    """Key -> value of a plan's target and limits; with `run`, of its epochs, batch size, draws and seed too."""
    fields = PLAN_ROWS if run else LIMIT_ROWS
    return values_of(plan.target) | {row.key: getattr(plan, field) for field, row in fields.items()}


def checked_values(values: dict[str, Any]) -> dict[str, Any]:
    """The values as their controls hold them; `ValueError` where a control cannot take one."""
    checked = {}
    for key, value in values.items():
        row = rows_by_key()[key]
        if problem := problem_with(row, value):
            raise ValueError(problem)
        checked[key] = int(value) if row.kind == "integer" and value is not None else value
    return checked


def set_sidebar(values: dict[str, Any]) -> None:
    """Set controls, from the callback of a button, and say what changed; a sentence where they cannot take a value."""
    by_key = rows_by_key()
    before = {key: st.session_state.get(key, by_key[key].default) for key in values}
    try:
        values = checked_values(values)
    except ValueError as error:
        st.toast(literal(f"The sidebar cannot show this plan: {error}."), icon=":material/error:")
        return
    set_controls(values)
    changed = [(by_key[key], before[key], value) for key, value in values.items() if before[key] != value]
    changes = [
        f"{row.label.lower()} from {value_in_words(row, old)} to {value_in_words(row, new)}"
        for row, old, new in changed
    ]
    st.toast(literal(f"Set in the sidebar: {'; '.join(changes)}." if changes else "The sidebar has this plan already."))


def set_controls(values: dict[str, Any]) -> None:
    """Set controls from a callback, also those that are not on the page yet.

    NOTE unseen-controls: Streamlit writes to the URL what is set of a control it knows. One that appears because of
    this very change (the table, when the data becomes a published one) would be missing from it, and from the link.
    """
    for key, value in values.items():
        row = rows_by_key()[key]
        st.session_state[key] = value
        if value != row.default:
            with suppress(StreamlitAPIException):  # a control that is on the page updates the URL by itself
                st.query_params[key] = titles_of(row)[value] if row.kind == "choice" else str(value)


def set_sidebar_to_plan(plan: SamplingPlan) -> None:
    """Set the sidebar to a plan's target and limits, from the callback of a button."""
    try:
        set_sidebar(plan_values(plan))
    except ValueError as error:
        st.toast(literal(f"This plan cannot be set there: {error}."), icon=":material/error:")
