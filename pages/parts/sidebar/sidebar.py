"""The sidebar that all pages share."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from pages.parts.sidebar.data_source import data_group, say_if_labels_are_missing
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.preset_menu import preset_citation, schedule_heading
from pages.parts.sidebar.scenario import CURRENT, Scenario, counts_of
from pages.parts.sidebar.shares_table import shares_table
from pages.parts.sidebar.undo_buttons import undo_buttons
from pages.parts.sidebar.url_correction import correct_url
from pages.parts.sidebar.wording import error_in_words
from pages.parts.text.markdown import literal
from sampler_core.plans.explicit_shares import SHARES
from sampler_core.plans.parameters import RUN_ROWS, Parameter
from sampler_core.plans.target_values import collected_values


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    correct_url()
    with st.sidebar:
        with st.container(key="purpose"):
            st.markdown("**Skewlab** plans what each class gets of every batch. Set what must hold in **Tune**.")
        undo_buttons()
        st.subheader("Data")
        data = data_group()
        schedule_heading()
        target = collected_values(lambda parameter: _target_widget(parameter, data))
        citation = st.container()
        st.subheader("Run")
        run = {parameter.key: bound_widget(parameter) for parameter in RUN_ROWS}
    try:
        scenario = Scenario.of(data | target | run)
    except (TypeError, ValueError) as error:
        message = f"These settings do not go together: {error_in_words(error)}."
        st.error(literal(f"{message} Change one in the sidebar, or press Undo."), icon=":material/error:")
        st.stop()
    say_if_labels_are_missing(data, scenario.counts)
    with citation:
        preset_citation(scenario.plan)
    st.session_state[CURRENT] = scenario


def _target_widget(parameter: Parameter, data: dict[str, Any]) -> Any:
    """The widget of one of the target's parameters; given shares have a table of the data's classes."""
    if parameter == SHARES:
        with suppress(ValueError):  # data that cannot be: a sentence below says so
            return shares_table(counts_of(data))
    return bound_widget(parameter)
