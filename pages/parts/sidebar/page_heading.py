"""The heading of a page: its title, and under it the data and the run in one line."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.scenario import Scenario, current_scenario
from sampler_core.figures import plan_sentences
from sampler_core.formatting import count, several


def page_heading(title: str) -> Scenario:
    """Show the heading; the scenario that the page shows."""
    scenario = current_scenario()
    epochs = several(scenario.plan.epochs or 1, "epoch", "epochs")
    run = f"{epochs} in batches of {count(scenario.plan.needed_batch_size)}"
    st.title(title, anchor=False)
    with st.container(key="page-text-data"):
        st.markdown(f"{plan_sentences.data_line(scenario.counts, scenario.unit)} {run}.")
    return scenario
