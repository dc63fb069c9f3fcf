"""The plans that Compare shows: read from their text, changed by buttons, made into figures' input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.compare.compare_panels import plans_in
from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import cached
from pages.parts.sidebar.page_parameters import BASE, FIGURES_OF, FOLLOW, PLANS, RANK
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.wording import error_in_words
from pages.parts.text.markdown import literal
from sampler_core.figures.compare_charts import ComparedPlan
from sampler_core.forecast.plan_comparison import Comparison, compared, courses
from sampler_core.plans.plan_set import PlanSet
from sampler_core.plans.plan_variants import Variants, check_length

courses_of = cached(32)(courses)  # forecasts are compared by identity, and are cached too


def chosen_variants(place: DeltaGenerator) -> Variants:
    """The text's control, and the plans in it; in `place` a sentence for each thing that cannot be used."""
    variants, complaints = Variants.from_text(bound_widget(PLANS))
    if complaints:
        place.warning("\n\n".join(literal(f"{complaint}.") for complaint in complaints), icon=":material/link_off:")
    return variants


def shown_plans(variants: Variants, scenario: Scenario) -> tuple[ComparedPlan, ...]:
    """The plans that these counts allow; a sentence for each other one. The sidebar's own where none is left."""
    shown, plans, left_out = plans_in(variants, scenario)
    for name, error in left_out:
        sentence = f"{name} is left out: {error_in_words(error)}. Edit it, or change the sidebar."
        st.warning(literal(sentence), icon=":material/warning:")
    if plans:
        page_contents().files["plans.json"] = PlanSet(plans).to_json
    if waiting := [name for name, plan in plans if plan.adaptive is not None]:
        sentence = f"As it holds before any feedback, which training will give: {', '.join(waiting)}."
        st.info(literal(sentence), icon=":material/model_training:")
    return shown


def change(make: Callable[..., Variants], *given: Any) -> None:
    """Set the plans from the callback of a button or control; a sentence where that cannot be."""
    try_change(make, *given)


def try_change(make: Callable[..., Variants], *given: Any) -> bool:
    """The same; whether the plans changed."""
    try:
        text = make(*given).text
        check_length(text)
    except (TypeError, ValueError) as error:
        st.toast(literal(f"Not changed: {error_in_words(error)}."), icon=":material/error:")
        return False
    st.session_state[PLANS.key] = text
    return True


def choose_followed() -> tuple[str, int]:
    """Whose share the curves show: which class or group, and the rank of a class."""
    which = bound_widget(FOLLOW, width=200)
    return which, bound_widget(RANK, width=200) if which == "class of rank" else 1


def choose_comparison(plans: tuple[ComparedPlan, ...], scenario: Scenario) -> tuple[Comparison, int | None]:
    """The metrics, and the place of the plan that the others are measured from (None: none)."""
    names = tuple(plan.name for plan in plans)
    when = bound_widget(FIGURES_OF, width=260)
    offered = [str(BASE.default), *map(_difference_to, names)]
    asked = st.session_state.get(BASE.key, st.query_params.get(BASE.key))
    if asked not in (None, *offered):
        st.session_state[BASE.key] = BASE.default
        st.toast(literal(f"{BASE.label} {asked!r}: no such plan is shown, so the table has the values."),
                 icon=":material/info:")  # fmt: skip
    shown = st.selectbox(BASE.label, offered, key=BASE.key, help=BASE.help, bind="query-params",
                         persist_state="session", width=300)  # fmt: skip
    found = compared(names, tuple(courses_of(plan.forecast) for plan in plans), when, scenario.epoch)
    return found, offered.index(shown) - 1 if shown != BASE.default else None


def rename_base(old: str, new: str) -> None:
    """The table's base stays the same plan when that has a new name; from a callback."""
    if st.session_state.get(BASE.key) == _difference_to(old):
        st.session_state[BASE.key] = _difference_to(new)


def _difference_to(name: str) -> str:
    return f"differences to {name}"
