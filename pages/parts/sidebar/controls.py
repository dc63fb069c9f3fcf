"""Controls made from parameter rows, bound to the address: one row, one control, whatever it belongs to."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.parts.live.slider import Slider, sliders
from pages.parts.my_labels.session_labels import NAMING, names_own_classes
from pages.parts.sidebar.page_parameters import COMPARE_ROWS, PAGE_TITLES, TUNE_ROWS
from pages.parts.sidebar.url_values import bound_unless
from sampler_core.datasets import PROFILES, published_datasets
from sampler_core.plans import parameters as rows
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS

TABLE = dataclasses.replace(rows.TABLE, choices=tuple(table.name for table in published_datasets()))
PROFILE = dataclasses.replace(rows.PROFILE, choices=tuple(PROFILES))
SHAPE = Parameter(
    "shape", "Shape", "How the skew moves over the epochs.", "linear", kind="choice", choices=tuple(SCHEDULES)
)
SOURCES = {"synthetic": "synthetic", "published": "published", "mine": "my labels"}
TITLES = {"data": SOURCES, "table": {table.name: table.title for table in published_datasets()}, **PAGE_TITLES}


TARGET = Parameter(
    "target", "Target", "The rule that turns class counts into class shares.",
    "power_skew", kind="choice", choices=tuple(TARGETS),
)  # fmt: skip


def every_row() -> dict[str, Parameter]:
    """Key -> row of all that an address may say."""
    classes = [catalogue[name] for catalogue in (SCHEDULES, TARGETS) for name in catalogue]
    of_classes = [row for cls in classes for row in rows_of(cls).values()]
    own = {row.key: row for row in (TABLE, PROFILE)}
    of_data = [own.get(row.key, row) for row in rows.DATA_ROWS]
    of_pages = (*rows.PAGE_ROWS, *COMPARE_ROWS, *TUNE_ROWS)
    return {row.key: row for row in (*of_data, SHAPE, TARGET, *of_classes, *rows.RUN_ROWS, *of_pages)}


def titles_of(row: Parameter) -> dict[str, str]:
    """Choice -> what a person reads, and the address says."""
    return TITLES.get(row.key) or {choice: choice.replace("_", " ") for choice in row.choices}


def control(row: Parameter, *, last: float | None = None, **extra: Any) -> Any:
    """The control of one row, its value in the address under the row's key; `last` ends its slider early."""
    common = {"key": row.key, "help": row.help, "bind": "query-params", "persist_state": "session"} | extra
    if row.kind == "choice":
        titles = titles_of(row)
        return st.selectbox(row.label, row.choices, row.choices.index(str(row.default)), lambda c: titles[c], **common)
    if row.kind == "text":
        if row.key in NAMING:
            common["bind"] = bound_unless(row.key, names_own_classes(row.key))
        return st.text_input(row.label, str(row.default), **common)
    value = _number_box(row, common)
    if row.slider is not None:
        sliders(f"slider-{row.key}", [Slider(row, value, last)])
    return value


def _number_box(row: Parameter, common: dict[str, Any]) -> Any:
    number: Callable[[Any], Any] = int if row.kind == "integer" else float
    low, high, step, default = (
        None if value is None else number(value) for value in (row.minimum, row.maximum, row.step, row.default)
    )
    format_ = "%d" if row.kind == "integer" else "%.10g"
    return st.number_input(row.label, low, high, default, step, format=format_, placeholder="none", **common)
