"""A card a plan, in the plan's colour: what it is, and a place to change it; and buttons for all plans together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from pages.parts.compare.compared_plans import change_plans, set_plans
from pages.parts.compare.plan_editor import plan_editor
from pages.parts.compare.requirement_marks import RequirementMark
from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.error_messages import error_in_words, error_toast
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.sidebar.toasts import tell
from pages.parts.sidebar.values_in_words import target_in_words, value_in_words
from pages.parts.text.words import in_words, said
from sampler_core.plans.named_plans import MOST_PLANS, plans_to_json, read_plans
from sampler_core.plans.parameters import DATA, LENGTH_ROWS, LIMIT_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import MINE, Variant, Variants
from sampler_core.plans.presets import PRESETS

DRAWS_ONLY = "These numbers describe the draws. What they do to accuracy, only training tells."
FEATURES_TO_TRAIN = "Features of your samples (embeddings) go to Train."
ADD_PLAN, OPEN_PLANS = "add_plan", "open_plans"


def plan_cards(variants: Variants, base: SamplingPlan, marks: Mapping[str, RequirementMark]) -> None:
    """A card a plan, to be changed in place, the sidebar's own first, and the buttons for all plans.

    base: the sidebar's plan. marks: name -> whether the plan meets the requirements.
    """
    st.html(Path(__file__).with_name("plan_cards.css"))
    descriptions = {variant.name: _card_text(variant, base) for _, variant in variants.base_first}
    page_contents().facts["Plans compared"] = descriptions
    edited_place = None
    with st.container(horizontal=True, gap="small", key="plan-cards"):
        for place, variant in variants.base_first:
            with st.container(border=True, key=f"plan-card-{variant.colour}", gap="small"):
                st.markdown(f"**{said(variant.name)}**  \n{said(descriptions[variant.name])}")
                if variant.name in marks:
                    marks[variant.name].show()
                if st.toggle("Edit", key=_edit_key(variant), on_change=_edit_only, args=(variant, variants),
                             help="Change, rename, move or remove this plan, below the cards."):  # fmt: skip
                    edited_place = place
    if edited_place is not None:  # in the page, not over it: the Tab key comes to it next
        with st.container(border=True, key="plan-editor", gap="small"):
            plan_editor(variants, edited_place, base)
    _buttons_for_all_plans(variants, base)


def _say_what_training_tells() -> None:
    page_contents().sentences.append(DRAWS_ONLY)
    features = f" {FEATURES_TO_TRAIN}" if st.session_state.get(DATA.key) == "mine" else ""
    st.markdown(f":small[{DRAWS_ONLY}{features}]")
    st.page_link("train.py", label="Train", icon=":material/model_training:", width="content",
                 help="Train these plans on features.")  # fmt: skip


def _edit_key(variant: Variant) -> str:
    return f"plan-{variant.colour}-edit"


def _edit_only(variant: Variant, variants: Variants) -> None:
    """Of all plans this one alone is edited, or none."""
    for other in variants.all:
        if other.colour != variant.colour:
            st.session_state[_edit_key(other)] = False


def _buttons_for_all_plans(variants: Variants, base: SamplingPlan) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plan-buttons"):
        own = "the sidebar's, as it is" if has_base(variants) else "mine, which follows the sidebar"
        st.menu_button("Add a plan", [MINE, *PRESETS], key=ADD_PLAN, disabled=len(variants.all) >= MOST_PLANS,
                       on_click=_add_plan, args=(variants, base),
                       format_func=lambda name: in_words(PRESETS[name].title) if name in PRESETS else own,
                       help=f"At most {MOST_PLANS} plans are compared. Remove one to add another.")  # fmt: skip
        saved, every = variants.plans_on(base), len(variants.all)
        save_label = "Save plans" if len(saved) == every else f"Save {len(saved)} of {every} plans"
        st.download_button(save_label, lambda: plans_to_json(saved), "plans.json", "application/json", key="save_plans",
                           help="All plans that go with the sidebar, with its run settings.", disabled=not saved,
                           on_click="ignore")  # fmt: skip
        box = st.popover("Open plans", key="open_plans_box", on_change="rerun", help="Compare the plans of a file.")
        if box.open:
            box.file_uploader("plans.json, or the plan.json of one plan", "json", key=OPEN_PLANS, max_upload_size=20,
                              help="Its run settings (epochs, batch size, draws, seed) are set in the sidebar.",
                              on_change=_open_plans)  # fmt: skip
        _say_what_training_tells()


def _add_plan(variants: Variants, base: SamplingPlan) -> None:
    if name := st.session_state.get(ADD_PLAN):
        own = Variant.of("sidebar's", base) if has_base(variants) else Variant(MINE)
        change_plans(variants.added, own if name == MINE else Variant(PRESETS[name].title, name))


def has_base(variants: Variants) -> bool:
    """Whether one of the plans is the sidebar's, whatever that becomes."""
    return any(variant.is_base for variant in variants.all)


def _open_plans() -> None:
    """The plans of the uploaded file; all run as long as the first of them."""
    if (file := st.session_state.get(OPEN_PLANS)) is None:
        return
    with error_toast("The file cannot be used", "{}. Save plans here and compare the two files".format):
        plans, _ = read_plans(file.getvalue().decode("utf-8"))  # how it draws is the sidebar's here
        set_plans(Variants.from_plans(plans))
        run_settings = [{p.key: getattr(plan, field) for field, p in LENGTH_ROWS.items()} for _, plan in plans]
        set_sidebar({key: value for key, value in run_settings[0].items() if value is not None or key == "per_epoch"})
        if any(settings != run_settings[0] for settings in run_settings):
            tell("The file's plans run differently; here all run as the first does.", ":material/info:")


def _card_text(variant: Variant, base: SamplingPlan) -> str:
    if variant.is_base:
        return "the sidebar's plan"
    try:
        target = target_in_words(variant.target_on(base))
    except ValueError as error:
        target = error_in_words(error)
    own_limits = [f"{limit.label.lower()} {value_in_words(limit, value)}" for field, limit in LIMIT_ROWS.items()
                  if (value := variant.limits_on(base)[field]) != getattr(base, field)]  # fmt: skip
    return "; ".join([target, *own_limits])
