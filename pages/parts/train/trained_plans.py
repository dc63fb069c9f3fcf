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
from pages.parts.text.markdown import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.named_plans import NamedPlans, plans_to_json
from sampler_core.plans.plan_variants import MINE, Variants


class TrainedPlans(NamedTuple):
    """The plans by name, and the colour of each, 0 to 5."""

    plans: NamedPlans
    colours: dict[str, int]


def choose_plans(scenario: Scenario, counts: ClassCounts | None) -> TrainedPlans:
    """The plans, with a control to leave some out; a sentence for those that the features do not allow."""
    variants = _variants()
    chosen = [variant for _, variant in variants.base_first]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="train-plans"):
        names = [variant.name for variant in chosen]
        if LEFT_OUT.key in st.session_state:  # a plan may have another name by now, or be gone
            st.session_state[LEFT_OUT.key] = [name for name in st.session_state[LEFT_OUT.key] if name in names]
        left_out = st.multiselect(LEFT_OUT.label, names, [], key=LEFT_OUT.key, help=LEFT_OUT.help, width=220,
                                  placeholder="none", bind="query-params", persist_state="session")  # fmt: skip
        said = st.container()
    plans, colours, errors = [], {}, {}
    for variant in chosen:
        if variant.name in left_out:
            continue
        try:
            plan = variant.plan_on(scenario.plan)
            if counts is not None:
                plan.check(counts)
        except (TypeError, ValueError) as error:
            errors[variant.name] = error
            continue
        plans.append((variant.name, plan))
        colours[variant.name] = variant.colour
    with said:
        marked = ", ".join(f"**{literal(name)}**" for name, _ in plans) or "none"
        own = (
            ": the sidebar's plan"
            if any(v.is_base and v.name == MINE and v.name not in left_out for v in chosen)
            else ""
        )
        own = f" ({literal(MINE)}{own})" if own else ""
        st.markdown(f"Plans to train, those of **Compare**: {marked}{own}.")
    for name, reason in errors.items():
        message = f"{name} is not trained: {error_in_words(reason)}. Change it in Compare, or the sidebar."
        st.warning(literal(message), icon=":material/warning:")
    if plans:
        page_contents().files["plans.json"] = lambda: plans_to_json(tuple(plans))
    return TrainedPlans(tuple(plans), colours)


def _variants() -> Variants:
    """The plans of the session, else of the URL, which other pages keep from there on."""
    key, default = PLANS_TEXT.key, str(PLANS_TEXT.default)
    text = str(st.session_state.get(key, st.query_params.get(key, default)))
    if text != default and not names_own_classes(key):
        with suppress(StreamlitAPIException):
            st.session_state.setdefault(key, text)
    return Variants.from_text(text)[0]
