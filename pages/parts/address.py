"""The address: what a link may say, and a sentence for each thing in it that cannot be used.

Streamlit drops what a bound control cannot take without a word; the person who opened the link should hear of it.
"""

from __future__ import annotations

import math

import streamlit as st

from sampler_core.parameters import Parameter

SAID, BAD = "address_said", "address_bad"
FOREIGN = ("embed", "embed_options")


def read_address(rows: dict[str, Parameter], titles: dict[str, dict[str, str]]) -> None:
    """Before the first control of a visit: note what cannot be used; names of choices stand for their titles."""
    if SAID in st.session_state:
        _replace_bad_values(rows)
        return
    st.session_state[SAID], st.session_state[BAD] = [], []
    for key in st.query_params:
        text = st.query_params[key]
        if key not in rows:
            if key not in FOREIGN:
                st.session_state[SAID].append(f"The address has {key!r}, which is no parameter here; it was left out.")
            continue
        if text in titles.get(key, {}):
            st.session_state[key] = text
        elif text not in titles.get(key, {}).values() and (complaint := _complaint(rows[key], text)):
            st.session_state[SAID].append(f"In the address, {complaint}. The default is shown instead.")
            st.session_state[BAD].append(key)


def say_what_was_wrong(state: dict[str, object]) -> None:
    """Show the sentences until the first change of a control."""
    first = st.session_state.setdefault("address_state", state)
    if first == state and st.session_state[SAID]:
        st.warning("\n\n".join(literal(sentence) for sentence in st.session_state[SAID]), icon=":material/link_off:")


def literal(text: str) -> str:
    """Text as it is, none of it read as Markdown, formula, colour or icon."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~$:^=&" else sign for sign in text)


def _complaint(row: Parameter, text: str) -> str:
    """What is wrong with this value, "" when nothing is."""
    try:
        row.check(_read(row, text))
    except (TypeError, ValueError) as error:
        return str(error)
    return ""


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


def _replace_bad_values(rows: dict[str, Parameter]) -> None:
    """A control may have taken a value that the row refuses (1.5 as 1): once, put the default that was announced."""
    for key in st.session_state[BAD]:
        st.session_state[key] = rows[key].default
    st.session_state[BAD] = []
