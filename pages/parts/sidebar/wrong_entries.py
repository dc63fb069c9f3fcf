"""Wrong entries: a sentence beside the box, for what a link has and for what somebody types, until it is mended.

NOTE out-of-range: Streamlit's number box keeps a number out of its range to itself: the server never hears of it, and
no value that the server sets replaces it. So the sentence for it is a rule of CSS, shown while the box says that it is
invalid, and Undo and Reset draw the controls under another key, which makes the browser build the boxes anew.
"""

from __future__ import annotations

import streamlit as st

from pages.parts.server.page_files import add_style_rules
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.text.words import said
from sampler_core.data.vocabulary import SOURCE_WORDS

URL_PROBLEMS, CLEARED = "url_problems", "entries_cleared"
MIXTURE_MARK = "said-temperature"  # the key of a container that is there while the data is a mixture


def typed_entry_rules() -> str:
    """The rules of CSS with the sentences for numbers out of range, one a number box that the URL has, and one more
    where sources of a mixture have other words for it."""
    sentences = {
        key: f"{parameter.label} must be {parameter.allowed}."
        for key, parameter in PARAMETERS.items()
        if parameter.kind in ("number", "integer")
    }
    in_other_words = {key: SOURCE_WORDS(text) for key, text in sentences.items() if SOURCE_WORDS(text) != text}
    rules = [(key, text, "") for key, text in sentences.items()]
    rules += [(key, text, f".stApp:has(.st-key-{MIXTURE_MARK}) ") for key, text in in_other_words.items()]
    return " ".join(
        f'{where}.st-key-{key}:has([aria-invalid="true"])::after {{ content: "{text}"; }}' for key, text, where in rules
    )


add_style_rules(typed_entry_rules())


def controls_key() -> str:
    """The key of the container of all controls: another one after `clear_wrong_entries`."""
    return f"controls-{st.session_state.get(CLEARED, 0)}"


def clear_wrong_entries() -> None:
    """Forget what the URL had wrong, and empty boxes of what they cannot take. From a callback."""
    st.session_state.pop(URL_PROBLEMS, None)
    st.session_state[CLEARED] = st.session_state.get(CLEARED, 0) + 1


def say_what_the_url_had_wrong(key: str, value: object) -> None:
    """Below the widget of a parameter, which shows `value`: the sentence of the URL's entry, until that changes."""
    problems = st.session_state.get(URL_PROBLEMS, {})
    if key not in problems:
        return
    sentence, *shown_instead = problems[key]
    if shown_instead and shown_instead != [value]:
        del problems[key]
        return
    problems[key] = (sentence, value)
    say_beside(sentence)


def say_beside(sentence: str) -> None:
    """A sentence of plain text about what stands above it."""
    st.markdown(f":red[:material/error: {said(sentence)}]")
