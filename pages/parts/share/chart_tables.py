"""Table twins of figures: made only when somebody opens them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.parts.server.page_contents import Table, shown
from pages.parts.text.markdown import literal
from sampler_core.figures import Chart


def table_twins(charts: Iterable[Chart], key: str, *others: Table) -> None:
    """One expander with a tab for each table: the others, then those of the charts. Titles may be alike."""
    twins = [*others, *((chart.title, chart.figure.table) for chart in charts)]
    shown().tables.extend(twins)
    box = st.expander("The same numbers as tables", icon=":material/table:", key=f"{key}-tables", on_change="rerun")
    if not box.open:
        return
    with box:
        tabs = st.tabs([literal(title) for title, _ in twins])
        for place, (tab, (_, table)) in enumerate(zip(tabs, twins, strict=True)):
            with tab:
                st.dataframe(table(), key=f"{key}-table-{place}", width="stretch", height=300)
