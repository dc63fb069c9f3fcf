"""A title and a note for what is shared: set in the dialog, carried by the URL, shown above the page as plain text.

The URL holds them, so Back and links keep them in step; at a switch of pages, which empties it, it gets them again.
"""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.parts.sidebar.page_parameters import NOTE, SHARE_PARAMETERS, TITLE
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import Parameter


class SharedText(NamedTuple):
    """Plain text of any characters; "" where none is set. note: may have several lines."""

    title: str
    note: str

    def report_title(self, scenario: Scenario, page: str) -> str:
        """The title, or what the data and the page are called."""
        return self.title or f"{scenario.data_name}: {page}"


_KEPT = "share_kept"  # in the session: the page of the last run, and what the URL had


def keep_text_on_page_switch(page: str) -> None:
    """Give the URL of another page the title and the note of the page before."""
    last_page, texts = st.session_state.get(_KEPT, (page, {}))
    if last_page != page:
        for key, text in texts.items():
            if text and key not in st.query_params:
                st.query_params[key] = text
    st.session_state[_KEPT] = page, {p.key: st.query_params.get(p.key, "") for p in SHARE_PARAMETERS}


def shared_text() -> SharedText:
    """The title and the note of the URL."""
    return SharedText(*(_text_of(parameter) for parameter in SHARE_PARAMETERS))


def show_title_and_note(text: SharedText) -> None:
    """Show them above the page."""
    title = [f"**{literal(text.title)}**"] if text.title else []
    if lines := [*title, *map(literal, text.note.splitlines())]:
        st.markdown("  \n".join(lines))


def title_and_note_boxes() -> None:
    """Boxes for both, in the dialog."""
    shown = shared_text()
    for box, parameter, text in ((st.text_input, TITLE, shown.title), (st.text_area, NOTE, shown.note)):
        box(parameter.label, text, key=_box_key(parameter), help=parameter.help, max_chars=int(parameter.maximum or 0),
            on_change=_set_text, args=(parameter,))  # fmt: skip


def _set_text(parameter: Parameter) -> None:
    if text := str(st.session_state.get(_box_key(parameter)) or "").strip():
        st.query_params[parameter.key] = text
    else:
        st.query_params.pop(parameter.key, None)
    page, texts = st.session_state[_KEPT]
    st.session_state[_KEPT] = page, {**texts, parameter.key: text}


def _box_key(parameter: Parameter) -> str:
    return f"share-{parameter.key}"


def _text_of(parameter: Parameter) -> str:
    """What the URL has, without characters that nobody sees."""
    text = st.query_params.get(parameter.key, "")[: int(parameter.maximum or 0)]
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text).strip()
