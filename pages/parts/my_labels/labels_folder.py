"""The folder of label files that the server was started with: what lies in it, and the control that offers it.

A file or folder directly in it is a data set. It is read where it lies, in the child process, links left out.
"""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from pages.parts.my_labels.reading_job import Upload
from pages.parts.my_labels.session_labels import refuse_labels, start_reading
from pages.parts.server.served_folder import is_served, served_entries, served_names
from pages.parts.text.markdown import literal
from sampler_core.datasets.label_files import ReadingError
from sampler_core.formatting import printable

LABELS_FOLDER = "SKEWLAB_LABELS"  # the variable of the environment that names the folder
CHOSEN = "own-served"
MOST_LISTED = 1000


def labels_folder_control() -> None:
    """Offers what lies in the folder; nothing where the server was started without one."""
    if not (named := os.environ.get(LABELS_FOLDER)):
        return
    if not (folder := Path(named)).is_dir():
        st.markdown(literal(f"{LABELS_FOLDER} must name a folder, and what it names is none: no labels are listed."))
        return
    st.selectbox(
        "On this server", list(listed_labels(folder)), index=None, key=CHOSEN, on_change=_read_chosen, args=(folder,),
        placeholder="choose a file or folder",
        help="The label files of this server, and its folders of Parquet or Arrow files, which may be of any size.",
    )  # fmt: skip


def listed_labels(folder: Path) -> dict[str, Path]:
    """The files and folders directly in the folder, by names that can be shown; nothing hidden, no links or pipes."""
    paths = [Path(entry.path) for entry in served_entries(folder) if not entry.name.startswith(".")]
    plain = [path for path in paths if not path.is_symlink() and (path.is_file() or path.is_dir())]
    return served_names(sorted(plain)[:MOST_LISTED], folder)


def _read_chosen(folder: Path) -> None:
    """The control is empty again: what is in use is said below it, whatever becomes of this file."""
    name, st.session_state[CHOSEN] = st.session_state[CHOSEN], None
    path = listed_labels(folder).get(name)
    if path is not None and is_served(path, folder):
        start_reading(Upload(name, path=path))
    elif name is not None:
        refuse_labels("Not read", ReadingError(f"{printable(name)} is not in the folder of labels any more"))
