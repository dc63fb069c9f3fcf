"""My labels in the Data group: a file or pasted text, how it is read, and in a sentence what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.parts.my_labels import session_labels
from pages.parts.my_labels.correction_form import correction_form
from pages.parts.my_labels.file_reading import Upload
from pages.parts.my_labels.session_labels import UploadedLabels, start_reading, uploaded_labels
from pages.parts.text.markdown import literal
from sampler_core.datasets.label_files import WITH_COLUMNS, Layout, Reading, ReadingError
from sampler_core.figures.class_labels import class_label, distinct_labels

UPLOAD_NUMBER, PASTED, LABEL, COUNT = "own_upload_number", "own-pasted", "own-label", "own-count"
MOST_PASTED = 1_000_000
NO_COUNTS = "none"
CELL_CHARACTERS = 200  # characters of a cell in the first rows


def own_labels_form() -> Reading | None:
    """The controls of My labels; what was read, None as long as nothing was."""
    session_labels.take_finished_reading()
    _upload_controls()
    if session_labels.running_job() is not None:
        _reading_progress()
    if refusal := st.session_state.get(session_labels.REFUSAL):
        st.error(literal(refusal), icon=":material/error:")
    if (found := uploaded_labels()) is None:
        return None
    _column_choice(found.reading.layout)
    _reading_summary(found)
    if left_out := session_labels.left_out_of_the_link():
        st.markdown(f"No link has the {' and the '.join(left_out)}: they name your classes.")
    correction_form(found)
    st.button("Remove these labels", key="own-forget", on_click=session_labels.remove_labels, type="tertiary",
              icon=":material/delete:", help="Deletes the uploaded file and its counts from memory.")  # fmt: skip
    return found.reading


def _upload_controls() -> None:
    key = f"own-file-{st.session_state.setdefault(UPLOAD_NUMBER, 0)}"
    st.file_uploader(
        "CSV, Parquet, JSON, NPY or a list", key=key, on_change=_take_file, args=(key,),
        help="CSV, TSV, TXT, Parquet, Arrow, NPY, NPZ, JSON, COCO annotations, image lists or a class,count table; "
        "a .gz of any. It is kept in memory for your session only, and is never part of a link. Of a larger file "
        "bring a class,count table.",
    )  # fmt: skip
    with (
        st.expander("Or paste labels", key="own-paste-fold"),
        st.form("own-paste", border=False, enter_to_submit=False),
    ):
        st.text_area("Labels", key=PASTED, max_chars=MOST_PASTED, height=120, label_visibility="collapsed",
                     placeholder="One label a line, or a table with class,count")  # fmt: skip
        st.form_submit_button("Read the pasted text", on_click=_take_pasted)


def _take_file(key: str) -> None:
    """The next uploader is a new one, empty: what is in use is said below it, whatever becomes of this file."""
    file = st.session_state[key]
    if not isinstance(file, UploadedFile):  # none, or one that was taken before: a browser may tell of it twice
        return
    st.session_state[UPLOAD_NUMBER] += 1
    start_reading(Upload(file.name, file.getvalue()))
    if (context := get_script_run_ctx()) is not None:  # else the server holds it too until the session ends
        uploads: Any = context.uploaded_file_mgr
        uploads.remove_file(context.session_id, file.file_id)


def _take_pasted() -> None:
    start_reading(Upload("the pasted text", st.session_state[PASTED].encode("utf-8", "replace")))


@st.fragment(run_every=0.5)
def _reading_progress() -> None:
    running = session_labels.running_job()
    if running is None or running.done:
        st.rerun()
    st.progress(running.progress, literal(f"Reading {class_label(running.upload.name)[:60]}"))
    st.button("Cancel", key="own-cancel", on_click=session_labels.stop_reading)


def _column_choice(layout: Layout) -> None:
    """Which column holds the labels, and which their counts."""
    if len(layout.columns) < 2 or layout.kind not in WITH_COLUMNS:
        return
    names = [NO_COUNTS, *(name[:CELL_CHARACTERS] for name in layout.columns)]
    labels = list(distinct_labels(names, range(len(names))))[1:]  # a column may be called "none" too
    if session_labels.running_job() is None:  # what could not be read leaves the choice as it was
        st.session_state[LABEL] = labels[layout.position(layout.label)]
        st.session_state[COUNT] = NO_COUNTS if layout.count is None else labels[layout.position(layout.count)]
    st.selectbox("Label column", labels, key=LABEL, on_change=_read_again, args=(labels,),
                 help="The column that holds the class of each row.")  # fmt: skip
    st.selectbox("Counts", [NO_COUNTS, *labels], key=COUNT, on_change=_read_again, args=(labels,),
                 help="For a table with a row a class: the column that says how many samples it has. None: every row "
                 "is a sample.")  # fmt: skip


def _read_again(labels: list[str]) -> None:
    found, label, count = uploaded_labels(), st.session_state[LABEL], st.session_state[COUNT]
    if found is None or label not in labels or count not in (NO_COUNTS, *labels):
        return  # the browser did not know yet that another file has been read
    columns = dict(zip(labels, found.reading.layout.columns, strict=True))
    session_labels.stop_reading()
    try:
        layout = found.reading.layout.choose(columns[label], columns.get(count))
    except ReadingError as error:
        session_labels.refuse("Not read", error)
        return
    start_reading(found.upload, layout)


def _reading_summary(found: UploadedLabels) -> None:
    reading = found.reading
    with st.container(key="own-said"):
        st.markdown(literal(replace(reading, warnings=()).sentence()))
    for warning in reading.warnings:
        st.warning(literal(warning), icon=":material/warning:")
    if reading.layout.rows:
        with st.expander("First rows", key="own-rows-fold"):
            st.markdown(literal(" ".join(found.steps[0].layout.found)))
            rows = [[class_label(cell[:CELL_CHARACTERS]) for cell in row] for row in reading.layout.rows]
            columns = list(distinct_labels([name[:CELL_CHARACTERS] for name in reading.layout.columns or ("label",)],
                                    range(len(reading.layout.columns) or 1)))  # fmt: skip
            st.dataframe(pd.DataFrame(rows, columns=columns, dtype="str"), hide_index=True, height=180)
