"""The Data group: which data, its controls, and what stands in while there are no uploaded labels."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.my_labels.upload_form import own_labels_form
from pages.parts.sidebar.controls import control
from pages.parts.sidebar.settings import OWN, ROWS_OF
from pages.parts.text.markdown import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import count, number, several
from sampler_core.plans import parameters as rows

_BEFORE = "data_before"


def data_group() -> dict[str, Any]:
    """Key -> value of the group's controls, or the own labels' class counts under `OWN`.

    As long as there are none, the data that was shown before stands in; on a first session the synthetic defaults.
    """
    source = control(rows.DATA)
    if source != "mine":
        data = {row.key: control(row) for row in ROWS_OF[source]}
        st.session_state[_BEFORE] = data
        return data
    if (reading := own_labels_form()) is not None:
        return {OWN: reading.counts}
    before: dict[str, Any] | None = st.session_state.get(_BEFORE)
    return before or {row.key: row.default for row in ROWS_OF["synthetic"]}


def say_what_is_missing(data: dict[str, Any], counts: ClassCounts) -> None:
    """Above the page, when my labels are chosen and none are here: the next step, and what is shown instead."""
    if st.session_state.get(rows.DATA.key) != "mine" or OWN in data:
        return
    shown = (
        f"{several(counts.num_classes, 'class', 'classes')}, {count(counts.num_samples)} samples, "
        f"class imbalance {number(counts.imbalance_ratio)}"
    )
    kind = "a published data set" if "table" in data else "synthetic data"
    st.info(
        literal(
            "This page needs your labels: choose a file or paste them in the sidebar, under Data. Until then it shows "
            f"{kind} ({shown}). Your labels stay with you: no link has them, or what names their classes."
        ),
        icon=":material/upload_file:",
    )
