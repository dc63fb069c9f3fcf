"""The switch of pages: widgets that several pages have keep their value.

NOTE same-key: to Streamlit the epoch widget of another page is another widget under the same key. It starts with its
default, though the session knows the value; setting the value once more before the widget is made keeps it.
"""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.page_parameters import COMPARE_PARAMETERS, TUNE_PARAMETERS
from sampler_core.plans.parameters import PAGE_ROWS

LAST_PAGE = "last_page"


def keep_values_on_page_switch(page: str) -> None:
    """On the first run of another page, before its widgets are made. page: its path."""
    if st.session_state.setdefault(LAST_PAGE, page) != page:
        st.session_state[LAST_PAGE] = page
        for parameter in (*PAGE_ROWS, *COMPARE_PARAMETERS, *TUNE_PARAMETERS):
            if parameter.key in st.session_state:
                st.session_state[parameter.key] = st.session_state[parameter.key]
