"""The URL: what a link may have, and a sentence for each thing in it that cannot be used.

Streamlit drops what a bound control cannot take without a message; the user who opened the link needs one.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import Parameter

MESSAGES, FIRST_STATE = "url_messages", "url_first_state"
STREAMLIT_KEYS = ("embed", "embed_options")
# What links of version 0.1.0 call a parameter or a choice, and what it is called now.
OLD_KEYS = {"law": "scheme", "demands": "requirements", "merit": "metric"}
OLD_CHOICES = {("data", "known"): "published"}
Titles = dict[str, dict[str, str]]


def correct_url(rows: dict[str, Parameter], titles: Titles) -> None:
    """Before the first control of a session: correct the URL, keep a sentence for each thing left out of it.

    A choice may be given by its name or by its title. Runs the page again where the URL had to change, because
    controls take their first value from the URL that the run began with.
    """
    if MESSAGES in st.session_state:
        return
    st.session_state[MESSAGES] = []
    before = st.query_params.to_dict()
    _rename_old_parts()
    for key, text in st.query_params.to_dict().items():
        if key in rows:
            _correct_value(rows[key], text, titles.get(key, {}))
        elif key not in STREAMLIT_KEYS:
            _leave_out(key, f"The URL has {key!r}, which is no parameter here; it was left out.")
    if st.query_params.to_dict() != before:
        st.rerun()


def show_url_messages(state: dict[str, object]) -> None:
    """After the last control: show the sentences, until the first change of a control."""
    if st.session_state.setdefault(FIRST_STATE, state) == state and st.session_state[MESSAGES]:
        messages = "\n\n".join(literal(sentence) for sentence in st.session_state[MESSAGES])
        st.warning(messages, icon=":material/link_off:")


def problem_with(row: Parameter, value: object) -> str:
    """What is wrong with this value, under the control's label; "" when nothing is."""
    try:
        row.check(value)
    except (TypeError, ValueError) as error:
        return str(error).replace(row.key, row.label, 1)
    return ""


def _rename_old_parts() -> None:
    for key, text in st.query_params.to_dict().items():
        now = OLD_KEYS.get(key, key)
        if now != key:
            del st.query_params[key]
        st.query_params[now] = OLD_CHOICES.get((now, text), text)


def _correct_value(row: Parameter, text: str, titles: dict[str, str]) -> None:
    if text in titles.values():
        return
    if text in titles:
        st.query_params[row.key] = titles[text]
    elif problem := problem_with(row, _parsed(row, text)):
        _leave_out(row.key, f"In the URL, {problem}. The default is shown instead.")


def _leave_out(key: str, sentence: str) -> None:
    st.session_state[MESSAGES].append(sentence)
    del st.query_params[key]


def bound_unless(key: str, private: bool) -> Literal["query-params"] | None:
    """How a control is bound to the URL: not at all while it holds what belongs to its user alone."""
    if private:
        with suppress(StreamlitAPIException):  # Streamlit takes a control that was bound until now out of the URL
            st.query_params.pop(key, None)
    return None if private else "query-params"


def _parsed(row: Parameter, text: str) -> object:
    if row.kind in ("choice", "text"):
        return text
    if not text and row.default is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if row.kind == "integer" and math.isfinite(number) and number == int(number) else number
