"""The menu of presets: a button that sets the sidebar's schedule, and the citation of the preset that is set."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.sidebar_values import set_sidebar
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import EPOCHS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.target_values import values_of

MENU = "presets"


def schedule_heading() -> None:
    """The heading of the Schedule group, with the menu of presets: a chosen one sets target, shape and parameters."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader("Schedule", width="content")
        st.menu_button("Presets", list(PRESETS), key=MENU, format_func=lambda name: PRESETS[name].title,
                       help="Schedules that people know. Choosing one sets the controls below.",
                       on_click=_set_preset)  # fmt: skip


def preset_citation(plan: SamplingPlan) -> None:
    """Where the plan's target is from, when it is a preset's."""
    for preset in PRESETS.values():
        if preset.target(plan) == plan.target:
            st.caption(literal(f"Preset {preset.title}. {preset.source}."))
            return


def _set_preset() -> None:
    if name := st.session_state.get(MENU):
        set_sidebar(values_of(PRESETS[name].rule(st.session_state.get(EPOCHS.key, EPOCHS.default))))
