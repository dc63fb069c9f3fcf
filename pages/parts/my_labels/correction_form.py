"""Correcting the labels that a user uploaded: rename, merge, drop, ignore, order; and back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.my_labels.session_labels import (
    SESSION_LABELS,
    SESSION_REFUSAL,
    SessionLabels,
    refuse_labels,
    session_labels,
)
from sampler_core.datasets.label_files import Reading, ReadingError, label_corrections
from sampler_core.figures.class_labels import class_options

CORRECTION, TO_CORRECT, NEW_NAME = "own-correction", "own-classes", "own-name"
BINS, KIND_OF_BINS = "own-bins", "own-bins-kind"
CORRECTIONS = {
    "rename": "Rename", "merge": "Merge", "drop": "Drop", "ignore": "Ignore",
    "count": "Order by count", "name": "Order by name", "bins": "Put numbers in bins",
}  # fmt: skip
HOW_BINNED = {"equal width": "equal width", "quantile": "equally many samples"}
MANY_NUMBERS = 12  # classes that are numbers, and as many as are rather values than classes
OF_ONE_CLASS = ("rename", "ignore")


def correction_form(to_correct: SessionLabels) -> None:
    """The controls, in a fold of the sidebar."""
    options = class_options(to_correct.reading.counts)
    counts = to_correct.reading.counts
    may_be_binned = counts.num_classes > MANY_NUMBERS and label_corrections.numbers_of(counts) is not None
    corrections = [name for name in CORRECTIONS if name != "bins" or may_be_binned]
    if may_be_binned:
        with st.container(key="own-said-bins"):
            st.markdown("Every class is a number. Are these values to predict, such as an age? Put them in bins below.")
    with st.expander("Correct the classes", key="own-correct-fold"):
        correction = st.selectbox("What", corrections, key=CORRECTION, format_func=CORRECTIONS.__getitem__,
                            help="Drop leaves classes out with their samples; ignore is for a label that means "
                            "\"no label\" in this file, such as -1 or unknown.")  # fmt: skip
        if correction in ("rename", "merge", "drop", "ignore"):
            one_class = correction in OF_ONE_CLASS
            st.multiselect("Class" if one_class else "Classes", list(options), key=TO_CORRECT, placeholder="choose",
                           max_selections=1 if one_class else None)  # fmt: skip
        if correction == "bins":
            st.number_input("Bins", 2, 200, 10, key=BINS)
            st.selectbox("Bins of", list(HOW_BINNED), key=KIND_OF_BINS, format_func=HOW_BINNED.__getitem__)
        if correction in ("rename", "merge"):
            st.text_input("New name", key=NEW_NAME, max_chars=1000)
        with st.container(horizontal=True, gap="small"):
            st.button("Apply", key="own-apply", on_click=_apply_correction, args=(options,))
            st.button("Undo correction", key="own-undo", on_click=_undo_correction, disabled=len(to_correct.steps) < 2)


def _apply_correction(options: dict[str, int]) -> None:
    correction, new_name = st.session_state[CORRECTION], st.session_state.get(NEW_NAME, "").strip()
    to_correct = [options[option] for option in st.session_state.get(TO_CORRECT, ()) if option in options]
    if correction == "bins":
        bins, how = int(st.session_state[BINS]), str(st.session_state[KIND_OF_BINS])
        correct_labels(lambda reading: label_corrections.put_in_bins(reading, bins, how))
    else:
        correct_labels(lambda reading: corrected_reading(reading, correction, to_correct, new_name))
    st.session_state[TO_CORRECT] = []


def _undo_correction() -> None:
    st.session_state.pop(SESSION_REFUSAL, None)
    if (uncorrected := session_labels()) is not None and len(uncorrected.steps) > 1:
        st.session_state[SESSION_LABELS] = SessionLabels(uncorrected.upload, uncorrected.steps[:-1])
    st.session_state[TO_CORRECT] = []


def correct_labels(correction: Callable[[Reading], Reading]) -> None:
    """Correct the labels in use, by one of the library's corrections. From a callback."""
    if (to_correct := session_labels()) is None:
        return
    st.session_state.pop(SESSION_REFUSAL, None)
    try:
        corrected = correction(to_correct.reading)
    except (TypeError, ValueError) as error:
        refuse_labels("Not changed", error)
        return
    st.session_state[SESSION_LABELS] = SessionLabels(to_correct.upload, (*to_correct.steps, corrected))


def corrected_reading(reading: Reading, correction: str, to_correct: list[int], new_name: str) -> Reading:
    """The reading after a correction of these classes (by position); `ReadingError` where it cannot be made."""
    if correction in ("count", "name"):
        return label_corrections.order(reading, "count" if correction == "count" else "name")
    names_to_correct = [reading.counts.names[c] for c in to_correct]
    if not names_to_correct or (correction in OF_ONE_CLASS and len(names_to_correct) > 1):
        raise ReadingError("choose one class first" if correction in OF_ONE_CLASS else "choose the classes first")
    if correction == "drop":
        return label_corrections.drop(reading, names_to_correct)
    if correction == "ignore":
        return label_corrections.ignore(reading, names_to_correct[0])
    if not new_name:
        raise ReadingError("give the new name first")
    if correction == "rename":
        return label_corrections.rename(reading, {names_to_correct[0]: new_name})
    return label_corrections.merge(reading, names_to_correct, new_name)
