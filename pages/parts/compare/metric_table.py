"""The table of all metrics: sortable, the best of each column marked, to be downloaded."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.server.page_contents import page_contents
from sampler_core.exporting.csv_tables import csv_file
from sampler_core.figures.compare_charts import comparison_table, comparison_words
from sampler_core.forecast.plan_comparison import Comparison

BEST = "font-weight: bold; background-color: rgba(14, 154, 107, 0.22)"


def metric_table(comparison: Comparison, base: int | None) -> None:
    """Show the table; differences from the plan in place `base`, where one is given."""
    numbers, words = comparison_table(comparison, base), comparison_words(comparison, base)
    page_contents().tables.append(("Metrics", lambda: numbers))
    marks = pd.DataFrame(comparison.best, numbers.index, numbers.columns)
    styled = numbers.style.apply(lambda _: marks.replace({True: BEST, False: ""}), axis=None)
    for column in numbers.columns:
        texts = dict(zip(numbers[column], words[column], strict=True))
        styled = styled.format(lambda value, texts=texts: texts.get(value, ""), subset=[column])
    st.dataframe(styled, key="figures-of-metric", width="stretch", height="content", row_height=36,
                 alt="All metrics, a row a plan; a star marks the best of a column.")  # fmt: skip
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.download_button("Download the table", lambda: csv_file(numbers), "metrics.csv", "text/csv",
                           key="download-metrics", on_click="ignore", help="As CSV, with all digits.")  # fmt: skip
        st.markdown("★ best of its column. Click a column's name to sort by it.")
