"""The features of a study: the choice of a bundled set or of one's own, the upload, and what is in them in words."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.server.uploaded_files import taken_files
from pages.parts.sidebar.page_parameters import FEATURE_SETS, FEATURES
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.text.markdown import literal
from pages.parts.train import uploaded_features
from pages.parts.train.study_job import FeatureFile, FeatureReading
from sampler_core.figures.class_labels import class_in_words, class_label, distinct_labels
from sampler_core.formatting import count, number, several
from sampler_core.training.published_sets import load_features, published_features

MOST_MEGABYTES = 500  # of a file; the box shows 512 as "1GB"
UPLOAD_NUMBER, LABEL_COLUMN = "features_upload_number", "features_label"
LIMITS = (
    ".npz or .pt with X and y, a CSV, Parquet or Arrow table with numeric columns or one column of vectors beside a "
    "column of labels, or a .npy of features and a file with one label per row. At most "
    f"{MOST_MEGABYTES} MB a file and 4,096 columns. They stay in memory for your session only, and no link has "
    "them. The result of a study, class names too, is for whoever has the URL of that study, until an hour after its "
    "end or until you delete it."
)


class Features(NamedTuple):
    """What a study is to be trained on. request: as its process reads it; file: where a user brought it."""

    reading: FeatureReading
    request: dict[str, Any]
    file: FeatureFile | None = None
    source: str = ""


def feature_form() -> Features | None:
    """The controls; None as long as there are no features."""
    uploaded_features.take_finished_reading()
    choice = bound_widget(FEATURES, width=280)
    if choice != "mine":
        features = _published(choice)
    else:
        _upload_controls()
        brought = uploaded_features.brought_features()
        if brought is None:
            return None
        features = Features(brought.reading, brought.file.request(), brought.file)
    st.markdown(literal(in_words(features)))
    if features.file is not None:
        _reading_controls(features.file, features.reading)
    return features


def in_words(features: Features) -> str:
    """What the features are, in a sentence or two, plain text."""
    reading, counts = features.reading, features.reading.counts
    ends = [
        f"{class_in_words(counts.names[c])} has {count(int(counts.counts[c]))}" for c in (counts.largest, counts.rarest)
    ]
    trained, judged = counts.num_samples, reading.rows - counts.num_samples
    samples = f"{count(reading.rows)} samples"
    if reading.has_split:
        samples = f"{count(trained)} samples to train on and {count(judged)} to judge by, in a split of their own"
    name = "" if features.file is None else f"{reading.title}: "
    size = f"{name}{samples}, {several(reading.features, 'feature', 'features')}"
    classes = several(counts.num_classes, "class", "classes")
    where = " in training" if reading.has_split else ""
    said = f"{size}, {classes}, class imbalance {number(counts.imbalance_ratio)}{where}: {ends[0]} samples, {ends[1]}."
    return " ".join([said, *reading.notes, features.source])


@cache
def _published(choice: str) -> Features:
    name, tail, _ = FEATURE_SETS[choice]
    data = load_features(name, tail)
    rows, columns = data.X.shape
    reading = FeatureReading(data.title, rows, columns, data.training_counts, data.notes, data.is_test is not None)
    source = next(f"Source: {one.source}." for one in published_features() if one.name == name)
    return Features(reading, {"published": name, "long_tail": tail}, source=source)


def _upload_controls() -> None:
    key = f"features-file-{st.session_state.setdefault(UPLOAD_NUMBER, 0)}"
    st.file_uploader("Features with labels", key=key, on_change=_take_files, args=(key,), accept_multiple_files=True,
                     max_upload_size=MOST_MEGABYTES, help=LIMITS)  # fmt: skip
    if uploaded_features.feature_job() is not None:
        _progress()
    if refusal := uploaded_features.refusal():
        kept = uploaded_features.brought_features()
        so = " The features are as they were." if kept else ""
        st.error(literal(f"Not read: {refusal.sentence}.{so}"), icon=":material/error:")
        if refusal.file is not None:
            st.button("Leave out these rows", key="features-gaps", on_click=uploaded_features.leave_out_gaps,
                      args=(refusal.file,), help="Read the file again without the rows that miss a value.")  # fmt: skip
    elif uploaded_features.brought_features() is None and uploaded_features.feature_job() is None:
        st.markdown(LIMITS)


def _reading_controls(file: FeatureFile, reading: FeatureReading) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if reading.columns and reading.label in reading.columns and file.labels is None:
            labels = list(distinct_labels(reading.columns, range(len(reading.columns)), class_label))
            st.session_state[LABEL_COLUMN] = labels[reading.columns.index(reading.label)]
            st.selectbox("Column of labels", labels, key=LABEL_COLUMN, width=240, on_change=_set_label,
                         args=(file, reading.columns, labels), help="The column that says the class.")  # fmt: skip
        st.button("Remove these features", key="features-forget", on_click=uploaded_features.remove, type="tertiary",
                  icon=":material/delete:", help="Deletes the uploaded file from memory.")  # fmt: skip


def _set_label(file: FeatureFile, columns: tuple[str, ...], labels: list[str]) -> None:
    uploaded_features.read(file._replace(label=columns[labels.index(st.session_state[LABEL_COLUMN])]))


def _take_files(key: str) -> None:
    if files := dict(taken_files(key)):
        st.session_state[UPLOAD_NUMBER] += 1
        uploaded_features.take_files(files)


@st.fragment(run_every=0.5)
def _progress() -> None:
    job = uploaded_features.feature_job()
    if job is None or job.done:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.progress, literal(f"Reading {class_label(job.file.features.name)[:60]}"))
        st.button("Cancel", key="features-cancel", on_click=uploaded_features.stop)
