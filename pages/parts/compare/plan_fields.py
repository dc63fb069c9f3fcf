"""The controls of one plan's target and limits, made from parameter rows; they write the plans' text."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.compare.compared_plans import change
from pages.parts.sidebar.controls import SHAPE, TARGET, titles_of
from pages.parts.sidebar.plan_values import LIMIT_ROWS
from pages.parts.sidebar.target_values import built_target, needs_schedule, target_values
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variant, Variants
from sampler_core.plans.registry import SCHEDULES, TARGETS

MOST_WHOLE = 2**53  # beyond, a browser's numbers have gaps


def plan_fields(variants: Variants, place: int, base: SamplingPlan) -> None:
    """All controls of the plan in this place. base: the sidebar's plan."""
    variant = variants.all[place]
    key = f"plan-{variant.colour}"
    try:
        values = target_values(variant.target_on(base))
    except ValueError as error:
        st.markdown(literal(f"Its target has no controls here, only figures: {error}."))
        values = {}
    for row in _target_rows(values) if values else ():
        st.session_state[f"{key}-{row.key}"] = values[row.key]
        _free_control(row, f"{key}-{row.key}", on_change=_target_edited, args=(variants, place, base))
    limits = variant.limits_on(base)
    for field, row in LIMIT_ROWS.items():
        st.session_state[f"{key}-{row.key}"] = limits[field]
        _free_control(row, f"{key}-{row.key}", on_change=_limit_edited, args=(variants, place, base, field))


def _target_rows(values: dict[str, Any]) -> list[Parameter]:
    rows = [TARGET, *rows_of(TARGETS[values[TARGET.key]]).values()]
    if needs_schedule(values[TARGET.key]):
        rows += [SHAPE, *rows_of(SCHEDULES[values[SHAPE.key]]).values()]
    return rows


def _free_control(row: Parameter, key: str, **on: Any) -> None:
    """The control of a row whose value lives in the plans' text, not in the address under its own key."""
    if row.kind == "choice":
        titles = titles_of(row)
        st.selectbox(row.label, row.choices, format_func=lambda c: titles[c], key=key, help=row.help, **on)
    elif row.kind == "text":
        st.text_input(row.label, key=key, help=row.help, **on)
    else:
        _number_box(row, key, **on)


def _number_box(row: Parameter, key: str, **on: Any) -> None:
    """Wide enough for a value that a file or a link brought and the row would not take, as 2.5 or 0.5 repeats."""
    value = st.session_state[key]
    whole = row.kind == "integer" and (value is None or (value == int(value) and value < MOST_WHOLE))
    number: Any = int if whole else float
    low, high = ((row.minimum, row.maximum) if value is None else
                 (min(row.minimum or 0, value), max(row.maximum or 0, value)))  # fmt: skip
    low, high, step, default, st.session_state[key] = (
        None if v is None else number(v) for v in (low, high, row.step, row.default, value)
    )
    format_ = "%d" if whole else "%.10g"
    st.number_input(row.label, low, high, default, step, format_, key, row.help, placeholder="none", **on)


def _target_edited(variants: Variants, place: int, base: SamplingPlan) -> None:
    """Read the target's controls back into the plan's text."""
    old = variants.all[place]

    def value_of(row: Parameter) -> Any:
        return st.session_state.get(f"plan-{old.colour}-{row.key}", row.default)

    def edited() -> Variants:
        return variants.with_(place, Variant(old.name, built_target(value_of(TARGET), value_of(SHAPE), value_of),
                                             old.limits))  # fmt: skip

    change(edited)


def _limit_edited(variants: Variants, place: int, base: SamplingPlan, field: str) -> None:
    """Read one limit's control back: the plan's own from now on; the others stay whose they are."""
    old = variants.all[place]
    value = st.session_state[f"plan-{old.colour}-{LIMIT_ROWS[field].key}"]

    def edited() -> Variants:
        variant = Variant(old.name, old.target, tuple((dict(old.limits) | {field: value}).items()))
        variant.plan(base)  # its error is the sentence that is shown
        return variants.with_(place, variant)

    change(edited)
