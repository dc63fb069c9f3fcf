"""The table of all metrics: sortable, the best of each column marked, to be downloaded."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import cached
from pages.parts.sidebar.page_parameters import METRICS_OVER, TABLE_BASE
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.text.markdown import literal
from pages.parts.text.words import vocabulary
from sampler_core.exporting.csv_tables import csv_file
from sampler_core.figures.compare_charts import ComparedPlan
from sampler_core.figures.figure import with_shares
from sampler_core.figures.rewording import reworded_table
from sampler_core.forecast.plan_comparison import COLUMNS, Comparison, compared, courses
from sampler_core.formatting import number, percent

BEST_CELL = "font-weight: bold; background-color: rgba(14, 154, 107, 0.22)"
courses_of = cached(32)(courses)  # forecasts are compared by identity, and are cached too


def metric_table(plans: tuple[ComparedPlan, ...], epoch: int) -> None:
    """Show the table, with the choice of its values: over the run or of an epoch, and differences to which plan."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        when, table_base = bound_widget(METRICS_OVER, width=260), _choose_table_base(plans)
    comparison = compared(
        tuple(plan.name for plan in plans), tuple(courses_of(plan.forecast) for plan in plans), when, epoch
    )
    numbers, words = comparison_table(comparison, table_base), comparison_words(comparison, table_base)
    with_shares(numbers, [column.label for column in COLUMNS if column.unit == "share"])
    numbers, words = (reworded_table(table, vocabulary()) for table in (numbers, words))
    page_contents().tables.append(("Metrics", lambda: numbers))
    best_marks = pd.DataFrame(comparison.best, numbers.index, numbers.columns)
    styled_table = numbers.style.apply(lambda _: best_marks.replace({True: BEST_CELL, False: ""}), axis=None)
    for column in numbers.columns:
        texts = dict(zip(numbers[column], words[column], strict=True))
        styled_table = styled_table.format(lambda value, texts=texts: texts.get(value, ""), subset=[column])
    st.dataframe(styled_table, key="figures-of-metric", width="stretch", height="content", row_height=36,
                 alt="All metrics, a row a plan; a star marks the best of a column.")  # fmt: skip
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.download_button("Download the table", lambda: csv_file(numbers), "metrics.csv", "text/csv",
                           key="download-metrics", on_click="ignore", help="As CSV, with all digits.")  # fmt: skip
        st.markdown("★ best of its column. Click a column's name to sort by it.")


def rename_base(old: str, new: str) -> None:
    """The table's base stays the same plan when that has a new name; from a callback."""
    if st.session_state.get(TABLE_BASE.key) == _differences_to(old):
        st.session_state[TABLE_BASE.key] = _differences_to(new)


def _choose_table_base(plans: tuple[ComparedPlan, ...]) -> int | None:
    """The place of the plan that the others are measured from (None: none)."""
    bases = [str(TABLE_BASE.default), *(_differences_to(plan.name) for plan in plans)]
    chosen_base = st.session_state.get(TABLE_BASE.key, st.query_params.get(TABLE_BASE.key))
    if chosen_base not in (None, *bases):
        st.session_state[TABLE_BASE.key] = TABLE_BASE.default
        message = f"{TABLE_BASE.label} {chosen_base!r}: no such plan is shown, so the table has the values."
        st.toast(literal(message), icon=":material/info:")
    base = st.selectbox(TABLE_BASE.label, bases, key=TABLE_BASE.key, help=TABLE_BASE.help, bind="query-params",
                          persist_state="session", width=300)  # fmt: skip
    return bases.index(base) - 1 if base != TABLE_BASE.default else None


def _differences_to(name: str) -> str:
    return f"differences to {name}"


def comparison_table(comparison: Comparison, base: int | None = None) -> pd.DataFrame:
    """One row per plan, one column per metric; with `base` the differences to the plan in that place."""
    values = comparison.values if base is None else comparison.less(base)
    return pd.DataFrame(values, index=pd.Index(comparison.names, name="plan"), columns=[c.label for c in COLUMNS])


def comparison_words(comparison: Comparison, base: int | None = None) -> pd.DataFrame:
    """The same table as text: shares in percent, signs on differences, a star on the best."""
    values = comparison_table(comparison, base).to_numpy()
    table_rows = [
        [_table_cell(value, column.unit, base is not None, bool(best))
         for value, column, best in zip(row, COLUMNS, row_best, strict=True)]
        for row, row_best in zip(values, comparison.best, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(table_rows, index=pd.Index(comparison.names, name="plan"), columns=[c.label for c in COLUMNS])


def _table_cell(value: float, unit: str, signed: bool, best: bool) -> str:
    size = round(abs(value), 12)  # a balance of 1 but for the last bit is 1
    text = percent(size) if unit == "share" else number(size)
    sign = "-" if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{text}{' ★' if best else ''}"
