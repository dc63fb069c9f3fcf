"""The files of an uploader, taken off it: the server holds each once."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def taken_files(uploader_key: str) -> list[tuple[str, bytes]]:
    """Names and contents of the files in an uploader, from its callback; none where they were taken before: a browser
    may tell twice. The next uploader must have another key."""
    uploaded_files = [file for file in st.session_state[uploader_key] or () if isinstance(file, UploadedFile)]
    taken = [(file.name, file.getvalue()) for file in uploaded_files]
    if (context := get_script_run_ctx()) is not None:  # else the server holds them too until the session ends
        uploads: Any = context.uploaded_file_mgr
        for file in uploaded_files:
            uploads.remove_file(context.session_id, file.file_id)
    return taken
