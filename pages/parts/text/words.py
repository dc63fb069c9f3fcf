"""The words of the data that a page shows: sources of a mixture are called sources, whatever a text calls them.

NOTE one-vocabulary: a run of the page sets the session's vocabulary, once for the sidebar and once for the page. What
is made without a session, as figures while a slider moves, takes the scenario's own.
"""

from __future__ import annotations

import streamlit as st

from pages.parts.text.markdown import literal
from sampler_core.data.vocabulary import CLASS_WORDS, Vocabulary

VOCABULARY = "vocabulary"  # in the session


def speak(vocabulary: Vocabulary) -> None:
    """From now on this run of the page uses these words."""
    st.session_state[VOCABULARY] = vocabulary


def vocabulary() -> Vocabulary:
    """The words in use."""
    words: Vocabulary = st.session_state.get(VOCABULARY, CLASS_WORDS)
    return words


def in_words(text: str) -> str:
    """A text of the page or the core in the words in use."""
    return vocabulary()(text)


def said(text: str) -> str:
    """The same as Markdown that shows the text itself."""
    return literal(in_words(text))
