"""Editing a plan in place: its name, its target and limits, and buttons for all that can be done with it."""

from __future__ import annotations

import streamlit as st

from pages.parts.compare.compared_plans import change, rename_base, try_change
from pages.parts.compare.plan_fields import plan_fields
from pages.parts.sidebar.sidebar_values import set_sidebar_to_plan
from pages.parts.sidebar.wording import error_in_words
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import LIMIT_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_set import LONGEST_NAME, MOST_PLANS
from sampler_core.plans.plan_variants import Variant, Variants


def edit_plan(variants: Variants, place: int, base: SamplingPlan) -> None:
    """All that can be done with one plan. base: the sidebar's plan."""
    variant = variants.all[place]
    key = f"plan-{variant.colour}"
    st.session_state[f"{key}-name"] = variant.name
    st.text_input("Name", key=f"{key}-name", max_chars=LONGEST_NAME, help="What the plan is called in figures, tables "
                  "and files.", on_change=_rename, args=(variants, place))  # fmt: skip
    if variant.is_base:
        st.markdown("This is the sidebar's plan: it changes with the sidebar.")
    else:
        plan_fields(variants, place, base)
    _buttons(variants, place, base)


def _buttons(variants: Variants, place: int, base: SamplingPlan) -> None:
    variant, last, full = variants.all[place], len(variants.all) - 1, len(variants.all) >= MOST_PLANS
    key = f"plan-{variant.colour}"
    kept = Variant.of(variant.name, base)
    with st.container(horizontal=True, gap="small"):
        st.button("Into the sidebar", key=f"{key}-into", help="Set the sidebar to this plan.",
                  on_click=_into_sidebar, args=(variant, base), disabled=variant.is_base)  # fmt: skip
        st.button("From the sidebar", key=f"{key}-from", help="Keep the sidebar's plan here as it is now.",
                  on_click=change, args=(variants.replaced, place, kept))  # fmt: skip
    if variant.limits:
        own = ", ".join(row.label.lower() for field, row in LIMIT_ROWS.items() if field in dict(variant.limits))
        st.button("Follow the sidebar's limits", key=f"{key}-follow", on_click=change,
                  args=(variants.replaced, place, Variant(variant.name, variant.target)),
                  help=f"Until then this plan has its own: {own}.")  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        st.button("Earlier", key=f"{key}-earlier", help="One place to the front.", disabled=place == 0,
                  on_click=change, args=(variants.moved, place, -1))  # fmt: skip
        st.button("Later", key=f"{key}-later", help="One place to the back.", disabled=place == last,
                  on_click=change, args=(variants.moved, place, 1))  # fmt: skip
        st.button("Copy", key=f"{key}-copy", help="The same plan once more.", disabled=full,
                  on_click=change, args=(variants.added, kept if variant.is_base else variant))  # fmt: skip
        st.button("Remove", key=f"{key}-remove", help="Take the plan out of the comparison.", disabled=last == 0,
                  on_click=change, args=(variants.without, place))  # fmt: skip


def _into_sidebar(variant: Variant, base: SamplingPlan) -> None:
    try:
        plan = variant.plan_on(base)
    except ValueError as error:
        st.toast(literal(f"Not set: {error_in_words(error)}."), icon=":material/error:")
        return
    set_sidebar_to_plan(plan)


def _rename(variants: Variants, place: int) -> None:
    old = variants.all[place]
    name = str(st.session_state[f"plan-{old.colour}-name"] or "").strip()
    if try_change(lambda: variants.replaced(place, Variant(name, old.target, old.limits))):
        rename_base(old.name, name)
