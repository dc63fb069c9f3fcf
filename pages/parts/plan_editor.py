"""Editing a plan in place: controls made from parameter rows that write the plans' text when they change."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.compared import change, frozen
from pages.parts.controls import SHAPE, TARGET, titles_of
from pages.parts.sidebar_values import LIMIT_ROWS, plan_values, take_plan
from pages.parts.target_form import built_target, needs_schedule
from sampler_core.catalogue import SCHEDULES, TARGETS
from sampler_core.parameters import Parameter, rows_of
from sampler_core.plan import SamplingPlan
from sampler_core.plan_set import LONGEST_NAME, MOST_PLANS
from sampler_core.variants import Variant, Variants


def edit_plan(variants: Variants, place: int, base: SamplingPlan) -> None:
    """All that can be done with one plan. base: the sidebar's plan."""
    variant = variants.all[place]
    key = f"plan-{variant.colour}"
    st.session_state[f"{key}-name"] = variant.name
    st.text_input("Name", key=f"{key}-name", max_chars=LONGEST_NAME, help="What the plan is called in figures, tables "
                  "and files.", on_change=_rename, args=(variants, place))  # fmt: skip
    if variant.follows:
        st.markdown("This is the sidebar's plan: it changes with the sidebar.")
    else:
        _settings(variants, place, base)
    _buttons(variants, place, base)


def _settings(variants: Variants, place: int, base: SamplingPlan) -> None:
    variant = variants.all[place]
    key = f"plan-{variant.colour}"
    try:
        values = plan_values(variant.plan(base))
    except ValueError as error:
        st.markdown(f"It has no controls here, only figures ({error}).")
        return
    rows = [TARGET, *rows_of(TARGETS[values[TARGET.key]]).values()]
    if needs_schedule(values[TARGET.key]):
        rows += [SHAPE, *rows_of(SCHEDULES[values[SHAPE.key]]).values()]
    for row in (*rows, *LIMIT_ROWS.values()):
        st.session_state[f"{key}-{row.key}"] = values[row.key]
        _free_control(row, f"{key}-{row.key}", on_change=_edited, args=(variants, place, base))


def _free_control(row: Parameter, key: str, **on: Any) -> None:
    """The control of a row whose value lives in the plans' text, not in the address under its own key."""
    if row.kind == "choice":
        titles = titles_of(row)
        st.selectbox(row.label, row.choices, format_func=lambda c: titles[c], key=key, help=row.help, **on)
    elif row.kind == "text":
        st.text_input(row.label, key=key, help=row.help, **on)
    else:
        number: Any = int if row.kind == "integer" else float
        low, high, step, default = (
            None if v is None else number(v) for v in (row.minimum, row.maximum, row.step, row.default)
        )
        format_ = "%d" if row.kind == "integer" else "%.10g"
        st.number_input(row.label, low, high, default, step, format_, key, row.help, placeholder="none", **on)


def _buttons(variants: Variants, place: int, base: SamplingPlan) -> None:
    variant, last, full = variants.all[place], len(variants.all) - 1, len(variants.all) >= MOST_PLANS
    key = f"plan-{variant.colour}"
    plan = variant.plan(base)
    with st.container(horizontal=True, gap="small"):
        st.button("Into the sidebar", key=f"{key}-into", help="Set the sidebar to this plan.",
                  on_click=take_plan, args=(plan,), disabled=variant.follows)  # fmt: skip
        st.button("From the sidebar", key=f"{key}-from", help="Keep the sidebar's plan here as it is now.",
                  on_click=change, args=(variants.with_, place, frozen(variant.name, base)))  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        st.button("Earlier", key=f"{key}-earlier", help="One place to the front.", disabled=place == 0,
                  on_click=change, args=(variants.moved, place, -1))  # fmt: skip
        st.button("Later", key=f"{key}-later", help="One place to the back.", disabled=place == last,
                  on_click=change, args=(variants.moved, place, 1))  # fmt: skip
        st.button("Copy", key=f"{key}-copy", help="The same plan once more.", disabled=full,
                  on_click=change, args=(variants.added, frozen(variant.name, plan)))  # fmt: skip
        st.button("Remove", key=f"{key}-remove", help="Take the plan out of the comparison.", disabled=last == 0,
                  on_click=change, args=(variants.without, place))  # fmt: skip


def _rename(variants: Variants, place: int) -> None:
    old = variants.all[place]
    name = str(st.session_state[f"plan-{old.colour}-name"] or "").strip()
    change(lambda: variants.with_(place, Variant(name, old.target, old.limits)))


def _edited(variants: Variants, place: int, base: SamplingPlan) -> None:
    """Read the controls back into the plan's text."""
    old = variants.all[place]

    def value_of(row: Parameter) -> Any:
        return st.session_state.get(f"plan-{old.colour}-{row.key}", row.default)

    def edited() -> Variants:
        target = built_target(value_of(TARGET), value_of(SHAPE), value_of)
        limits = {field: value_of(row) for field, row in LIMIT_ROWS.items()}
        changed = tuple((field, value) for field, value in limits.items() if value != getattr(base, field))
        variant = Variant(old.name, target, changed)
        variant.plan(base)  # its error is the sentence that is shown
        return variants.with_(place, variant)

    change(edited)
