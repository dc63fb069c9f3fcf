"""plan.json: the page's plan as a file, and the sidebar set from a file."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.sidebar.page_parameters import MIXTURE, OWN_SOURCES, TABLE
from pages.parts.sidebar.parameter_widgets import checked_widget_values, set_widgets, widget_values
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.words import in_words, said
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import load, published_datasets, read_sources, sources_text
from sampler_core.formatting import count, several
from sampler_core.plans.parameters import DATA, SOURCES, TOKENS
from sampler_core.plans.plan import SamplingPlan

FILE, OPENED, REFUSED = "plan_file", "plan_opened", "plan_refused"
MOST_PLAN_MEGABYTES = 20  # 100,000 classes with long names


def plan_tab(scenario: Scenario) -> None:
    """The plan as a file, and a box for a file."""
    st.markdown(
        in_words("The plan with the class counts it was tuned on. `SamplingPlan.from_json` reads it in training.")
    )
    plan = replace(scenario.plan, tuned_on=scenario.counts)
    st.download_button("Download plan.json", plan.to_json, "plan.json", "application/json", key="share-plan",
                       on_click="ignore", icon=":material/download:", type="primary")  # fmt: skip
    st.file_uploader("Open a plan.json", "json", key=FILE, on_change=_open_plan, args=(scenario.counts,),
                     max_upload_size=MOST_PLAN_MEGABYTES,
                     help="Sets the sidebar to the plan in the file. Undo takes it back.")  # fmt: skip
    if OPENED in st.session_state:
        st.rerun()  # the sidebar is outside the dialog
    if plan_refusal := st.session_state.pop(REFUSED, None):
        st.error(said(plan_refusal), icon=":material/error:")


def show_opened_message() -> None:
    """Once, on the page that a file has set."""
    if sentence := st.session_state.pop(OPENED, None):
        st.success(said(sentence), icon=":material/check:")


def _open_plan(counts: ClassCounts) -> None:
    """Set the sidebar from the file: all of it, or nothing."""
    plan_file = st.session_state[FILE]
    if plan_file is None:
        return
    try:
        plan, changed = SamplingPlan.read_json(_plan_text(plan_file.getvalue()))
        plan_values = checked_widget_values(widget_values(plan, run=True))
    except (TypeError, ValueError) as error:
        st.session_state[REFUSED] = f"The sidebar cannot take this plan: {error}. Nothing was changed."
        return
    data, data_sentence = _data_of_plan(plan.tuned_on, counts)
    set_widgets(plan_values | data)
    note = f"Note: {changed}. " if changed else ""
    st.session_state[OPENED] = f"The sidebar now has the plan of the file ({plan.fingerprint}). {note}{data_sentence}"


def _plan_text(plan_file: bytes) -> str:
    try:
        return plan_file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file must be UTF-8 text, as plan.json is") from None


def _data_of_plan(tuned_on: ClassCounts | None, counts: ClassCounts) -> tuple[dict[str, object], str]:
    """Values of the sidebar for the data that the plan was tuned on, and what to say of it."""
    if tuned_on is None or tuned_on.present == counts.present:  # in whatever order: the draws are the same
        return {}, ""
    for table in published_datasets():
        if load(table.name).present == tuned_on.present:
            return {DATA.key: "published", TABLE.key: table.name}, f"The data is {table.title}, as in the file."
    text = sources_text(tuned_on)
    if st.session_state.get(DATA.key) == "sources" and read_sources(text).counts == tuned_on:
        sources = {MIXTURE.key: OWN_SOURCES, SOURCES.key: text, TOKENS.key: 1}
        return sources, "The sources are those of the file, with their sizes in samples."
    size = f"{several(tuned_on.num_classes, 'class', 'classes')}, {count(tuned_on.num_samples)} samples"
    return {}, f"It was tuned on other data ({size}), which a plan does not bring along: the Data group is as it was."
