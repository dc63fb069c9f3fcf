"""Values of the sidebar's widgets: those of a plan, checked, and set from a button or a file."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.sidebar.page_parameters import PARAMETERS, choice_titles
from pages.parts.sidebar.url_correction import problem_with
from pages.parts.sidebar.wording import error_toast, value_in_words
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import LIMIT_ROWS, PLAN_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import values_of


def sidebar_values(plan: SamplingPlan, *, run: bool = False) -> dict[str, Any]:
    """Key -> value of a plan's target and limits; with `run`, of its epochs, batch size, draws and seed too."""
    fields = PLAN_ROWS if run else LIMIT_ROWS
    return values_of(plan.target) | {parameter.key: getattr(plan, field) for field, parameter in fields.items()}


def checked_values(values: dict[str, Any]) -> dict[str, Any]:
    """The values as their widgets hold them; `ValueError` where a widget cannot take one."""
    checked = {}
    for key, value in values.items():
        if problem := problem_with(PARAMETERS[key], value):
            raise ValueError(problem)
        checked[key] = int(value) if PARAMETERS[key].kind == "integer" and value is not None else value
    return checked


def set_sidebar(values: dict[str, Any]) -> None:
    """Set widgets, from the callback of a button, and say what changed; a sentence where they cannot take a value."""
    with error_toast("The sidebar cannot show this plan", str):
        values = checked_values(values)
        changes = [
            f"{p.label.lower()} from {value_in_words(p, before)} to {value_in_words(p, values[key])}"
            for key, p in PARAMETERS.items()
            if key in values and (before := st.session_state.get(key, p.default)) != values[key]
        ]
        set_widgets(values)
        message = f"Set in the sidebar: {'; '.join(changes)}." if changes else "The sidebar has this plan already."
        st.toast(literal(message))


def set_sidebar_to_plan(plan: SamplingPlan) -> None:
    """Set the sidebar to a plan's target and limits, from the callback of a button."""
    with error_toast("The sidebar cannot show this plan", str):
        set_sidebar(sidebar_values(plan))


def set_widgets(values: dict[str, Any]) -> None:
    """Set widgets from a callback, also those that are not on the page yet.

    NOTE unseen-widgets: Streamlit writes to the URL what is set of a widget it knows. One that appears because of
    this very change (the table, when the data becomes a published one) would be missing from it, and from the link.
    """
    for key, value in values.items():
        parameter = PARAMETERS[key]
        st.session_state[key] = value
        if value != parameter.default:
            with suppress(StreamlitAPIException):  # a widget that is on the page updates the URL by itself
                st.query_params[key] = choice_titles(parameter).get(value, str(value))
