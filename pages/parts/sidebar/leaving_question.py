"""The browser's question before the page is closed or loaded anew, with labels that would be lost by that."""

from __future__ import annotations

import streamlit as st

from pages.parts.live.browser_component import browser_component
from pages.parts.my_labels.session_labels import session_labels

ONCE_ASKED = "leaving_question"  # in the session
_question = browser_component("leaving_question", "", "", "sidebar/leaving_question.js")


def ask_before_labels_are_lost() -> None:
    """Ask while there are labels of the user's own, shown or not. Another page of the app is no leaving."""
    labels_are_here = session_labels() is not None
    st.session_state[ONCE_ASKED] = labels_are_here or st.session_state.get(ONCE_ASKED, False)
    if st.session_state[ONCE_ASKED]:
        _question(key="leaving", data={"labels": labels_are_here})
