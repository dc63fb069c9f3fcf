"""The sidebar that all pages share: the data, the main sliders and the groups that open -> the current scenario."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from pages.parts.sidebar.control_groups import TEMPERATURE, ControlGroups
from pages.parts.sidebar.data_controls import are_labels_wanted, data_values, words_of_chosen_data
from pages.parts.sidebar.data_kinds import kind_of
from pages.parts.sidebar.error_messages import error_in_words, error_toast
from pages.parts.sidebar.mixture_notes import mixture_notes
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.parameter_widgets import checked_widget_values, set_widgets, widget_values
from pages.parts.sidebar.preset_menu import preset_button, preset_citation, preset_menu, use_chosen_preset
from pages.parts.sidebar.scenario import CURRENT, Scenario
from pages.parts.sidebar.shares_table import shares_table
from pages.parts.sidebar.toasts import show_what_was_told, tell
from pages.parts.sidebar.undo_buttons import draw_again_button, undo_buttons
from pages.parts.sidebar.url_correction import correct_url
from pages.parts.sidebar.values_in_words import value_in_words
from pages.parts.sidebar.wrong_entries import controls_key
from pages.parts.text.words import in_words, said, speak
from sampler_core.formatting import count
from sampler_core.plans.explicit_shares import SHARES
from sampler_core.plans.parameters import EPOCHS, RUN_ROWS, SAMPLES_PER_EPOCH, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import collected_values

MAIN_SLIDERS = "main_sliders"
MOST_TOLD = 72  # characters: three lines of a toast
PURPOSE = (
    "**Skewlab** plans what each class gets of every batch. Skew 0 draws as the data is, 1 draws all classes equally "
    "often."
)


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
        tell(said(_changes_in_words(changes)))


def _changes_in_words(changes: list[str]) -> str:
    """All that a toast has room for."""
    in_full = "; ".join(changes)
    if len(in_full) > MOST_TOLD:
        return f"Set in the sidebar: {len(changes)} values. Undo takes them back."
    return f"Set: {in_full}." if changes else "The sidebar has this plan already."


def set_sidebar_to_plan(plan: SamplingPlan) -> None:
    """Set the sidebar to a plan's target and limits, from the callback of a button."""
    with error_toast("The sidebar cannot show this plan", str):
        set_sidebar(widget_values(plan))


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    speak(words_of_chosen_data())
    correct_url()
    use_chosen_preset(set_sidebar)
    show_what_was_told()
    with st.sidebar:
        with st.container(key="purpose"):
            st.markdown(in_words(PURPOSE))
        with st.container(horizontal=True, gap="xsmall", key="steps"):
            undo_buttons()
            preset_button()
        with st.container(key=controls_key()):
            groups = ControlGroups.laid_out(data_open=are_labels_wanted())
            values = _chosen_values(groups)
    scenario = _scenario_of(groups, values)
    groups.tell("data", f"{count(scenario.counts.num_samples)} {scenario.unit}", scenario.data_name)
    with groups.boxes["schedule"]:
        preset_citation(scenario.plan)
    if TEMPERATURE in groups.words:  # else sources may stand in for labels that have not come
        mixture_notes(groups, scenario)
    st.session_state.update({CURRENT: scenario, MAIN_SLIDERS: groups.main_sliders})
    preset_menu(scenario)


def _chosen_values(groups: ControlGroups) -> dict[str, Any]:
    """The values of all controls, those of the data among them; their few words are told."""
    data = data_values(groups)
    target_values = collected_values(lambda parameter: _target_control(groups, parameter, data))
    run_values: dict[str, Any] = {}
    for parameter in RUN_ROWS:
        run_values[parameter.key] = groups.control(parameter, **_empty_box(parameter, data, run_values))
    with groups.boxes["draws"]:
        draw_again_button()
    groups.tell_what_is_set(target_values | run_values)
    return data | target_values | run_values


def _empty_box(parameter: Parameter, data: dict[str, Any], run_values: dict[str, Any]) -> dict[str, str]:
    """What the empty box of the samples per epoch shows, where the kind of data says how many there are then."""
    with suppress(ValueError):  # data that cannot be
        kind = kind_of(data)
        if parameter == SAMPLES_PER_EPOCH and (
            samples := kind.samples_per_epoch(kind.counts(data), run_values[EPOCHS.key])
        ):
            return {"placeholder": count(samples)}
    return {}


def _target_control(groups: ControlGroups, parameter: Parameter, data: dict[str, Any]) -> Any:
    """The control of one of the target's parameters; given shares have a table of the data's classes."""
    if parameter == SHARES:
        with suppress(ValueError), groups.boxes[parameter.group]:  # data that cannot be: a sentence below says so
            return shares_table(kind_of(data).counts(data))
    return groups.control(parameter)


def _scenario_of(groups: ControlGroups, values: dict[str, Any]) -> Scenario:
    try:
        scenario = Scenario.of(values)
    except (TypeError, ValueError) as error:
        problem = error_in_words(error)
        groups.tell_problem(problem)
        message = f"These settings do not go together: {problem}. Change one in the sidebar, or press Undo."
        st.error(said(message), icon=":material/error:")
        st.stop()
    groups.tell_no_problem()
    return scenario
