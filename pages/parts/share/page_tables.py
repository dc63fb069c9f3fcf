"""The tables of a page: those of its charts in one expander, and all of them as CSV files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.server.page_contents import Table, page_contents
from pages.parts.text.words import in_words, said, vocabulary
from sampler_core.exporting import csv_file
from sampler_core.figures import Chart
from sampler_core.figures.figure import share_columns
from sampler_core.figures.rewording import reworded_table


def chart_tables(charts: Iterable[Chart], key: str, *others: Table) -> None:
    """An expander with a tab for each table, made when it is open: the others, then those of the charts.

    Titles may be equal. Without tables there is no expander.
    """
    page_tables = [*others, *((chart.title, chart.figure.table) for chart in charts)]
    if not page_tables:
        return
    page_contents().tables.extend(page_tables)
    tables_box = st.expander("The same numbers as tables", icon=":material/table:", key=f"{key}-tables",
                           on_change="rerun")  # fmt: skip
    if not tables_box.open:
        return
    with tables_box:
        tabs = st.tabs([said(title) for title, _ in page_tables])
    for place, (tab, (_, page_table)) in enumerate(zip(tabs, page_tables, strict=True)):
        show_table(tab, page_table(), f"{key}-table-{place}", 300)


def show_table(place: DeltaGenerator, table: pd.DataFrame, key: str, height: int | Literal["content"]) -> None:
    """Numbers of three digits, shares in percent, as the page's sentences have them; the CSV files have all digits."""
    table = reworded_table(table, vocabulary())
    shares = share_columns(table)
    formats = {name: st.column_config.NumberColumn(format="%.3g %%" if name in shares else "%.3g")
               for name in table.select_dtypes("float")}  # fmt: skip
    shown = table.assign(**{name: 100.0 * table[name] for name in shares}) if shares else table
    place.dataframe(shown, key=key, width="stretch", height=height, column_config=formats)


def table_downloads(tables: Iterable[Table]) -> None:
    """A button for each table, which downloads it as a CSV file."""

    words = vocabulary()  # a download is made without a session

    def csv_of(table: Callable[[], pd.DataFrame]) -> Callable[[], bytes]:
        return lambda: csv_file(reworded_table(table(), words))

    for place, (title, table) in enumerate(tables):
        st.download_button(
            said(title), csv_of(table), f"skewlab-{file_name(in_words(title))}.csv", "text/csv",
            key=f"share-table-{place}", on_click="ignore", icon=":material/table:", type="tertiary",
        )  # fmt: skip


def file_name(title: str) -> str:
    """A title as part of a file name: at most 60 lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].rstrip("-") or "page"
