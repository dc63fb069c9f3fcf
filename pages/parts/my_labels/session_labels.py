"""The labels that a user uploaded: in the memory of the session, never in the URL, gone with either.

The one contract here: nothing replaces the labels in use but labels that were read; whatever goes wrong is a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.parts.my_labels.file_reading import ReadingJob, Upload
from pages.parts.server.result_cache import drop_private_cache, start_private_cache
from pages.parts.server.session_cleanup import JOB
from sampler_core.datasets.label_files import Layout, Reading, ReadingError
from sampler_core.plans.parameters import DATA

LABELS, REFUSAL, READINGS = "own_labels", "own_refused", "own_readings"
# Controls that may name classes, what they are called, and what stands in those that do.
NAMING = {
    "followed": ("followed classes", ("",)),
    "boosts": ("boosted classes", ("",)),
    "given_shares": ("given shares", ("",)),
    "requirements": ("requirements", ("class_name",)),
    "plans": ("plans", ("factors", '"shares"')),
}
PATIENCE = 0.4  # seconds that a rerun waits before it shows progress instead
MOST_READINGS = 8


@dataclass(frozen=True, slots=True, eq=False)
class UploadedLabels:
    """An upload and what was read of it; `steps` are the reading, and the reading after each correction."""

    upload: Upload
    steps: tuple[Reading, ...]

    @property
    def reading(self) -> Reading:
        """As corrected."""
        return self.steps[-1]


def uploaded_labels() -> UploadedLabels | None:
    """The labels in use."""
    return st.session_state.get(LABELS)


def are_own_labels() -> bool:
    """Whether the page shows labels that a user uploaded, whose class names belong in no URL."""
    return bool(st.session_state.get(DATA.key) == "mine" and uploaded_labels() is not None)


def changes_to_own_labels() -> list[str]:
    """What was left out of a user's labels and changed about them, in sentences of plain text."""
    found = uploaded_labels() if are_own_labels() else None
    return [] if found is None else [*map(str, found.reading.dropped), *found.reading.corrections]


def names_own_classes(key: str) -> bool:
    """Whether what a control holds names classes of a user's own labels: then no URL carries it."""
    held = st.session_state.get(key)
    return are_own_labels() and bool(held) and any(mark in str(held) for mark in NAMING[key][1])


def left_out_of_the_link() -> list[str]:
    """What the link leaves out beside the labels, because it names their classes."""
    return [title for key, (title, _) in NAMING.items() if names_own_classes(key)]


def running_job() -> ReadingJob | None:
    """What is being read."""
    return st.session_state.get(JOB)


def start_reading(upload: Upload, layout: Layout | None = None) -> None:
    """Read an upload, or the labels in use in another layout. From a callback."""
    stop_reading()
    if (reading := st.session_state.get(READINGS, {}).get(_key(upload, layout))) is not None:
        _set_uploaded_labels(upload, reading)
        return
    st.session_state[JOB] = ReadingJob(upload, layout)
    st.session_state[JOB].wait(PATIENCE)


def stop_reading() -> None:
    """Read no further; the labels in use stay."""
    st.session_state.pop(REFUSAL, None)
    if (running := st.session_state.pop(JOB, None)) is not None:
        running.stop()


def take_finished_reading() -> None:
    """Take what has been read by now, or keep the sentence why it cannot be."""
    running = running_job()
    if running is None or not running.done:
        return
    del st.session_state[JOB]
    try:
        reading = running.result()
    except ReadingError as error:
        refuse("Not read", error)
        return
    readings = {**st.session_state.get(READINGS, {}), _key(running.upload, running.layout): reading}
    of_this_upload = [key for key in readings if key[0] == running.upload.digest]
    st.session_state[READINGS] = {key: readings[key] for key in of_this_upload[-MOST_READINGS:]}
    _set_uploaded_labels(running.upload, reading)


def correct(change: Callable[[Reading], Reading]) -> None:
    """Change the labels in use, by one of the library's corrections. From a callback."""
    found = uploaded_labels()
    if found is None:
        return
    st.session_state.pop(REFUSAL, None)
    try:
        changed = change(found.reading)
    except (TypeError, ValueError) as error:
        refuse("Not changed", error)
        return
    st.session_state[LABELS] = UploadedLabels(found.upload, (*found.steps, changed))


def undo_correction() -> None:
    """Undo the last correction. From a callback."""
    st.session_state.pop(REFUSAL, None)
    if (found := uploaded_labels()) is not None and len(found.steps) > 1:
        st.session_state[LABELS] = UploadedLabels(found.upload, found.steps[:-1])


def remove_labels() -> None:
    """Delete the upload and all that was made of it. From a callback."""
    stop_reading()
    for key in (LABELS, READINGS):
        st.session_state.pop(key, None)
    drop_private_cache()


def refuse(what: str, error: Exception) -> None:
    """Keep a sentence for the sidebar. Plain text: it may quote the file."""
    st.session_state[REFUSAL] = f"{what}: {str(error).rstrip('.')}. The data is as it was."


def _set_uploaded_labels(upload: Upload, reading: Reading) -> None:
    start_private_cache()
    st.session_state[LABELS] = UploadedLabels(upload, (reading,))


def _key(upload: Upload, layout: Layout | None) -> tuple[str, str, Layout | None]:
    return upload.digest, upload.name, layout
