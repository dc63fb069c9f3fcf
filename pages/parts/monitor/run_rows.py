"""A row a run: what is said of it, and what can be done with it; above them the verdict."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.monitor.plan_buttons import plan_buttons
from pages.parts.monitor.run_sentences import fault_line, run_facts, runs_line, verdict_line
from pages.parts.text.markdown import literal
from sampler_core.figures.monitor_runs import MonitoredRun


def runs_heading(runs: Sequence[MonitoredRun]) -> tuple[str, str]:
    """The heading, plain text, and the verdict on all runs as Markdown."""
    if not runs:
        return "Monitor.", "What a training really drew, beside what was planned."
    if len(runs) == 1:
        return f"{runs[0].name}.", verdict_line(runs[0].judgement)
    return f"{len(runs)} runs.", runs_line(runs)


def run_rows(runs: Sequence[MonitoredRun]) -> None:
    """The rows; of several runs one line each, with the rest behind a button."""
    with st.container(key="run-rows", gap="xsmall"):
        for one in runs:
            with (
                st.container(key=f"page-text-finding-run-{one.colour}"),
                st.container(horizontal=True, vertical_alignment="center", gap="small"),
            ):
                if len(runs) == 1:
                    st.markdown(run_facts(one.judgement.run))
                    plan_buttons(one)
                else:
                    st.markdown(fault_line(one))
                    _more(one)


def _more(one: MonitoredRun) -> None:
    with st.popover("Remedy" if one.judgement.departures else "More", key=f"run-{one.colour}-more"):
        st.markdown(f"**{literal(one.name)}** {verdict_line(one.judgement)}")
        st.markdown(run_facts(one.judgement.run))
        with st.container(horizontal=True, gap="small"):
            plan_buttons(one)
