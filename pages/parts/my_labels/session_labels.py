"""The labels that a user uploaded: in the memory of the session, never in the URL, gone with either.

The one contract here: nothing replaces the labels in use but labels that were read; whatever goes wrong is a sentence.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import streamlit as st

from pages.parts.my_labels.reading_job import ReadingJob, Upload
from pages.parts.server.downloads import upload_is_gone
from pages.parts.server.result_cache import drop_private_cache, start_private_cache
from pages.parts.server.session_cleanup import JOB
from sampler_core.datasets.label_files import Layout, Reading, ReadingError
from sampler_core.plans.parameters import DATA

SESSION_LABELS, SESSION_REFUSAL, SESSION_READINGS = "own_labels", "own_refused", "own_readings"
SESSION_REFUSAL_CODE = "own_refused_code"
# Controls that may name classes, what they are called, and what stands in those that do.
CONTROLS_NAMING_CLASSES = {
    "followed": ("followed classes", ("",)),
    "boosts": ("boosted classes", ("",)),
    "given_shares": ("given shares", ("",)),
    "requirements": ("requirements", ("class_name",)),
    "plans": ("plans", ("factors", '"shares"')),
}
READING_PATIENCE = 0.4  # seconds that a rerun waits before it shows progress instead
MOST_READINGS = 8


@dataclass(frozen=True, slots=True, eq=False)
class SessionLabels:
    """An upload and what was read of it; `steps` are the reading, and the reading after each correction."""

    upload: Upload
    steps: tuple[Reading, ...]

    @property
    def reading(self) -> Reading:
        """As corrected."""
        return self.steps[-1]


def session_labels() -> SessionLabels | None:
    """The labels in use."""
    return st.session_state.get(SESSION_LABELS)


def are_own_labels() -> bool:
    """Whether the page shows labels that a user uploaded, whose class names belong in no URL."""
    return bool(st.session_state.get(DATA.key) == "mine" and session_labels() is not None)


def own_reading() -> Reading | None:
    """What was read of the labels that the page shows, where these are a user's own."""
    own_labels = session_labels() if are_own_labels() else None
    return None if own_labels is None else own_labels.reading


def changes_to_own_labels() -> list[str]:
    """What was left out of a user's labels and changed about them, in sentences of plain text.

    Not what the code itself leaves out, where it selects the rows.
    """
    if (reading := own_reading()) is None:
        return []
    left_out = () if reading.layout.makes_labels and reading.layout.count is None else reading.dropped
    return [*map(str, left_out), *reading.corrections]


def names_own_classes(key: str) -> bool:
    """Whether what a control holds names classes of a user's own labels: then no URL carries it."""
    control_value = st.session_state.get(key)
    marks_of_names = CONTROLS_NAMING_CLASSES[key][1]
    return are_own_labels() and bool(control_value) and any(mark in str(control_value) for mark in marks_of_names)


def left_out_of_the_link() -> list[str]:
    """What the link leaves out beside the labels, because it names their classes."""
    return [title for key, (title, _) in CONTROLS_NAMING_CLASSES.items() if names_own_classes(key)]


def running_reading_job() -> ReadingJob | None:
    """What is being read."""
    return st.session_state.get(JOB)


def start_reading(upload: Upload, layout: Layout | None = None) -> None:
    """Read an upload, or the labels in use in another layout. From a callback."""
    stop_reading()
    weakref.finalize(upload, upload_is_gone.set)
    if (reading := st.session_state.get(SESSION_READINGS, {}).get(_session_reading_key(upload, layout))) is not None:
        _set_session_labels(upload, reading)
        return
    st.session_state[JOB] = ReadingJob(upload, layout)
    st.session_state[JOB].wait(READING_PATIENCE)


def stop_reading() -> None:
    """Read no further; the labels in use stay."""
    st.session_state.pop(SESSION_REFUSAL, None)
    if (reading_job := st.session_state.pop(JOB, None)) is not None:
        reading_job.stop()


def take_finished_reading() -> None:
    """Take what has been read by now, or keep the sentence why it cannot be.

    What was stopped when the connection was lost is read again.
    """
    reading_job = running_reading_job()
    if reading_job is None or not reading_job.done:
        return
    if reading_job.stopped:
        start_reading(reading_job.upload, reading_job.layout)
        return
    del st.session_state[JOB]
    try:
        reading = reading_job.result()
    except ReadingError as error:
        refuse_labels("Not read", error)
        return
    session_readings = st.session_state.get(SESSION_READINGS, {})
    session_readings = session_readings | {_session_reading_key(reading_job.upload, reading_job.layout): reading}
    of_this_upload = [key for key in session_readings if key[0] == reading_job.upload.digest]
    st.session_state[SESSION_READINGS] = {key: session_readings[key] for key in of_this_upload[-MOST_READINGS:]}
    _set_session_labels(reading_job.upload, reading)


def remove_session_labels() -> None:
    """Delete the upload and all that was made of it. From a callback."""
    stop_reading()
    for key in (SESSION_LABELS, SESSION_READINGS):
        st.session_state.pop(key, None)
    drop_private_cache()


def refuse_labels(what: str, error: Exception) -> None:
    """Keep a sentence for the sidebar, and code that helps. Plain text: it may quote the file."""
    st.session_state[SESSION_REFUSAL_CODE] = getattr(error, "code", "")
    st.session_state[SESSION_REFUSAL] = f"{what}: {str(error).rstrip('.')}. The data is as it was."


def _set_session_labels(upload: Upload, reading: Reading) -> None:
    start_private_cache()
    st.session_state[SESSION_LABELS] = SessionLabels(upload, (reading,))


def _session_reading_key(upload: Upload, layout: Layout | None) -> tuple[str, str, Layout | None]:
    return upload.digest, upload.name, layout
