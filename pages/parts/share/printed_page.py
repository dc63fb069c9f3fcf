"""The plan in words, for print: there `print.css` hides the controls."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.words import said
from sampler_core.exporting.plan_report import report_facts


def printed_facts(scenario: Scenario) -> None:
    """The data and the plan as a list, on paper only: on the screen the sidebar has them."""
    facts = report_facts(scenario.plan, scenario.counts, scenario.unit, data_name=scenario.data_name)
    with st.container(key="printed-facts"):
        st.markdown("\n\n".join(_as_list(heading, pairs) for heading, pairs in facts.items()))


def _as_list(heading: str, pairs: dict[str, str]) -> str:
    return "  \n".join([f"**{said(heading)}**", *(f"{said(k)}: {said(v)}" for k, v in pairs.items())])
