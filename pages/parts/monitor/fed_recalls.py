"""The recalls of a run, fed to an adaptive target: the shares that it would have drawn, and a button to use it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.sidebar.error_messages import error_in_words
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.text.markdown import literal
from sampler_core.figures import Chart
from sampler_core.figures.monitor_fed import recall_table, shares_by_recalls
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.targets import Target

BOX, CHOICE = "fed-recalls", "fed-target"
FOLLOWING = tuple(name for name, target in TARGETS.items() if hasattr(target, "updated"))


def fed_recalls(scenario: Scenario, one: MonitoredRun, panel_rev: str, logarithmic: bool) -> list[Chart]:
    """An expander with the choice and the chart, worked out while it is open; nothing for a run without recalls."""
    run = one.judgement.run
    if run.plan is None or recall_table(run) is None:
        return []
    box = st.expander("Feed its recalls to an adaptive target", icon=":material/model_training:", key=BOX,
                      on_change="rerun")  # fmt: skip
    if not box.open:
        return []
    with box:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            name = st.selectbox("Target", FOLLOWING, key=CHOICE, width=260,
                                format_func=lambda one: one.replace("_", " "),
                                help="With the sidebar's settings where the sidebar has it.")  # fmt: skip
            target = _target(scenario.plan, name)
            st.button("Use this target", key="fed-use", on_click=set_sidebar_to_plan,
                      args=(replace(scenario.plan, target=target),), help="Sets the sidebar to it.")  # fmt: skip
        try:
            figure = shares_by_recalls(one.judgement, target, logarithmic=logarithmic)
        except ValueError as error:
            st.warning(literal(f"The shares cannot be worked out: {error_in_words(error)}."), icon=":material/warning:")
            return []
        note = "Lines are what it would have drawn, up to the next epoch; thin dotted ones what was trained on."
        charts = [Chart("fed-shares", "Shares by its recalls", figure, note)]
        live_panel(f"{BOX}-panel", Panel(f"{panel_rev}-{name}", charts))
    return charts


def _target(plan: SamplingPlan, name: str) -> Target:
    return plan.target if type(plan.target) is TARGETS[name] else TARGETS[name]()
