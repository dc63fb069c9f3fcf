"""The parameters of pages: kept, in the session and in the URL, while another page shows that has no control of them.

NOTE same-key: to Streamlit the epoch widget of another page is another widget under the same key. It starts with its
default, though the session knows the value; setting the value once more before the widget is made keeps it.
NOTE one-entry: Streamlit takes out of the URL what a bound widget had that is on the page no more, as an entry of its
own in the browser's history: going back from Tune would stay on Tune. So the widget is made, where nobody sees it. And
the browser forgets that a widget is bound when another of the same key goes after it has come: so the old page goes
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitDuplicateElementKey
from streamlit.navigation.page import StreamlitPage

from pages.parts.my_labels.session_labels import CONTROLS_NAMING_CLASSES, names_own_classes
from pages.parts.server.state_lookups import values_in_session
from pages.parts.sidebar.page_parameters import (
    COMPARE_PARAMETERS,
    LEARNER_PARAMETERS,
    MONITOR_PARAMETERS,
    SEARCH_PARAMETERS,
    TRAIN_PARAMETERS,
    TUNE_PARAMETERS,
)
from pages.parts.sidebar.parameter_widgets import widget
from sampler_core.plans.parameters import PAGE_ROWS, Parameter

LAST_PAGE = "last_page"
PAGE_ALONE = "page_alone"  # the page of which nothing of another one has stood beside since
OF_PAGES = (
    *PAGE_ROWS, *LEARNER_PARAMETERS, *COMPARE_PARAMETERS, *TUNE_PARAMETERS, *SEARCH_PARAMETERS, *TRAIN_PARAMETERS,
    *MONITOR_PARAMETERS,
)  # fmt: skip


def keep_values_on_page_switch(page: str) -> None:
    """On the first run of another page, before its widgets are made. page: its path."""
    if st.session_state.setdefault(LAST_PAGE, page) != page:
        st.session_state[LAST_PAGE] = page
        for parameter in OF_PAGES:
            if parameter.key in st.session_state:
                st.session_state[parameter.key] = st.session_state[parameter.key]


def keep_url_of_other_pages() -> None:
    """After the widgets of the page: the URL keeps what else is set, as links and the browser's Back need it."""
    values = values_in_session({parameter.key: parameter.start for parameter in OF_PAGES})
    for parameter in OF_PAGES:
        if values[parameter.key] not in (parameter.start, None) and not _names_classes(parameter):
            with suppress(StreamlitDuplicateElementKey):  # the page has its control
                _unseen_widget(parameter)


def place_of_page(pages: Sequence[StreamlitPage], page: StreamlitPage) -> DeltaGenerator:
    """The container of the page, in a place that no other page has; what stood in theirs goes, once."""
    position, is_alone = pages.index(page), st.session_state.get(PAGE_ALONE) == page.url_path
    for _ in pages[:position]:
        st.empty()
    place = st.container(key="page")
    for _ in () if is_alone else pages[position + 1 :]:
        st.empty()
    st.session_state[PAGE_ALONE] = page.url_path
    return place


def _names_classes(parameter: Parameter) -> bool:
    return parameter.key in CONTROLS_NAMING_CLASSES and names_own_classes(parameter.key)


def _unseen_widget(parameter: Parameter) -> None:
    if parameter.kind == "names":
        options = dict.fromkeys([*st.session_state[parameter.key], *parameter.start])
        st.multiselect(parameter.label, list(options), parameter.start, key=parameter.key, bind="query-params",
                       persist_state="session")  # fmt: skip
    else:
        widget(parameter, parameter.key, bind="query-params", persist_state="session")
