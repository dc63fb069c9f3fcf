"""Findings as coloured sentences."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.result_cache import findings_of
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal

NOTHING = (
    ":green[:material/check_circle:] No findings: by the usual limits nothing about this plan needs a second look. "
    "**Tune** judges it by limits of your own."
)
SERIOUS = 60  # from this weight on a finding is a warning


def headline(scenario: Scenario) -> str:
    """How much there is to read below, and the heaviest of it; one line of Markdown."""
    found = findings_of(scenario.plan, scenario.counts)
    if not found:
        return NOTHING
    more = f" And {len(found) - 1} more, with what to try, at the end of this page." if len(found) > 1 else ""
    return f"**{literal(found[0].text)}**{more}"


def show_findings(scenario: Scenario) -> None:
    """Each finding with a coloured sign, the heaviest first."""
    found = findings_of(scenario.plan, scenario.counts)
    for finding in found:
        sign = ":orange[:material/warning:]" if finding.weight >= SERIOUS else ":blue[:material/info:]"
        st.markdown(f"{sign} **{literal(finding.text)}** {literal(finding.advice)}")
    if not found:
        st.markdown(NOTHING)
