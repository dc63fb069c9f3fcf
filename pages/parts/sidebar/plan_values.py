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
from sampler_core.plans.parameters import LIMIT_ROWS, PLAN_ROWS, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import values_of


def plan_values(plan: SamplingPlan, *, run: bool = False) -> dict[str, Any]:
    """Key -> value of a plan's target and limits; with `run`, of its epochs, batch size, draws and seed too."""
    fields = PLAN_ROWS if run else LIMIT_ROWS
    return values_of(plan.target) | {row.key: getattr(plan, field) for field, row in fields.items()}


def set_sidebar(values: dict[str, Any]) -> None:
    """Set controls, from the callback of a button, and say what changed; a sentence where they cannot take a value."""
    by_key = rows_by_key()
    before = {key: st.session_state.get(key, by_key[key].default) for key in values}
    values = {key: _as_whole(by_key[key], value) for key, value in values.items()}
    if problems := [problem for key, value in values.items() if (problem := problem_with(by_key[key], value))]:
        st.toast(literal(f"The sidebar cannot show this plan: {problems[0]}."), icon=":material/error:")
        return
    set_controls(values)
    changes = [_change(by_key[key], before[key], value) for key, value in values.items() if before[key] != value]
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


def set_sidebar_to_plan(plan: SamplingPlan, *, run: bool = False) -> None:
    """Set the sidebar to a plan, from the callback of a button."""
    try:
        values = plan_values(plan, run=run)
    except ValueError as error:
        st.toast(literal(f"This plan cannot be set there: {error}."), icon=":material/error:")
        return
    set_sidebar(values)


def _as_whole(row: Parameter, value: Any) -> Any:
    return int(value) if row.kind == "integer" and isinstance(value, float) and value == int(value) else value


def _change(row: Parameter, before: Any, after: Any) -> str:
    return f"{row.label.lower()} from {value_in_words(row, before)} to {value_in_words(row, after)}"
