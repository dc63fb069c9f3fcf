"""The sources of a mixture in the Data group: a published mixture or your own, in a table and as lines of text.

The one contract here: the values that the URL has decide. What somebody changes in the table becomes their own sources,
as text; the table starts anew whenever something else has changed them, as a link, Undo or another mixture does.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.sidebar.control_groups import ControlGroups
from pages.parts.sidebar.data_kinds import source_sizes
from pages.parts.sidebar.page_parameters import MIXTURE, OWN_SOURCES
from pages.parts.sidebar.parameter_widgets import bound_widget, set_widgets
from pages.parts.text.markdown import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import published_mixtures, read_sources, short_size, sources_text
from sampler_core.plans.parameters import SOURCES, TOKENS

SOURCE, SIZE, STATE = "Source", "Size", "sources_table"
ROWS, ROW = 7, 35  # shown; px
SEQUENCE = 2048  # tokens of a sample, for sizes in tokens, until somebody sets them
EXAMPLE = "A small example, of no real data: change it, or paste your own below."


def sources_form(groups: ControlGroups) -> tuple[dict[str, Any], ClassCounts | None]:
    """The controls; their values by key, and the sizes that these say, None where no source can be read of them."""
    values = {MIXTURE.key: groups.control(MIXTURE, on_change=_take_unit_of_mixture), SOURCES.key: SOURCES.default}
    with groups.boxes["data"]:
        about, table = st.container(), st.container()
        if values[MIXTURE.key] == OWN_SOURCES:
            with st.expander("As lines of text, to paste", key="sources-fold"):
                values[SOURCES.key] = bound_widget(SOURCES, text_box=st.text_area, height=150,
                                                   label_visibility="collapsed")  # fmt: skip
    values[TOKENS.key] = groups.control(TOKENS)
    own, sizes = read_sources(values[SOURCES.key]), None
    if own.counts is not None or values[MIXTURE.key] != OWN_SOURCES:
        sizes = source_sizes(values)
    with about:
        st.caption(literal(_about(values)))
    with table:
        _table(sizes)
        if values[MIXTURE.key] == OWN_SOURCES and own.problems:
            st.error("\n\n".join(map(literal, own.problems)), icon=":material/error:")
    return values, sizes


def _about(values: dict[str, Any]) -> str:
    """Where the sizes are from."""
    source_of = {mixture.name: f"{mixture.source}." for mixture in published_mixtures()}
    own = EXAMPLE if values[SOURCES.key] == SOURCES.default else "They are in the link, names and sizes."
    return source_of.get(values[MIXTURE.key], own)


def _take_unit_of_mixture() -> None:
    """A sample of a mixture whose sizes count tokens is a sequence of them; a document is one sample."""
    unit_of = {mixture.name: mixture.unit for mixture in published_mixtures()}
    if (unit := unit_of.get(st.session_state[MIXTURE.key])) is not None:
        set_widgets({TOKENS.key: SEQUENCE if unit == "tokens" else 1})


def _table(sizes: ClassCounts | None) -> None:
    sized = [] if sizes is None else zip(sizes.names, sizes.counts.tolist(), strict=True)
    rows = [(str(name), short_size(size)) for name, size in sized]
    state = st.session_state.get(STATE) or {"number": 0}
    if state.get("rows") != rows:
        number = state["number"] + 1
        state = {"rows": rows, "number": number, "key": f"{STATE}-{number}"}
        st.session_state[STATE] = state
    st.data_editor(
        pd.DataFrame(rows, columns=[SOURCE, SIZE], dtype="str"), key=state["key"], hide_index=True, num_rows="dynamic",
        height=ROW * (min(len(rows), ROWS) + 2) + 2, on_change=_take_edits,
        column_config={
            SOURCE: st.column_config.TextColumn(width=112),
            SIZE: st.column_config.TextColumn(help="As in 250,000, 2.5e9 or 878B.", width=76),
        },
    )  # fmt: skip


def _take_edits() -> None:
    """What the table shows now as the user's own sources. A row that somebody is still filling in waits."""
    state = st.session_state[STATE]
    edits = st.session_state[state["key"]]
    rows = [list(row) for row in state["rows"]]
    for place, cells in edits["edited_rows"].items():
        rows[place] = [
            str(cells.get(column, cell) or "") for column, cell in zip((SOURCE, SIZE), rows[place], strict=True)
        ]
    rows = [row for place, row in enumerate(rows) if place not in edits["deleted_rows"]]
    added = [[str(cells.get(column) or "") for column in (SOURCE, SIZE)] for cells in edits["added_rows"]]
    if any(bool(name) != bool(size) for name, size in added):
        return
    text = "\n".join(f"{' '.join(name.split())}, {size}" for name, size in [*rows, *added] if name or size)
    read = read_sources(text)
    if read.counts is not None and not read.problems:
        text = sources_text(read.counts)
    set_widgets({MIXTURE.key: OWN_SOURCES, SOURCES.key: text})
