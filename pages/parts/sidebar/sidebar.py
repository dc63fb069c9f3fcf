"""The sidebar that all pages share."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.controls import control, every_row, titles_of
from pages.parts.sidebar.data_source import data_group, say_what_is_missing
from pages.parts.sidebar.plan_values import in_labels
from pages.parts.sidebar.preset_menu import preset_source, schedule_heading
from pages.parts.sidebar.scenario import Scenario, set_current
from pages.parts.sidebar.settings import Settings, target_values
from pages.parts.sidebar.undo import buttons
from pages.parts.sidebar.url_values import read_address
from pages.parts.text.markdown import literal
from sampler_core.plans import parameters as rows


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    every = every_row()
    read_address(every, {key: titles_of(row) for key, row in every.items() if row.kind == "choice"})
    with st.sidebar:
        with st.container(key="purpose"):
            st.markdown("**Skewlab** plans what each class gets of every batch. Set what must hold in **Tune**.")
        buttons(every)
        st.subheader("Data")
        data = data_group()
        schedule_heading()
        target, values = target_values()
        source = st.container()
        st.subheader("Run")
        run = {row.key: control(row) for row in rows.RUN_ROWS}
    settings = Settings(data, target, values, run)
    try:
        scenario = Scenario.of(settings)
    except (TypeError, ValueError) as error:
        said = f"These settings do not go together: {in_labels(error)}. Change one in the sidebar, or press Undo."
        st.error(literal(said), icon=":material/error:")
        st.stop()
    say_what_is_missing(data, scenario.counts)
    with source:
        preset_source(scenario.plan)
    set_current(scenario, settings)
