"""The controls of one plan's target and limits, made from parameter rows; they change the plans' text."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from pages.parts.compare.compared_plans import change
from pages.parts.sidebar.parameter_widgets import widget
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import LIMIT_ROWS, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variant, Variants
from sampler_core.plans.target_values import collected_values, target_of, values_of


def plan_fields(variants: Variants, place: int, base: SamplingPlan) -> None:
    """All controls of the plan in this place. base: the sidebar's plan."""
    variant = variants.all[place]

    def field(row: Parameter, value: Any, on_change: Any) -> Any:
        widget(row, _key(variant, row), value=value, on_change=on_change)
        return value

    try:
        values = values_of(variant.target_on(base))
    except ValueError as error:
        st.markdown(literal(f"Its target has no controls here, only figures: {error}."))
    else:
        collected_values(lambda row: field(row, values[row.key], partial(_change_target, variants, place)))
    limits = variant.limits_on(base)
    for name, row in LIMIT_ROWS.items():
        field(row, limits[name], partial(_change_limit, variants, place, base, name))


def _key(variant: Variant, row: Parameter) -> str:
    return f"plan-{variant.colour}-{row.key}"


def _change_target(variants: Variants, place: int) -> None:
    """The target's controls into the plans' text."""
    old = variants.all[place]

    def changed() -> Variants:
        values = collected_values(lambda row: st.session_state.get(_key(old, row), row.default))
        return variants.replaced(place, Variant(old.name, target_of(values), old.limits))

    change(changed)


def _change_limit(variants: Variants, place: int, base: SamplingPlan, field: str) -> None:
    """One limit's control into the plans' text: from now on the plan has its own; the others stay as they are."""
    old = variants.all[place]
    value = st.session_state[_key(old, LIMIT_ROWS[field])]

    def changed() -> Variants:
        variant = Variant(old.name, old.target, tuple((dict(old.limits) | {field: value}).items()))
        variant.plan_on(base)  # its error is the sentence that is shown
        return variants.replaced(place, variant)

    change(changed)
