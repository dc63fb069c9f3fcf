"""Correcting the labels that a user uploaded: rename, merge, drop, ignore, order; and back."""

from __future__ import annotations

import streamlit as st

from pages.parts.my_labels.session_labels import UploadedLabels, correct, undo_correction
from sampler_core.datasets.label_files import Reading, ReadingError, label_corrections
from sampler_core.figures.class_labels import class_options

CORRECTION, CLASSES, NAME = "own-correction", "own-classes", "own-name"
TITLES = {
    "rename": "Rename", "merge": "Merge", "drop": "Drop", "ignore": "Ignore",
    "count": "Order by count", "name": "Order by name",
}  # fmt: skip
ONE_CLASS = ("rename", "ignore")


def correction_form(found: UploadedLabels) -> None:
    """The controls, in a fold of the sidebar."""
    labels = class_options(found.reading.counts)
    with st.expander("Correct the classes", key="own-correct-fold"):
        what = st.selectbox("What", list(TITLES), key=CORRECTION, format_func=TITLES.__getitem__,
                            help="Drop leaves classes out with their samples; ignore is for a label that means "
                            "\"no label\" in this file, such as -1 or unknown.")  # fmt: skip
        if what in ("rename", "merge", "drop", "ignore"):
            st.multiselect("Class" if what in ONE_CLASS else "Classes", list(labels), key=CLASSES, placeholder="choose",
                           max_selections=1 if what in ONE_CLASS else None)  # fmt: skip
        if what in ("rename", "merge"):
            st.text_input("New name", key=NAME, max_chars=1000)
        with st.container(horizontal=True, gap="small"):
            st.button("Apply", key="own-apply", on_click=_apply, args=(labels,))
            st.button("Undo correction", key="own-undo", on_click=_undo, disabled=len(found.steps) < 2)


def _apply(labels: dict[str, int]) -> None:
    state = st.session_state
    what, chosen = state[CORRECTION], [labels[label] for label in state.get(CLASSES, ()) if label in labels]
    name = state.get(NAME, "").strip()
    correct(lambda reading: corrected_reading(reading, what, chosen, name))
    state[CLASSES] = []


def _undo() -> None:
    undo_correction()
    st.session_state[CLASSES] = []


def corrected_reading(reading: Reading, what: str, positions: list[int], name: str) -> Reading:
    """The reading after a correction of these classes (by position); `ReadingError` where it cannot be made."""
    if what in ("count", "name"):
        return label_corrections.order(reading, "count" if what == "count" else "name")
    names = [reading.counts.names[c] for c in positions]
    if not names or (what in ONE_CLASS and len(names) > 1):
        raise ReadingError("choose one class first" if what in ONE_CLASS else "choose the classes first")
    if what == "drop":
        return label_corrections.drop(reading, names)
    if what == "ignore":
        return label_corrections.ignore(reading, names[0])
    if not name:
        raise ReadingError("give the new name first")
    if what == "rename":
        return label_corrections.rename(reading, {names[0]: name})
    return label_corrections.merge(reading, names, name)
