"""The editor of one plan: its name, widgets for its target and limits, and buttons for all that can be done with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts.compare.compared_plans import change_plans, set_plans
from pages.parts.compare.metric_table import rename_base
from pages.parts.sidebar.error_messages import error_toast
from pages.parts.sidebar.parameter_widgets import widget
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.text.words import said
from sampler_core.plans.named_plans import LONGEST_NAME, MOST_PLANS
from sampler_core.plans.parameters import LIMIT_ROWS, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variant, Variants
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.target_values import collected_values, target_of, values_of

WIDTH = 200  # pixels of a control


def plan_editor(variants: Variants, place: int, base: SamplingPlan) -> None:
    """All that can be done with the plan in this place. base: the sidebar's plan."""
    variant = variants.all[place]
    source = PRESETS[variant.target].source if isinstance(variant.target, str) else ""
    if variant.is_base:
        source = "This is the sidebar's plan: it changes with the sidebar."
    st.markdown(f"**{said(variant.name)}** {said(source)}")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state[_edit_key(variant, "name")] = variant.name
        st.text_input("Name", key=_edit_key(variant, "name"), max_chars=LONGEST_NAME, width=WIDTH,
                      help="What the plan is called in figures, tables and files.",
                      on_change=_rename_plan, args=(variants, place))  # fmt: skip
        if not variant.is_base:
            _target_and_limits(variants, place, base)
    _editor_buttons(variants, place, base)


def _target_and_limits(variants: Variants, place: int, base: SamplingPlan) -> None:
    variant = variants.all[place]

    def target_widget(parameter: Parameter) -> Any:
        value = target_values[parameter.key]
        widget(parameter, _edit_key(variant, parameter.key), value=value, width=WIDTH, on_change=_set_target,
               args=(variants, place))  # fmt: skip
        return value

    try:
        target_values = values_of(variant.target_on(base))
        collected_values(target_widget)
    except ValueError as error:
        st.markdown(said(f"Its target has no controls here, only figures: {error}."))
    limits = variant.limits_on(base)
    for field, limit in LIMIT_ROWS.items():
        widget(limit, _edit_key(variant, limit.key), value=limits[field], width=WIDTH, on_change=_set_limit,
               args=(variants, place, base, field))  # fmt: skip


def _editor_buttons(variants: Variants, place: int, base: SamplingPlan) -> None:
    variant, no_room = variants.all[place], len(variants.all) >= MOST_PLANS
    others = [v for v in variants.all if not v.is_base]  # the sidebar's own stays in front
    is_first, is_last = (variant.is_base or variant == others[end] for end in (0, -1))
    as_base = Variant.of(variant.name, base)

    def edit_button(label: str, name: str, tip: str, change: Any, *arguments: Any, disabled: bool = False) -> None:
        st.button(label, key=_edit_key(variant, name), help=tip, disabled=disabled, on_click=change_plans,
                  args=(change, *arguments))  # fmt: skip

    with st.container(horizontal=True, gap="small"):
        st.button("Into the sidebar", key=_edit_key(variant, "into"), help="Set the sidebar to this plan.",
                  on_click=_plan_into_sidebar, args=(variant, base), disabled=variant.is_base)  # fmt: skip
        edit_button("From the sidebar", "from", "Keep the sidebar's plan here as it is now.",
                    variants.replaced, place, as_base)  # fmt: skip
    if variant.limits:
        limits = ", ".join(limit.label.lower() for field, limit in LIMIT_ROWS.items() if field in dict(variant.limits))
        edit_button("Follow the sidebar's limits", "follow", f"Until then this plan has its own: {limits}.",
                    variants.replaced, place, replace(variant, limits=()))  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        edit_button("Earlier", "earlier", "One place to the front.", variants.moved, place, -1, disabled=is_first)
        edit_button("Later", "later", "One place to the back.", variants.moved, place, 1, disabled=is_last)
        edit_button("Copy", "copy", "The same plan once more.", variants.added, as_base if variant.is_base else variant,
                    disabled=no_room)  # fmt: skip
        edit_button("Remove", "remove", "Take the plan out of the comparison.", variants.without, place,
                    disabled=len(variants.all) == 1)  # fmt: skip


def _edit_key(variant: Variant, name: str) -> str:
    return f"plan-{variant.colour}-{name}"


def _plan_into_sidebar(variant: Variant, base: SamplingPlan) -> None:
    with error_toast("Not set"):
        set_sidebar_to_plan(variant.plan_on(base))


def _rename_plan(variants: Variants, place: int) -> None:
    variant = variants.all[place]
    name = str(st.session_state[_edit_key(variant, "name")] or "").strip()
    with error_toast("Not changed"):
        set_plans(variants.replaced(place, replace(variant, name=name)))
        rename_base(variant.name, name)


def _set_target(variants: Variants, place: int) -> None:
    variant = variants.all[place]
    with error_toast("Not changed"):
        target_values = collected_values(lambda p: st.session_state.get(_edit_key(variant, p.key), p.default))
        set_plans(variants.replaced(place, replace(variant, target=target_of(target_values))))


def _set_limit(variants: Variants, place: int, base: SamplingPlan, field: str) -> None:
    """From now on the plan has its own value of this limit; the others stay as they are."""
    variant = variants.all[place]
    limit_value = st.session_state[_edit_key(variant, LIMIT_ROWS[field].key)]
    with error_toast("Not changed"):
        changed = replace(variant, limits=tuple((dict(variant.limits) | {field: limit_value}).items()))
        changed.plan_on(base)  # its error is the message
        set_plans(variants.replaced(place, changed))
