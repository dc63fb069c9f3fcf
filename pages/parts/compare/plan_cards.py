"""A card a plan, in the plan's colour: what it is, and a place to change it; and the set as a whole."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.compare.compared_plans import change, try_change
from pages.parts.compare.plan_editor import edit_plan
from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.sidebar_values import set_sidebar
from pages.parts.sidebar.wording import error_in_words, target_in_words, value_in_words
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import LENGTH_ROWS, LIMIT_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_set import MOST_PLANS, PlanSet
from sampler_core.plans.plan_variants import MINE, Variant, Variants
from sampler_core.plans.presets import PRESETS

ADD, OPEN = "add_plan", "open_plans"


def plan_cards(variants: Variants, base: SamplingPlan) -> None:
    """All plans, to be changed in place, and the buttons of the set. base: the sidebar's plan."""
    st.html(Path(__file__).with_name("plan_cards.css"))
    descriptions = {variant.name: _in_words(variant, base) for variant in variants.all}
    page_contents().facts["Plans compared"] = descriptions
    with st.container(horizontal=True, gap="small", key="plan-cards"):
        for place, variant in enumerate(variants.all):
            with st.container(border=True, key=f"plan-card-{variant.colour}", gap="small"):
                st.markdown(f"**{literal(variant.name)}**  \n{literal(descriptions[variant.name])}")
                box = st.popover("Edit", key=f"plan-{variant.colour}-edit", on_change="rerun", width="stretch",
                                 help="Change, rename, move or remove this plan.")  # fmt: skip
                if box.open:
                    with box:
                        if isinstance(variant.target, str):
                            st.markdown(literal(PRESETS[variant.target].source))
                        edit_plan(variants, place, base)
    _buttons_of_the_set(variants, base)


def _buttons_of_the_set(variants: Variants, base: SamplingPlan) -> None:
    with st.container(horizontal=True, gap="small"):
        st.menu_button("Add a plan", [MINE, *PRESETS], key=ADD, disabled=len(variants.all) >= MOST_PLANS,
                       on_click=_add_plan, args=(variants, base),
                       format_func=lambda name: PRESETS[name].title if name in PRESETS else "the sidebar's, as it is",
                       help=f"At most {MOST_PLANS} plans are compared. Remove one to add another.")  # fmt: skip
        plans, every = variants.plans_on(base), len(variants.all)
        label = "Save plans" if len(plans) == every else f"Save {len(plans)} of {every} plans"
        st.download_button(label, lambda: PlanSet(plans).to_json(), "plans.json", "application/json", key="save_plans",
                           help="All plans that go with the sidebar, with its run settings.", disabled=not plans,
                           on_click="ignore")  # fmt: skip
        box = st.popover("Open plans", key="open_plans_box", on_change="rerun", help="Compare the plans of a file.")
        if box.open:
            with box:
                st.file_uploader("plans.json, or the plan.json of one plan", type="json", key=OPEN, max_upload_size=20,
                                 help="Its run settings (epochs, batch size, draws, seed) are set in the sidebar.",
                                 on_change=_open_plans)  # fmt: skip


def _add_plan(variants: Variants, base: SamplingPlan) -> None:
    name = st.session_state.get(ADD)
    if name is not None:
        new = Variant.of("sidebar's", base) if name == MINE else Variant(PRESETS[name].title, name)
        change(variants.added, new)


def _open_plans() -> None:
    """The plans of the uploaded file; all run as long as the first of them."""
    file = st.session_state.get(OPEN)
    if file is None:
        return
    try:
        plans = PlanSet.from_json(file.getvalue().decode("utf-8"))
    except ValueError as error:  # also of text that is no UTF-8
        st.toast(literal(f"The file cannot be used: {error}. Save plans here and compare the two files."),
                 icon=":material/error:")  # fmt: skip
        return
    if not try_change(Variants.from_plan_set, plans):
        return
    first = plans.plans[0][1]
    run = {row.key: getattr(first, field) for field, row in LENGTH_ROWS.items()}
    set_sidebar({key: value for key, value in run.items() if value is not None or key == "per_epoch"})
    if len({tuple(getattr(plan, field) for field in LENGTH_ROWS) for _, plan in plans.plans}) > 1:
        st.toast("The file's plans run differently; here all run as the first does.", icon=":material/info:")


def _in_words(variant: Variant, base: SamplingPlan) -> str:
    if variant.is_base:
        return "the sidebar's plan"
    try:
        description = target_in_words(variant.target_on(base))
    except ValueError as error:
        description = error_in_words(error)
    own = [f"{row.label.lower()} {value_in_words(row, value)}" for field, row in LIMIT_ROWS.items()
           if (value := variant.limits_on(base)[field]) != getattr(base, field)]  # fmt: skip
    return "; ".join([description, *own])
