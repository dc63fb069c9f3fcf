"""The tables of a page's charts, in one expander; made only when it is open."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.parts.server.page_contents import Table, page_contents
from pages.parts.text.markdown import literal
from sampler_core.figures import Chart


def chart_tables(charts: Iterable[Chart], key: str, *others: Table) -> None:
    """An expander with a tab for each table: the others, then those of the charts. Titles may be equal."""
    tables = [*others, *((chart.title, chart.figure.table) for chart in charts)]
    page_contents().tables.extend(tables)
    expander = st.expander("The same numbers as tables", icon=":material/table:", key=f"{key}-tables",
                           on_change="rerun")  # fmt: skip
    if not expander.open:
        return
    with expander:
        tabs = st.tabs([literal(title) for title, _ in tables])
        for place, (tab, (_, table)) in enumerate(zip(tabs, tables, strict=True)):
            with tab:
                st.dataframe(table(), key=f"{key}-table-{place}", width="stretch", height=300)
