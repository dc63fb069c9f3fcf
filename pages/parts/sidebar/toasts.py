"""Messages that the callback of a control leaves for the page, which shows each once.

NOTE callbacks-in-dialogs: a dialog runs without the page, and what its callback displays would take the place of the
page's first elements; Streamlit warns of it in the server's log.
"""

from __future__ import annotations

import streamlit as st

_TOLD = "told"  # in the session: what the page has not shown yet


def tell(sentence: str, icon: str | None = None) -> None:
    """From a callback: a sentence (Markdown) for the next run of the page."""
    st.session_state.setdefault(_TOLD, []).append((sentence, icon))


def show_what_was_told() -> None:
    """At the start of a run of the page, after all that may tell something."""
    for sentence, icon in st.session_state.pop(_TOLD, ()):
        st.toast(sentence, icon=icon)
