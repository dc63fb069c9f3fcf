"""The Data group of the sidebar: the source of the data, and what stands in while there are no uploaded labels."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.my_labels.upload_form import upload_form
from pages.parts.sidebar.page_parameters import PROFILE, TABLE
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import OWN_COUNTS
from pages.parts.text.markdown import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import count, number, several
from sampler_core.plans.parameters import CLASSES, DATA, RATIO, SAMPLES

SOURCE_PARAMETERS = {"synthetic": (PROFILE, RATIO, CLASSES, SAMPLES), "published": (TABLE,)}
_LAST_DATA = "last_data"


def data_group() -> dict[str, Any]:
    """Key -> value of the group's widgets, or the own labels' class counts under `OWN_COUNTS`.

    As long as there are none, the data that was shown last stands in; on a first session the synthetic defaults.
    """
    source = bound_widget(DATA)
    if source in SOURCE_PARAMETERS:
        data = {parameter.key: bound_widget(parameter) for parameter in SOURCE_PARAMETERS[source]}
        st.session_state[_LAST_DATA] = data
        return data
    if (reading := upload_form()) is not None:
        return {OWN_COUNTS: reading.counts}
    last_data: dict[str, Any] | None = st.session_state.get(_LAST_DATA)
    return last_data or {parameter.key: parameter.default for parameter in SOURCE_PARAMETERS["synthetic"]}


def say_if_labels_are_missing(data: dict[str, Any], counts: ClassCounts) -> None:
    """Above the page, when my labels are chosen and none are here: the next step, and what is shown instead."""
    if st.session_state.get(DATA.key) != "mine" or OWN_COUNTS in data:
        return
    kind = "a published data set" if TABLE.key in data else "synthetic data"
    size = (
        f"{several(counts.num_classes, 'class', 'classes')}, {count(counts.num_samples)} samples, "
        f"class imbalance {number(counts.imbalance_ratio)}"
    )
    st.info(
        literal(
            "This page needs your labels: choose a file or paste them in the sidebar, under Data. Until then it shows "
            f"{kind} ({size}). Your labels stay with you: no link has them, or what names their classes."
        ),
        icon=":material/upload_file:",
    )
