"""The heading and the controls of a page beside the sidebar: epoch, axis, sampling scheme, shown batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.live.slider import Slider, sliders
from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.page_parameters import LEARNER_PARAMETERS
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import CURRENT, Scenario, current_scenario
from pages.parts.sidebar.sidebar import MAIN_SLIDERS
from pages.parts.text.markdown import literal
from pages.parts.text.words import in_words, said
from sampler_core.figures import plan_sentences
from sampler_core.figures.explore_charts import MOST_DRAWS
from sampler_core.figures.plan_sentences import followed_note
from sampler_core.formatting import count, several
from sampler_core.plans.parameters import AXIS, DRAWING, EPOCH, FIRST_BATCH, SHOWN_BATCHES


def page_heading(title: str) -> Scenario:
    """Show the heading with the data's name, and its size and the run's; the scenario that the page shows."""
    scenario = current_scenario()
    with st.container(key="page-heading"):
        heading_line(f"{title}: {scenario.data_name}.", data_and_run(scenario), "page-text-data")
    return scenario


def heading_line(title: str, text: str, key: str) -> None:
    """A heading of plain text, and behind it what the page says first, as Markdown."""
    st.title(literal(title), anchor=False)
    with st.container(key=key):
        st.markdown(text)


def data_and_run(scenario: Scenario) -> str:
    """The size of the data and of the run, in one line."""
    epochs, samples = several(scenario.plan.epochs or 1, "epoch", "epochs"), scenario.plan.samples_per_epoch
    epochs += f" of {several(samples, scenario.unit.removesuffix('s'), scenario.unit)}" if samples else ""
    run_line = f"{epochs} in batches of {count(scenario.plan.needed_batch_size)}"
    return f"{scenario.say(plan_sentences.data_line(scenario.counts, scenario.unit))} {run_line}."


def reserved(key: str, width: Literal["stretch", "content"] = "stretch") -> DeltaGenerator:
    """A container for what a run of the page makes later: page.css gives it its height before, so nothing jumps."""
    place = st.container(key=key, width=width)
    place.empty()  # a container without anything in it does not come to the browser
    return place


def choose_epoch() -> Scenario:
    """The epoch control; the scenario at the chosen epoch. Beyond the run's last epoch, the last is shown."""
    scenario = current_scenario()
    last_epoch = (scenario.plan.epochs or 1) - 1
    with st.container(width="stretch", key="epoch-choice"):
        epoch = bound_widget(EPOCH, last_stop=last_epoch)
    if epoch > last_epoch:
        st.markdown(f"The run has {several(last_epoch + 1, 'epoch', 'epochs')}, so epoch {last_epoch} is shown.")
    return scenario.at_epoch(epoch)


def choose_learner(scenario: Scenario, adaptive_plans: Sequence[str] = ()) -> Scenario:
    """The scenario with the assumed learner, whose sliders are there for adaptive plans.

    adaptive_plans: the names of those on the page; () where it shows none.
    """
    values = {row.key: st.session_state.get(row.key, row.default) for row in LEARNER_PARAMETERS}
    if adaptive_plans:
        with st.container(key="learner-row", gap="xsmall"):
            place = st.container(key="page-text-learner")
            for column, row in zip(st.columns(len(values)), LEARNER_PARAMETERS, strict=True):
                with column:
                    values[row.key] = bound_widget(row)
    current = current_scenario()
    st.session_state[CURRENT] = replace(current, values={**current.values, **values})
    scenario = replace(scenario, values={**scenario.values, **values})
    if adaptive_plans:
        note = followed_note(scenario.learner, adaptive_plans)
        place.markdown(f":material/model_training: {said(note)}")
        page_contents().sentences.append(note)
    return scenario


def phone_sliders() -> None:
    """The main sliders once more, for narrow screens, where the sidebar is folded away (see page.css)."""
    values = current_scenario().values
    sliders("phone-sliders", [Slider(parameter, values[parameter.key]) for parameter in st.session_state[MAIN_SLIDERS]])


def choose_axis() -> bool:
    """Whether shares are to be shown on a logarithmic axis."""
    return bool(bound_widget(AXIS, width=220) == "logarithmic")


def switch_scheme(scenario: Scenario) -> None:
    """The sampling schemes as buttons beside what they draw; the sidebar's control follows."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Sampling scheme", help=in_words(DRAWING.help), width="content")
        for scheme in DRAWING.choices:
            chosen = scheme == scenario.plan.drawing
            st.button(scheme.capitalize(), key=f"scheme-{scheme}", type="primary" if chosen else "secondary",
                      on_click=st.session_state.update, args=({DRAWING.key: scheme},))  # fmt: skip


def choose_batches(scenario: Scenario) -> tuple[tuple[int, int], tuple[int, int]]:
    """The chosen window of batches, and what is shown of it; each (first batch, how many)."""
    left, right = st.columns(2)
    with left:
        first_batch = bound_widget(FIRST_BATCH)
    with right:
        num_chosen = bound_widget(SHOWN_BATCHES)
    shown_from, num_shown = batches_shown(scenario, (first_batch, num_chosen))
    if num_shown < min(num_chosen, scenario.plan.num_batches(scenario.counts) - shown_from):
        st.markdown(f"Batches this large are shown {num_shown} at a time.")
    return (first_batch, num_chosen), (shown_from, num_shown)


def batches_shown(scenario: Scenario, window: tuple[int, int]) -> tuple[int, int]:
    """What an epoch has of a window, and a figure has room for: (first batch, how many)."""
    num_batches = scenario.plan.num_batches(scenario.counts)
    first_batch = min(window[0], num_batches - 1)
    most_batches = max(1, MOST_DRAWS // scenario.plan.needed_batch_size)
    return first_batch, min(window[1], num_batches - first_batch, most_batches)
