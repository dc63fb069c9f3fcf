"""The plan in words, for print: there `print.css` hides the controls."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from sampler_core.exporting.plan_report import report_facts


def printed_facts(scenario: Scenario) -> None:
    """The data and the plan as a list, on paper only: on the screen the sidebar has them."""
    facts = report_facts(scenario.plan, scenario.counts, scenario.unit, data_name=scenario.data_name)
    with st.container(key="printed-facts"):
        for heading, pairs in facts.items():
            st.markdown(
                f"**{literal(heading)}**  \n" + "  \n".join(f"{literal(k)}: {literal(v)}" for k, v in pairs.items())
            )
