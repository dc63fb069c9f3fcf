"""The controls that stand in a demand's sentence: its class, its numbers and its choices."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from pages.parts.sidebar.url_values import literal
from pages.parts.tune.stated_requirements import Demands, state
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.figure import class_label
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.tuning import MERITS, Demand

MOST_NAMED = 1000  # options of one selection, which filters them as one types; more are named in the text
WIDTHS = {"number": 68, "integer": 68, "choice": 92}


def field_control(demands: Demands, place: int, field: str) -> None:
    """The control of one field of a demand."""
    demand, row = demands[place], rows_of(type(demands[place]))[field]
    key, scale = f"demand-{place}-{field}", 100.0 if _in_percent(demand, field) else 1.0
    value = getattr(demand, field)
    common: dict[str, Any] = {
        "key": key, "help": row.help, "label_visibility": "collapsed", "width": WIDTHS[row.kind],
        "on_change": _changed, "args": (demands, place, field, key, scale),
    }  # fmt: skip
    label = f"{row.label}, demand {place + 1}"
    if row.kind == "choice":
        st.session_state[key] = value
        st.selectbox(label, row.choices, **common)
        return
    st.session_state[key] = None if value is None else _shown(row, value, scale)
    low, high, step = (_shown(row, end or 0, scale) for end in (row.minimum, row.maximum, row.step))
    default = None if row.default is None else _shown(row, float(row.default), scale)
    format_ = "%d" if row.kind == "integer" else "%.8g"
    st.number_input(label, low, high, default, step, format_, placeholder="the last", **common)
    if scale != 1.0:
        st.markdown("%", width="content")


def class_control(demands: Demands, place: int, counts: ClassCounts) -> None:
    """The class: the rarest, the largest, every, or one by name."""
    demand, key = demands[place], f"demand-{place}-who"
    groups = rows_of(type(demand))["group"].choices
    named = list(counts.names) if counts.num_classes <= MOST_NAMED else []
    if demand.class_name is not None and demand.class_name not in named:
        named.append(demand.class_name)
    options: list[Any] = [("group", group) for group in groups] + [("class", name) for name in named]
    st.session_state[key] = ("group", demand.group) if demand.class_name is None else ("class", demand.class_name)
    st.selectbox(f"Class, demand {place + 1}", options, format_func=_class_in_words, key=key, width=150,
                 help="Which class is meant.", label_visibility="collapsed",
                 on_change=_changed, args=(demands, place, "who", key, 1.0))  # fmt: skip


def _changed(demands: Demands, place: int, field: str, key: str, scale: float) -> None:
    """Read a control back into the text; a sentence where it does not go with the rest of its demand."""
    value = st.session_state[key]
    if field == "who":
        kind, name = value
        changes = {"class_name": None, "group": name} if kind == "group" else {"class_name": name}
    else:
        changes = {field: round(value / scale, 12) if scale != 1.0 and value is not None else value}
    try:
        state((*demands[:place], dataclasses.replace(demands[place], **changes), *demands[place + 1 :]))  # type: ignore[type-var]
    except (TypeError, ValueError) as error:
        st.toast(literal(f"Not changed: {error}."), icon=":material/error:")


def _in_percent(demand: Demand, field: str) -> bool:
    return field == "bound" and MERITS[demand.figure].unit == "share"


def _shown(row: Parameter, value: float, scale: float) -> float | int:
    return int(value) if row.kind == "integer" else round(float(value) * scale, 10)


def _class_in_words(option: tuple[str, Any]) -> str:
    kind, name = option
    return class_label(name) if kind == "class" else "every class" if name == "every" else f"the {name} class"
