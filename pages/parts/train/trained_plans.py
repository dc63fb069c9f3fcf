"""The plans that a study trains: those of Compare without what is left out, the sidebar's own first."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.my_labels.session_labels import names_own_classes
from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.error_messages import error_in_words
from pages.parts.sidebar.page_parameters import LEFT_OUT, PLANS_TEXT
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.values_in_words import mix_in_words
from pages.parts.text.markdown import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.named_plans import NamedPlans, plans_to_json
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import MINE, Variant, Variants

TO_TRAIN = "plans_to_train"


class TrainedPlans(NamedTuple):
    """The plans by name, and the colour of each, 0 to 5."""

    plans: NamedPlans
    colours: dict[str, int]


def choose_plans(scenario: Scenario, counts: ClassCounts | None) -> TrainedPlans:
    """The plans, with a control to choose among them; a sentence for those that the features do not allow."""
    variants = _variants()
    chosen = [variant for _, variant in variants.base_first]
    left_out = _left_out({variant.name: _in_words(variant, scenario.plan_for_other_data) for variant in chosen})
    plans, colours, errors = [], {}, {}
    for variant in chosen:
        if variant.name in left_out:
            continue
        try:
            plan = variant.plan_on(scenario.plan_for_other_data)
            if counts is not None:
                plan.check(counts)
        except (TypeError, ValueError) as error:
            errors[variant.name] = error
            continue
        plans.append((variant.name, plan))
        colours[variant.name] = variant.colour
    for name, reason in errors.items():
        message = f"{name} is not trained: {error_in_words(reason)}. Change it in Compare, or the sidebar."
        st.warning(literal(message), icon=":material/warning:")
    if plans:
        page_contents().files["plans.json"] = lambda: plans_to_json(tuple(plans))
    return TrainedPlans(tuple(plans), colours)


def _in_words(variant: Variant, base: SamplingPlan) -> str:
    """What a plan draws, in a line."""
    try:
        return mix_in_words(variant.plan_on(base))
    except (TypeError, ValueError) as error:
        return error_in_words(error)


def _left_out(plans: dict[str, str]) -> list[str]:
    """The control of the plans to train: name -> what it draws. The URL has those that are not, so that a new plan of
    Compare is trained."""
    names = list(plans)
    if LEFT_OUT.key in st.session_state:  # a plan may have another name by now, or be gone
        st.session_state[LEFT_OUT.key] = [name for name in st.session_state[LEFT_OUT.key] if name in names]
    with st.container(key="unseen-left-out"):  # not displayed (page.css)
        left_out = st.multiselect(LEFT_OUT.label, names, [], key=LEFT_OUT.key, help=LEFT_OUT.help,
                                  bind="query-params", persist_state="session")  # fmt: skip
    st.session_state[TO_TRAIN] = [name for name in names if name not in left_out]
    own = " mine is the sidebar's." if MINE in names else ""
    lines = "".join(f"\n- **{literal(name)}**: {literal(line)}" for name, line in plans.items())
    st.pills("Plans to train", names, selection_mode="multi", key=TO_TRAIN, format_func=literal, wrap=True,
             help=f"Those of Compare: add and change them there.{own} Click one to leave it out, or to take it in."
             f"\n{lines}",
             on_change=_leave_out_the_others, args=(names,))  # fmt: skip
    return left_out


def _leave_out_the_others(names: list[str]) -> None:
    to_train = st.session_state[TO_TRAIN] or ()
    st.session_state[LEFT_OUT.key] = [name for name in names if name not in to_train]


def _variants() -> Variants:
    """The plans of the session, else of the URL, which other pages keep from there on."""
    key, default = PLANS_TEXT.key, str(PLANS_TEXT.default)
    text = str(st.session_state.get(key, st.query_params.get(key, default)))
    if text != default and not names_own_classes(key):
        with suppress(StreamlitAPIException):
            st.session_state.setdefault(key, text)
    return Variants.from_text(text)[0]
