"""The controls of the data: its source, and for each source what decides the class counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.parts.my_labels.session_labels import session_labels
from pages.parts.my_labels.upload_form import upload_form
from pages.parts.sidebar.control_groups import TEMPERATURE, ControlGroups
from pages.parts.sidebar.data_kinds import KINDS, OWN_COUNTS, OWN_NAME, OWN_TALLIES, kind_of
from pages.parts.sidebar.page_parameters import PROFILE, TABLE, WAY, choice_titles
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sources_form import sources_form
from pages.parts.sidebar.wrong_entries import MIXTURE_MARK
from pages.parts.text.words import said, speak
from sampler_core.data.vocabulary import CLASS_WORDS, Vocabulary
from sampler_core.datasets import load, published_dataset
from sampler_core.formatting import count, number, several
from sampler_core.plans.parameters import CLASSES, DATA, RATIO, SAMPLES

SYNTHETIC = (PROFILE, RATIO, CLASSES, SAMPLES)
_LAST_DATA = "last_data"


def data_values(groups: ControlGroups) -> dict[str, Any]:
    """Key -> value of the data's controls, or the own labels' class counts and name.

    As long as there are none, the data that was shown last stands in; on a first session the synthetic defaults.
    """
    source = groups.control(DATA)
    data = CONTROLS[source](groups)
    if source != "mine":
        st.session_state[_LAST_DATA] = data
    return data


def chosen_data() -> str:
    """Before the controls are drawn: the kind of data that is chosen, in the session or by the URL."""
    chosen = str(st.session_state.get(DATA.key) or st.query_params.get(DATA.key, DATA.start))
    return {title: name for name, title in choice_titles(DATA).items()}.get(chosen, chosen)


def words_of_chosen_data() -> Vocabulary:
    """Before the controls are drawn: the words of the chosen data; while own labels are missing, of the last one."""
    if are_labels_wanted():
        return kind_of(st.session_state.get(_LAST_DATA, {})).words
    kind = KINDS.get(chosen_data())
    return kind.words if kind else CLASS_WORDS


def are_labels_wanted() -> bool:
    """Before the controls are drawn: whether my labels are chosen, and none are here."""
    return chosen_data() == "mine" and session_labels() is None


def say_if_labels_are_missing(scenario: Scenario, page: str) -> None:
    """Above a page that shows the data, when my labels are chosen and none are here: the next step, and what is shown
    instead. page: its path."""
    if st.session_state.get(DATA.key) != "mine" or OWN_COUNTS in scenario.values or not _shows_the_data(page):
        return
    counts = scenario.counts
    data_size = (
        f"{several(counts.num_classes, 'class', 'classes')}, {count(counts.num_samples)} samples, "
        f"class imbalance {number(counts.imbalance_ratio)}"
    )
    st.info(
        said(
            "This page needs your labels: choose a file or paste them in the sidebar, under Data. Until then it shows "
            f"{scenario.kind.stands_in_as} ({data_size}). Your labels stay with you: no link has them, or what names "
            "their classes."
        ),
        icon=":material/upload_file:",
    )


def speak_of_the_data(scenario: Scenario, page: str) -> None:
    """From now on this run of the page uses the words of its data. page: its path."""
    speak(scenario.say if _shows_the_data(page) else CLASS_WORDS)


def _shows_the_data(page: str) -> bool:
    """Whether a page, by its path, shows the data: Train and Monitor have their own, and so has Tune by training."""
    way = st.session_state.get(WAY.key) or st.query_params.get(WAY.key)
    return page not in ("train", "monitor") and (page, way) != ("tune", "by training")


def _synthetic(groups: ControlGroups) -> dict[str, Any]:
    return {parameter.key: groups.control(parameter) for parameter in SYNTHETIC}


def _published(groups: ControlGroups) -> dict[str, Any]:
    table = groups.control(TABLE)
    dataset = published_dataset(table)
    if dataset.by_formula:
        return {TABLE.key: table, RATIO.key: groups.control(RATIO, last_stop=dataset.largest)}
    imbalance = number(load(table).imbalance_ratio)
    _say_imbalance(groups, f"{imbalance}, fixed", "This data set has its own class counts.")
    return {TABLE.key: table}


def _own_labels(groups: ControlGroups) -> dict[str, Any]:
    with groups.boxes["data"]:
        reading = upload_form()
    if reading is not None:
        _say_imbalance(groups, number(reading.counts.imbalance_ratio), "That of your labels.")
        return {OWN_COUNTS: reading.counts, OWN_NAME: reading.name, OWN_TALLIES: reading.tallies}
    _say_imbalance(groups, "that of your labels", "Known once they are here.")
    last_data: dict[str, Any] | None = st.session_state.get(_LAST_DATA)
    return last_data or {parameter.key: parameter.default for parameter in SYNTHETIC}


def _sources(groups: ControlGroups) -> dict[str, Any]:
    values, sizes = sources_form(groups)
    if sizes is not None:
        _say_imbalance(groups, number(sizes.imbalance_ratio), "The largest source over the smallest.")
    with groups.boxes["main"]:
        groups.words[TEMPERATURE] = st.container(key=MIXTURE_MARK)
    return values


CONTROLS: Mapping[str, Callable[[ControlGroups], dict[str, Any]]] = {
    "synthetic": _synthetic, "published": _published, "mine": _own_labels, "sources": _sources
}  # fmt: skip


def _say_imbalance(groups: ControlGroups, ratio_in_words: str, why: str) -> None:
    """In the place of the imbalance's slider, where it cannot be moved, with the reason as its help."""
    with groups.boxes["main"], st.container(key="said-imbalance"):
        st.markdown(said(f"{RATIO.label}: {ratio_in_words}"), help=why)
