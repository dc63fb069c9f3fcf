"""The plans that Compare shows: read from their text, set from callbacks, checked against the counts; their panels."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.live.figure_panel import Panel
from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import forecast_of
from pages.parts.sidebar.error_messages import error_in_words, error_toast
from pages.parts.sidebar.page_parameters import CLASS_GROUP, CLASS_RANK, PLANS_TEXT
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from pages.parts.text.words import said
from sampler_core.data.vocabulary import Vocabulary
from sampler_core.figures import Chart, compare_charts
from sampler_core.figures.compare_charts import ComparedPlan, own_first
from sampler_core.plans.named_plans import plans_to_json
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variant, Variants, check_length
from sampler_core.plans.presets import PRESETS


class DrawablePlans(NamedTuple):
    """The plans that the class counts allow, and name -> why another is left out."""

    plans: tuple[tuple[Variant, SamplingPlan], ...]
    errors: Mapping[str, Exception]

    @property
    def adaptive(self) -> list[str]:
        """The names of those that follow training."""
        return [variant.name for variant, plan in self.plans if plan.adaptive is not None]


def plan_variants(notes: DeltaGenerator) -> Variants:
    """The widget of the plans' text, and the plans in it; in `notes` a message for each thing that cannot be used."""
    variants, complaints = Variants.from_text(bound_widget(PLANS_TEXT))
    if complaints:
        notes.warning("\n\n".join(literal(f"{complaint}.") for complaint in complaints), icon=":material/link_off:")
    return variants


def drawable_plans(variants: Variants, scenario: Scenario) -> DrawablePlans:
    """The plans of the page."""
    plans, errors = [], {}
    for variant in variants.all:
        try:
            plan = variant.plan_on(scenario.plan)
            plan.check(scenario.counts)
            plans.append((variant, plan))
        except (TypeError, ValueError) as error:
            errors[variant.name] = error
    return DrawablePlans(tuple(plans), errors)


def compared_plans(variants: Variants, scenario: Scenario) -> tuple[ComparedPlan, ...]:
    """The same as figures take them; the sidebar's own where none is left."""
    compared = [
        ComparedPlan(variant.name, forecast_of(plan, scenario.counts, scenario.learner), variant.colour,
                     variant.is_base)
        for variant, plan in drawable_plans(variants, scenario).plans
    ]  # fmt: skip
    sidebar_plan = ComparedPlan("mine", forecast_of(scenario.plan, scenario.counts, scenario.learner), 0, True)
    return tuple(compared) or (sidebar_plan,)


def note_compared_plans(variants: Variants, scenario: Scenario) -> tuple[ComparedPlan, ...]:
    """The compared plans, noted for Share; a message for each that is left out."""
    drawable, errors = drawable_plans(variants, scenario)
    for name, error in errors.items():
        message = f"{name} is left out: {error_in_words(error)}. Edit it, or change the sidebar."
        st.warning(said(message), icon=":material/warning:")
    if plans := tuple((variant.name, plan) for variant, plan in drawable):
        page_contents().files["plans.json"] = lambda: plans_to_json(plans)
    return compared_plans(variants, scenario)


def set_plans(variants: Variants) -> None:
    """Set the plans, from a callback; `ValueError` where a link cannot hold them."""
    text = variants.text
    check_length(text)
    st.session_state[PLANS_TEXT.key] = text


def change_plans(change: Callable[..., Variants], *arguments: Any) -> None:
    """Set the plans to what a change gives, from the callback of a button; a message where that cannot be."""
    with error_toast("Not changed"):
        set_plans(change(*arguments))


def words_of_plans(variants: Variants, scenario: Scenario) -> Vocabulary:
    """The words of the data, which leave the names that a user gave to plans as they are."""
    titles = {preset.title for preset in PRESETS.values()}
    return scenario.say.keeping(variant.name for variant in variants.all if variant.name not in titles)


SIDE_BY_SIDE, MIXES = "side-by-side", "mixes"


class CompareView(NamedTuple):
    """Which plans, whose share (`sampler_core.figures.compare_charts.class_group`), and on which axis."""

    variants: Variants
    group: str
    rank: int
    logarithmic: bool


def choose_followed() -> tuple[str, int]:
    """Whose share the panels show: which class or group, and the rank of a class."""
    group = bound_widget(CLASS_GROUP, width=200)
    return group, bound_widget(CLASS_RANK, width=200) if group == "class of rank" else 1


def panels_of(scenario: Scenario, view: CompareView) -> dict[str, Panel]:
    """The course of one share and of the skew in all plans side by side, and all classes of each plan."""
    plans, epoch = compared_plans(view.variants, scenario), scenario.epoch
    group = compare_charts.class_group(scenario.counts, view.group, view.rank)
    shares = compare_charts.plan_shares(plans, group, epoch, logarithmic=view.logarithmic)
    note = f"The chance that one draw is of: {group.label}."
    side_by_side = [Chart("plan-shares", "Share over epochs", shares, note, 8, 380, 0)]
    if (skews := compare_charts.plan_skews(plans, epoch)) is not None:
        side_by_side.append(Chart("plan-skews", "Skew over epochs", skews, "Of the plans that have one.", 4, 380, 1))
    highest = compare_charts.highest_share(plans)
    mixes = [
        Chart(f"mix-{plan.colour}", plan.name, compare_charts.plan_mix(plan, highest), "", 4, 220, 3)
        for plan in own_first(plans)
    ]
    rev = f"{scenario.rev}-{zlib.crc32(repr((view, scenario.learner)).encode()):08x}"
    say = words_of_plans(view.variants, scenario)
    return {SIDE_BY_SIDE: Panel.saying(say, rev, side_by_side), MIXES: Panel.saying(say, rev, mixes)}
