"""Controls that several pages have keep their value when the page changes.

NOTE same-key: to Streamlit the epoch control of another page is another control under the same key. It starts with its
default, though the session knows the value; saying the value once more before the control is made keeps it.
"""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.page_parameters import COMPARE_ROWS, TUNE_ROWS
from sampler_core.plans.parameters import PAGE_ROWS

PAGE = "page_shown"


def keep_values(page: str) -> None:
    """On the first run of another page, before its controls are made. page: its path."""
    if st.session_state.setdefault(PAGE, page) != page:
        st.session_state[PAGE] = page
        for row in (*PAGE_ROWS, *COMPARE_ROWS, *TUNE_ROWS):
            if row.key in st.session_state:
                st.session_state[row.key] = st.session_state[row.key]
