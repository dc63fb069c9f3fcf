"""The button that ends a conflict: it gives a requirement the bound with which the others agree."""

from __future__ import annotations

import streamlit as st

from pages.parts.text.words import said
from pages.parts.tune.requirements_text import Requirements, state_requirements
from sampler_core.tuning.conflicts import Conflict
from sampler_core.tuning.requirement_sentences import bound_in_words


def least_change_button(conflict: Conflict | None, requirements: Requirements) -> None:
    """The least change of one bound, in words and as a button that makes it."""
    if conflict is None or conflict.least_change is None:
        return
    before, after = conflict.least_change
    place = requirements.index(before)
    words = f"{after.sense} {bound_in_words(after, after.bound)} in requirement {place + 1}"
    st.button(said(f"Ask for {words}"), key="least_change", type="primary", icon=":material/handshake:",
              help="The least change of one number that ends the conflict.", on_click=state_requirements,
              args=((*requirements[:place], after, *requirements[place + 1 :]),))  # fmt: skip
