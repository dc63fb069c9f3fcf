"""The sidebar that all pages share."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.controls import control, rows_by_key, titles_of
from pages.parts.sidebar.data_source import data_group, say_what_is_missing
from pages.parts.sidebar.preset_menu import preset_source, schedule_heading
from pages.parts.sidebar.scenario import Scenario, set_current
from pages.parts.sidebar.settings import Settings
from pages.parts.sidebar.undo import buttons
from pages.parts.sidebar.url_values import correct_url
from pages.parts.sidebar.value_words import error_in_words
from pages.parts.text.markdown import literal
from sampler_core.plans import parameters as rows
from sampler_core.plans.target_values import collected_values


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    by_key = rows_by_key()
    correct_url(by_key, {key: titles_of(row) for key, row in by_key.items() if row.kind == "choice"})
    with st.sidebar:
        with st.container(key="purpose"):
            st.markdown("**Skewlab** plans what each class gets of every batch. Set what must hold in **Tune**.")
        buttons(by_key)
        st.subheader("Data")
        data = data_group()
        schedule_heading()
        target = collected_values(control)
        source = st.container()
        st.subheader("Run")
        run = {row.key: control(row) for row in rows.RUN_ROWS}
    settings = Settings(data | target | run)
    try:
        scenario = Scenario.of(settings)
    except (TypeError, ValueError) as error:
        message = (
            f"These settings do not go together: {error_in_words(error)}. Change one in the sidebar, or press Undo."
        )
        st.error(literal(message), icon=":material/error:")
        st.stop()
    say_what_is_missing(data, scenario.counts)
    with source:
        preset_source(scenario.plan)
    set_current(scenario, settings)
