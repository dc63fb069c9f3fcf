"""The table of the target Shares: a row a class, with the share that is given for it.

The one contract here: the text of the shares, which the URL has, decides. The table starts from it again whenever
something else than the table has changed it, as a link, Undo or another data set does.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.sidebar.balance_buttons import balance_buttons
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.text.words import in_words, said
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_options
from sampler_core.plans.class_pairs import class_pairs
from sampler_core.plans.explicit_shares import SHARES, Shares
from sampler_core.plans.plan_variants import escaped_surrogates
from sampler_core.plans.target_values import TARGET, target_of

CLASS, SHARE, STATE = "Class", "Share", "shares_table"
ROWS, ROW = 5, 35  # shown; px
HELP = "A number from 0 to 1, or epochs and shares as in 0:0.1, 20:0.4. Empty: a part of the rest."


def shares_table(counts: ClassCounts) -> str:
    """The table, and under it its text; returns the text. A sentence below for each cell that holds no share."""
    balance_buttons("shares")
    place = st.container()
    with st.expander("Shares as text"):
        text = str(bound_widget(SHARES, label_visibility="collapsed"))
    state = _state_of(text, counts)
    with place:
        _editor(state, counts)
        if problems := [*state["wrong"], *_problem_with_all(text)]:
            st.error("\n\n".join(map(said, problems)), icon=":material/error:")
    return text


def _state_of(text: str, counts: ClassCounts) -> dict[str, Any]:
    """What the table starts from, and the number of its editor: the next one where the text is not the table's own."""
    state: dict[str, Any] = st.session_state.get(STATE) or {"number": 0, "text": None}
    if state["text"] != text or state["names"] != counts.names:
        number, start = state["number"] + 1, _shares_of(text)
        state = {"text": text, "names": counts.names, "number": number, "start": start, "wrong": []}
        state["key"] = f"{STATE}-{number}"
        st.session_state[STATE] = state
    return state


def _editor(state: dict[str, Any], counts: ClassCounts) -> None:
    names = {label: str(counts.names[c]) for label, c in class_options(counts).items()}
    cells = [_cell(state["start"].get(name)) for name in names.values()]
    st.data_editor(
        pd.DataFrame({in_words(CLASS): list(names), SHARE: cells}), key=state["key"], hide_index=True, num_rows="fixed",
        height=ROW * (min(len(names), ROWS) + 1) + 2, on_change=_take_edits, args=(tuple(names.values()),),
        disabled=(in_words(CLASS),), column_config={SHARE: st.column_config.TextColumn(help=HELP)},
    )  # fmt: skip


def _take_edits(names: tuple[str, ...]) -> None:
    """Sets the text to what the table shows now; a cell that holds no share is left out, with a sentence."""
    state = st.session_state[STATE]
    shares, state["wrong"] = dict(state["start"]), []
    for row, cells in st.session_state[state["key"]]["edited_rows"].items():
        shares.pop(names[row], None)
        try:
            shares |= _shares_in_cell(names[row], cells.get(SHARE))
        except ValueError as error:
            state["wrong"].append(f"{_sentence(error)} It is left out.")
    state["text"] = _text_of(shares)
    st.session_state[SHARES.key] = state["text"]


def _shares_in_cell(name: str, cell: str | None) -> dict[str, Any]:
    """The share that a cell holds, by the class's name; none for an empty one. `ValueError` that names the class."""
    if not (cell or "").strip():
        return {}
    try:
        share: Any = float(cell or "")
    except ValueError:
        share = cell
    return dict(Shares({name: share}).pairs)  # type: ignore[arg-type]


def _shares_of(text: str) -> dict[str, Any]:
    """Class name -> what the text has as its share; {} where it cannot be read, which a sentence says."""
    with suppress(TypeError, ValueError):
        return {str(name): share for name, share in class_pairs("shares", "share", text)}
    return {}


def _problem_with_all(text: str) -> list[str]:
    try:
        target_of({TARGET.key: "shares", SHARES.key: text})
    except (TypeError, ValueError) as error:
        return [_sentence(error)]
    return []


def _sentence(error: Exception) -> str:
    return f"{str(error)[:1].upper()}{str(error)[1:]}."


def _text_of(shares: dict[str, Any]) -> str:
    return escaped_surrogates(json.dumps(shares, ensure_ascii=False, separators=(",", ":"))) if shares else ""


def _cell(share: Any) -> str:
    """What stands in the cell of a share: nothing, a number, points as text; else what was given."""
    with suppress(TypeError, ValueError):
        if isinstance(share, list | tuple):
            return ", ".join(f"{epoch}:{value:.10g}" for epoch, value in share)
        return "" if share is None else f"{share:.10g}"
    return str(share)
