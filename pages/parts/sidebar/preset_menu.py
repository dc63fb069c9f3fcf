"""The menu of presets: each with its curve, its source and its other names before it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from pages.parts.text.words import said
from sampler_core.figures.skew_thumbnail import shown_skews, skew_in_words, skew_thumbnail
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.presets import PRESETS, PURPOSES
from sampler_core.plans.target_values import values_of

BUTTON, CHOSEN = "presets", "chosen_preset"


def preset_button() -> None:
    """The button that opens the menu."""
    st.button("Presets", key=BUTTON, help="Schedules that people know, with their curves and sources.")


def preset_menu(scenario: Scenario) -> None:
    """The menu as a dialog, in a run in which its button was pressed."""
    if st.session_state.get(BUTTON):
        st.dialog("Presets", width="large")(_presets_by_purpose)(scenario)


def use_chosen_preset(set_sidebar: Callable[[dict[str, Any]], None]) -> None:
    """Before the first widget: set the sidebar to the preset that was just chosen."""
    if (target_values := st.session_state.pop(CHOSEN, None)) is not None:
        set_sidebar(target_values)


def preset_citation(plan: SamplingPlan) -> None:
    """Where the plan's target is from, when it is a preset's."""
    for preset in PRESETS.values():
        if preset.target(plan) == plan.target:
            st.caption(said(f"Preset {preset.title}. {preset.source}."))
            return


def _presets_by_purpose(scenario: Scenario) -> None:
    st.markdown(
        said(
            "Each curve is the skew over the epochs of your run; the dotted lines are 0 (natural) and 1 "
            "(class-balanced)."
        )
    )
    for purpose in PURPOSES:
        st.markdown(f"##### {purpose}")
        for name, preset in PRESETS.items():
            if preset.purpose == purpose:
                _preset_row(name, scenario)


def _preset_row(name: str, scenario: Scenario) -> None:
    preset, target = PRESETS[name], PRESETS[name].target(scenario.plan)
    about, curve, use = st.columns([5, 2, 1], vertical_alignment="center")
    other_names = literal(f" ({preset.other_names})") if preset.other_names else ""
    about.markdown(f"**{said(preset.title)}**{other_names}  \n:small[{literal(preset.source)}.]")
    skews = shown_skews(replace(scenario.plan, target=target), scenario.counts)
    curve.image(skew_thumbnail(skews), alt=skew_in_words(skews))
    chosen = {CHOSEN: values_of(target)}
    if use.button("Use", key=f"use-{name}", on_click=st.session_state.update, args=(chosen,)):
        st.rerun()  # the sidebar is outside the dialog
