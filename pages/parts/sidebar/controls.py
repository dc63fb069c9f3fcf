"""Widgets made from parameter rows: one row, one widget, whatever page or form it belongs to."""

from __future__ import annotations

import dataclasses
from functools import cache
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
from sampler_core.plans.target_values import SHAPE, TARGET

TABLE = dataclasses.replace(rows.TABLE, choices=tuple(table.name for table in published_datasets()))
PROFILE = dataclasses.replace(rows.PROFILE, choices=tuple(PROFILES))
SOURCES = {"synthetic": "synthetic", "published": "published", "mine": "my labels"}
TITLES = {"data": SOURCES, "table": {table.name: table.title for table in published_datasets()}, **PAGE_TITLES}
MOST_WHOLE = 2**53  # beyond, a browser's numbers have gaps
UNSET: Any = object()


@cache
def rows_by_key() -> dict[str, Parameter]:
    """Key -> row of every parameter that the URL may have."""
    with_choices = {TABLE.key: TABLE, PROFILE.key: PROFILE}
    of_data = [with_choices.get(row.key, row) for row in rows.DATA_ROWS]
    of_targets = [row for cls in (*SCHEDULES.values(), *TARGETS.values()) for row in rows_of(cls).values()]
    of_pages = (*rows.PAGE_ROWS, *COMPARE_ROWS, *TUNE_ROWS)
    return {row.key: row for row in (*of_data, SHAPE, TARGET, *of_targets, *rows.RUN_ROWS, *of_pages)}


def titles_of(row: Parameter) -> dict[str, str]:
    """Choice -> its title: what a person reads, and the URL has."""
    return TITLES.get(row.key) or {choice: choice.replace("_", " ") for choice in row.choices}


def control(row: Parameter, *, last: float | None = None, **options: Any) -> Any:
    """The one control of a row that the URL has under the row's key, with its slider; `last` ends the slider early."""
    bind = bound_unless(row.key, row.kind == "text" and row.key in NAMING and names_own_classes(row.key))
    value = widget(row, row.key, bind=bind, persist_state="session", **options)
    if row.slider is not None:
        sliders(f"slider-{row.key}", [Slider(row, value, last)])
    return value


def widget(row: Parameter, key: str, *, label: str = "", value: Any = UNSET, scale: float = 1.0, **options: Any) -> Any:
    """The Streamlit widget of a row.

    value: what it shows, where that is neither the URL's nor the user's last. scale: 100 shows a share in percent.
    options: of the Streamlit function.
    """
    label, options = label or row.label, {"key": key, "help": row.help} | options
    if row.kind not in ("choice", "text"):
        return _number_box(row, label, value, scale, options)
    if value is not UNSET:
        st.session_state[key] = value
    if row.kind == "text":
        return st.text_input(label, str(row.default), **options)
    titles = titles_of(row)
    return st.selectbox(label, row.choices, row.choices.index(str(row.default)), titles.__getitem__, **options)


def _number_box(row: Parameter, label: str, value: Any, scale: float, options: dict[str, Any]) -> Any:
    """Its range has room for a value that a file or a link may have though the row does not, as 0.5 or 2.5 repeats."""
    held = [] if value is UNSET or value is None else [value]
    whole = row.kind == "integer" and all(one == int(one) and one < MOST_WHOLE for one in held)

    def scaled(number: Any) -> Any:
        if number is None or whole:
            return None if number is None else int(number)
        return round(float(number) * scale, 10) if scale != 1.0 else float(number)

    if value is not UNSET:
        st.session_state[options["key"]] = scaled(value)
    ends = min([row.minimum or 0.0, *held]), max([row.maximum or 0.0, *held])
    low, high, default, step = map(scaled, (*ends, row.default, row.step))
    options = {"format": "%d" if whole else "%.10g", "placeholder": "none"} | options
    return st.number_input(label, low, high, default, step, **options)
