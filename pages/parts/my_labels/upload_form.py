"""My labels in the Data group: a file or pasted text, how it is read, and in a sentence what was read."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts.my_labels.column_form import CELL_CHARACTERS, column_form
from pages.parts.my_labels.correction_form import correction_form
from pages.parts.my_labels.labels_folder import labels_folder_control
from pages.parts.my_labels.reading_job import PASTED, Upload, upload_of_files
from pages.parts.my_labels.session_labels import (
    SESSION_REFUSAL,
    SESSION_REFUSAL_CODE,
    SessionLabels,
    left_out_of_the_link,
    refuse_labels,
    remove_session_labels,
    running_reading_job,
    session_labels,
    start_reading,
    stop_reading,
    take_finished_reading,
)
from pages.parts.server.uploaded_files import taken_files
from pages.parts.text.markdown import literal
from sampler_core.datasets.label_files import Reading, ReadingError
from sampler_core.figures.class_labels import class_label, distinct_labels

UPLOAD_NUMBER, PASTED_LABELS = "own_upload_number", "own-pasted"
MOST_PASTED = 1_000_000


def upload_form() -> Reading | None:
    """The controls of My labels; what was read, None as long as nothing was."""
    take_finished_reading()
    _upload_controls()
    if running_reading_job() is not None:
        _progress_of_upload()
    if refusal := st.session_state.get(SESSION_REFUSAL):
        st.error(literal(refusal), icon=":material/error:")
        if code := st.session_state.get(SESSION_REFUSAL_CODE):
            st.code(code, language="python", wrap_lines=True)
    if (uploaded := session_labels()) is None:
        return None
    _summary_of_upload(uploaded)
    column_form(uploaded)
    _first_rows(uploaded)
    if left_out := left_out_of_the_link():
        st.markdown(f"No link has the {' and the '.join(left_out)}: they name your classes.")
    correction_form(uploaded)
    st.button("Remove these labels", key="own-forget", on_click=remove_session_labels, type="tertiary",
              icon=":material/delete:", help="Deletes the uploaded file and its counts from memory.")  # fmt: skip
    return uploaded.reading


def _upload_controls() -> None:
    labels_folder_control()
    uploader_key = f"own-file-{st.session_state.setdefault(UPLOAD_NUMBER, 0)}"
    st.file_uploader(
        "CSV, Parquet, JSON, NPY or a list", key=uploader_key, on_change=_take_uploaded_files, args=(uploader_key,),
        accept_multiple_files=True,
        help="CSV, TSV, TXT, Parquet, Arrow, NPY, NPZ, JSON, COCO annotations, image lists or a class,count table; "
        "a .gz of any. Of a Hugging Face data set choose all files of its folder, or a .zip of it. It is kept in "
        "memory for your session only, and is never part of a link. Of a larger file bring a class,count table. "
        "Features (embeddings) go to the page Train.",
    )  # fmt: skip
    with (
        st.expander("Or paste labels", key="own-paste-fold"),
        st.form("own-paste", border=False, enter_to_submit=False),
    ):
        st.text_area("Labels", key=PASTED_LABELS, max_chars=MOST_PASTED, height=120, label_visibility="collapsed",
                     placeholder="One label a line, or a table with class,count")  # fmt: skip
        st.form_submit_button("Read the pasted text", on_click=_take_pasted_labels)


def _take_uploaded_files(uploader_key: str) -> None:
    """The next uploader is a new one, empty: what is in use is said below it, whatever becomes of these files."""
    if not (content := taken_files(uploader_key)):
        return
    st.session_state[UPLOAD_NUMBER] += 1
    try:
        start_reading(upload_of_files(dict(content)))
    except ReadingError as error:
        refuse_labels("Not read", error)


def _take_pasted_labels() -> None:
    start_reading(Upload(PASTED, st.session_state[PASTED_LABELS].encode("utf-8", "replace")))


@st.fragment(run_every=0.5)
def _progress_of_upload() -> None:
    reading_job = running_reading_job()
    if reading_job is None or reading_job.done:
        st.rerun()
    st.progress(reading_job.progress, literal(f"Reading {class_label(reading_job.upload.name)[:60]}"))
    st.button("Cancel", key="own-cancel", on_click=stop_reading)


def _summary_of_upload(uploaded: SessionLabels) -> None:
    reading = uploaded.reading
    with st.container(key="own-said"):
        st.markdown(literal(replace(reading, warnings=(), noticed=()).sentence()))
    for warning in reading.warnings:
        st.warning(literal(warning), icon=":material/warning:")


def _first_rows(uploaded: SessionLabels) -> None:
    layout = uploaded.reading.layout
    if not layout.rows:
        return
    with st.expander("First rows", key="own-rows-fold"):
        st.markdown(literal(" ".join(uploaded.steps[0].layout.found)))
        first_rows = [[class_label(cell[:CELL_CHARACTERS]) for cell in row] for row in layout.rows]
        names = [name[:CELL_CHARACTERS] for name in layout.columns or ("label",)]
        column_names = list(distinct_labels(names, range(len(names))))
        st.dataframe(pd.DataFrame(first_rows, columns=column_names, dtype="str"), hide_index=True, height=180)
