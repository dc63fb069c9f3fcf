"""The sidebar that all pages share: its groups Data, Schedule (with the menu of presets) and Run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from pages.parts.my_labels.upload_form import upload_form
from pages.parts.sidebar.error_messages import error_in_words, error_toast
from pages.parts.sidebar.page_parameters import PARAMETERS, PROFILE, TABLE
from pages.parts.sidebar.parameter_widgets import bound_widget, checked_widget_values, set_widgets, widget_values
from pages.parts.sidebar.scenario import CURRENT, OWN_COUNTS, OWN_NAME, OWN_TALLIES, Scenario, counts_of
from pages.parts.sidebar.shares_table import shares_table
from pages.parts.sidebar.undo_buttons import undo_buttons
from pages.parts.sidebar.url_correction import correct_url
from pages.parts.sidebar.values_in_words import value_in_words
from pages.parts.text.markdown import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import count, number, several
from sampler_core.plans.explicit_shares import SHARES
from sampler_core.plans.parameters import CLASSES, DATA, EPOCHS, RATIO, RUN_ROWS, SAMPLES, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.target_values import collected_values, values_of

SOURCE_PARAMETERS = {"synthetic": (PROFILE, RATIO, CLASSES, SAMPLES), "published": (TABLE,)}
_LAST_DATA = "last_data"


def data_group() -> dict[str, Any]:
    """Key -> value of the group's widgets, or the own labels' class counts and name.

    As long as there are none, the data that was shown last stands in; on a first session the synthetic defaults.
    """
    source = bound_widget(DATA)
    if source in SOURCE_PARAMETERS:
        data = {parameter.key: bound_widget(parameter) for parameter in SOURCE_PARAMETERS[source]}
        st.session_state[_LAST_DATA] = data
        return data
    if (reading := upload_form()) is not None:
        return {OWN_COUNTS: reading.counts, OWN_NAME: reading.name, OWN_TALLIES: reading.tallies}
    last_data: dict[str, Any] | None = st.session_state.get(_LAST_DATA)
    return last_data or {parameter.key: parameter.default for parameter in SOURCE_PARAMETERS["synthetic"]}


def say_if_labels_are_missing(data: dict[str, Any], counts: ClassCounts) -> None:
    """Above the page, when my labels are chosen and none are here: the next step, and what is shown instead."""
    if st.session_state.get(DATA.key) != "mine" or OWN_COUNTS in data:
        return
    shown_data = "a published data set" if TABLE.key in data else "synthetic data"
    data_size = (
        f"{several(counts.num_classes, 'class', 'classes')}, {count(counts.num_samples)} samples, "
        f"class imbalance {number(counts.imbalance_ratio)}"
    )
    st.info(
        literal(
            "This page needs your labels: choose a file or paste them in the sidebar, under Data. Until then it shows "
            f"{shown_data} ({data_size}). Your labels stay with you: no link has them, or what names their classes."
        ),
        icon=":material/upload_file:",
    )


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


def set_sidebar(values: dict[str, Any]) -> None:
    """Set widgets, from the callback of a button, and say what changed; a sentence where they cannot take a value."""
    with error_toast("The sidebar cannot show this plan", str):
        values = checked_widget_values(values)
        changes = [
            f"{p.label.lower()} from {value_in_words(p, before)} to {value_in_words(p, values[key])}"
            for key, p in PARAMETERS.items()
            if key in values and (before := st.session_state.get(key, p.default)) != values[key]
        ]
        set_widgets(values)
        message = f"Set in the sidebar: {'; '.join(changes)}." if changes else "The sidebar has this plan already."
        st.toast(literal(message))


def set_sidebar_to_plan(plan: SamplingPlan) -> None:
    """Set the sidebar to a plan's target and limits, from the callback of a button."""
    with error_toast("The sidebar cannot show this plan", str):
        set_sidebar(widget_values(plan))


def _set_preset() -> None:
    if name := st.session_state.get(MENU):
        set_sidebar(values_of(PRESETS[name].rule(st.session_state.get(EPOCHS.key, EPOCHS.default))))


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    correct_url()
    with st.sidebar:
        with st.container(key="purpose"):
            st.markdown("**Skewlab** plans what each class gets of every batch. Set what must hold in **Tune**.")
        undo_buttons()
        st.subheader("Data")
        data_values = data_group()
        schedule_heading()
        target_values = collected_values(lambda parameter: _target_widget(parameter, data_values))
        citation_place = st.container()
        st.subheader("Run")
        run_values = {parameter.key: bound_widget(parameter) for parameter in RUN_ROWS}
    try:
        scenario = Scenario.of(data_values | target_values | run_values)
    except (TypeError, ValueError) as error:
        message = f"These settings do not go together: {error_in_words(error)}."
        st.error(literal(f"{message} Change one in the sidebar, or press Undo."), icon=":material/error:")
        st.stop()
    say_if_labels_are_missing(data_values, scenario.counts)
    with citation_place:
        preset_citation(scenario.plan)
    st.session_state[CURRENT] = scenario


def _target_widget(parameter: Parameter, data_values: dict[str, Any]) -> Any:
    """The widget of one of the target's parameters; given shares have a table of the data's classes."""
    if parameter == SHARES:
        with suppress(ValueError):  # data that cannot be: a sentence below says so
            return shares_table(counts_of(data_values))
    return bound_widget(parameter)
