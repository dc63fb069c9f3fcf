"""Correcting the labels that a user uploaded: rename, merge, drop, ignore, order; and back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.my_labels.session_labels import UploadedLabels, correct, undo_correction
from pages.parts.text.class_options import class_options
from sampler_core.data.plain_values import ClassName
from sampler_core.datasets.label_files import Reading, ReadingError, label_corrections
from sampler_core.datasets.published import class_names

WHAT, CLASSES, NAME = "own-correction", "own-classes", "own-name"
TITLES = {
    "rename": "Rename", "merge": "Merge", "drop": "Drop", "ignore": "Ignore",
    "count": "Order by count", "name": "Order by name",
}  # fmt: skip
ONE = ("rename", "ignore")


def correction_form(found: UploadedLabels) -> None:
    """The controls, in a fold of the sidebar."""
    labels = class_options(found.reading.counts)
    with st.expander("Correct the classes", key="own-correct-fold"):
        what = st.selectbox("What", list(TITLES), key=WHAT, format_func=TITLES.__getitem__,
                            help="Drop leaves classes out with their samples; ignore is for a label that means "
                            "\"no label\" in this file, such as -1 or unknown.")  # fmt: skip
        if what in ("rename", "merge", "drop", "ignore"):
            st.multiselect("Class" if what in ONE else "Classes", list(labels), key=CLASSES, placeholder="choose",
                           max_selections=1 if what in ONE else None)  # fmt: skip
        if what in ("rename", "merge"):
            st.text_input("New name", key=NAME, max_chars=1000)
        with st.container(horizontal=True, gap="small"):
            st.button("Apply", key="own-apply", on_click=_apply, args=(labels,))
            st.button("Undo correction", key="own-undo", on_click=_undo, disabled=len(found.steps) < 2)


def _apply(labels: dict[str, int]) -> None:
    state = st.session_state
    what, chosen = state[WHAT], [labels[label] for label in state.get(CLASSES, ()) if label in labels]
    correct(change_of(what, chosen, state.get(NAME, "").strip()))
    state[CLASSES] = []


def _undo() -> None:
    undo_correction()
    st.session_state[CLASSES] = []


def change_of(what: str, positions: list[int], name: str) -> Callable[[Reading], Reading]:
    """The correction of these classes (by position) as a function, which raises `ReadingError` where it cannot be."""
    return lambda reading: _changed(reading, what, positions, name)


def _changed(reading: Reading, what: str, positions: list[int], name: str) -> Reading:
    if what in ("count", "name"):
        return label_corrections.order(reading, "count" if what == "count" else "name")
    names = [reading.counts.names[c] for c in positions]
    if not names or (what in ONE and len(names) > 1):
        raise ReadingError("choose one class first" if what in ONE else "choose the classes first")
    if what == "drop":
        return label_corrections.drop(reading, names)
    if what == "ignore":
        return label_corrections.ignore(reading, names[0])
    if not name:
        raise ReadingError("give the new name first")
    new = _name_like(reading, name)
    return (
        label_corrections.rename(reading, {names[0]: new})
        if what == "rename"
        else label_corrections.merge(reading, names, new)
    )


def _name_like(reading: Reading, name: str) -> ClassName:
    """A typed name, of the kind that the file's names have."""
    return class_names([name])[0] if isinstance(reading.counts.names[0], int) else name
