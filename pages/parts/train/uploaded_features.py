"""The features that a user brought: in the memory of the session, read in a child process, gone with the session.

The one contract here: nothing replaces the features in use but features that were read; whatever goes wrong is a
sentence.
"""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.parts.my_labels.reading_job import Upload
from pages.parts.my_labels.session_labels import are_own_labels, session_labels
from pages.parts.server.session_cleanup import FEATURES_JOB
from pages.parts.train.study_job import FeatureFile, FeatureJob, FeatureReading, RefusedFeatures

BROUGHT, REFUSED = "features_brought", "features_refused"
PATIENCE = 0.4  # seconds that a rerun waits before it shows progress instead
ALONE = (".npy",)  # files that hold features without labels


class BroughtFeatures(NamedTuple):
    """Features and what was read of them."""

    file: FeatureFile
    reading: FeatureReading


class Refusal(NamedTuple):
    """Why a file cannot be used, plain text. file: where its rows with gaps can be left out, and it be read so."""

    sentence: str
    file: FeatureFile | None = None


def brought_features() -> BroughtFeatures | None:
    """The features in use."""
    return st.session_state.get(BROUGHT)


def refusal() -> Refusal | None:
    """What was last refused, until something else is brought."""
    return st.session_state.get(REFUSED)


def feature_job() -> FeatureJob | None:
    """What is being read."""
    return st.session_state.get(FEATURES_JOB)


def take_files(files: dict[str, bytes]) -> None:
    """Read features, from a callback: one file, or one beside another with a label per row, which is the smaller."""
    uploads = sorted((Upload(name, content) for name, content in files.items()), key=lambda one: -len(one.content))
    if len(uploads) > 2:
        message = f"{len(uploads)} files were chosen. Choose the features, and at most one file with their labels"
        st.session_state[REFUSED] = Refusal(message)
    elif len(uploads) == 2:
        read(FeatureFile(uploads[0], uploads[1]))
    else:
        read(_with_session_labels(FeatureFile(uploads[0])))


def read(file: FeatureFile) -> None:
    """Read features, or those in use in another way. From a callback."""
    stop()
    st.session_state[FEATURES_JOB] = job = FeatureJob(file)
    job.wait(PATIENCE)


def stop() -> None:
    """Read no further; the features in use stay."""
    st.session_state.pop(REFUSED, None)
    if (job := st.session_state.pop(FEATURES_JOB, None)) is not None:
        job.stop()


def remove() -> None:
    """Delete the features from memory. From a callback."""
    stop()
    st.session_state.pop(BROUGHT, None)


def take_finished_reading() -> None:
    """At the start of a run: take what has been read by now, or keep the sentence why it cannot be."""
    job = feature_job()
    if job is None or not job.done:
        return
    del st.session_state[FEATURES_JOB]
    try:
        st.session_state[BROUGHT] = BroughtFeatures(job.file, job.result())
    except RefusedFeatures as error:
        st.session_state[REFUSED] = Refusal(str(error).rstrip("."), job.file if error.gaps else None)


def leave_out_gaps(file: FeatureFile) -> None:
    """Read a file again, without the rows that miss values. From a callback."""
    read(file._replace(leave_out_gaps=True))


def _with_session_labels(file: FeatureFile) -> FeatureFile:
    """Features alone, beside the labels that were brought in the sidebar."""
    labels = session_labels()
    if labels is None or not are_own_labels() or not file.features.name.lower().endswith(ALONE):
        return file
    if labels.upload.path is not None:  # a file of the server is not carried about
        return file
    return file._replace(labels=labels.upload, layout=labels.steps[0].layout)
