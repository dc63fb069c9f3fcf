"""The address: what a link may say, and a sentence for each thing in it that cannot be used.

Streamlit drops what a bound control cannot take without a word; the person who opened the link should hear of it.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import Parameter

SAID, FIRST = "address_said", "address_first"
FOREIGN = ("embed", "embed_options")
# What links of version 0.1.0 call a parameter or a choice, and what it is called now.
OLD_KEYS = {"law": "scheme", "demands": "requirements", "merit": "metric"}
OLD_CHOICES = {("data", "known"): "published"}
Titles = dict[str, dict[str, str]]


def read_address(rows: dict[str, Parameter], titles: Titles) -> None:
    """Before the first control of a session: put the address right, keep a sentence for each thing left out of it.

    A choice may be given by its name or by its title. Runs the page again where the address had to change, because
    controls take their first value from the address that the run began with.
    """
    if SAID in st.session_state:
        return
    st.session_state[SAID] = []
    before = st.query_params.to_dict()
    _rename_old_parts()
    for key, text in st.query_params.to_dict().items():
        if key in rows:
            _put_right(rows[key], text, titles.get(key, {}))
        elif key not in FOREIGN:
            _leave_out(key, f"The address has {key!r}, which is no parameter here; it was left out.")
    if st.query_params.to_dict() != before:
        st.rerun()


def say_what_was_wrong(state: dict[str, object]) -> None:
    """After the last control: show the sentences, until the first change of a control."""
    if st.session_state.setdefault(FIRST, state) == state and st.session_state[SAID]:
        st.warning("\n\n".join(literal(sentence) for sentence in st.session_state[SAID]), icon=":material/link_off:")


def complaint(row: Parameter, value: object) -> str:
    """What is wrong with this value, said of the control's label; "" when nothing is."""
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


def _put_right(row: Parameter, text: str, titles: dict[str, str]) -> None:
    if text in titles.values():
        return
    if text in titles:
        st.query_params[row.key] = titles[text]
    elif wrong := complaint(row, _read(row, text)):
        _leave_out(row.key, f"In the address, {wrong}. The default is shown instead.")


def _leave_out(key: str, sentence: str) -> None:
    st.session_state[SAID].append(sentence)
    del st.query_params[key]


def bound_unless(key: str, private: bool) -> Literal["query-params"] | None:
    """How a control is bound to the address: not at all while it holds what belongs to its user alone."""
    if private:
        with suppress(StreamlitAPIException):  # a control that was bound until now lets go of the address by itself
            st.query_params.pop(key, None)
    return None if private else "query-params"


def _read(row: Parameter, text: str) -> object:
    if row.kind in ("choice", "text"):
        return text
    if not text and row.default is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if row.kind == "integer" and math.isfinite(number) and number == int(number) else number
