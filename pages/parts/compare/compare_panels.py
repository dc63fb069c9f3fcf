"""The panels of Compare for a scenario, from cached results."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from pages.parts.live.figure_panel import Panel
from pages.parts.server.result_cache import forecast_of
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures import Chart, compare_charts
from sampler_core.figures.compare_charts import ComparedPlan
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variants

SIDE_BY_SIDE, MIXES = "side-by-side", "mixes"


class View(NamedTuple):
    """Which plans, whose share (`sampler_core.figures.compare_charts.class_group`), and on which axis."""

    variants: Variants
    who: str
    rank: int
    logarithmic: bool


class Plans(NamedTuple):
    """The plans that these counts allow, as they are and as figures take them, and why others are left out, by name."""

    shown: tuple[ComparedPlan, ...]
    plans: tuple[tuple[str, SamplingPlan], ...]
    left_out: tuple[tuple[str, Exception], ...]


def plans_in(variants: Variants, scenario: Scenario) -> Plans:
    """Those of the page; shown is the sidebar's own where none is left."""
    shown, plans, left_out = [], [], []
    for variant in variants.all:
        try:
            plan = variant.plan_on(scenario.plan)
            plan.check(scenario.counts)
            shown.append(ComparedPlan(variant.name, forecast_of(plan, scenario.counts), variant.colour))
            plans.append((variant.name, plan))
        except (TypeError, ValueError) as error:
            left_out.append((variant.name, error))
    mine = ComparedPlan("mine", forecast_of(scenario.plan, scenario.counts), 0)
    return Plans(tuple(shown) or (mine,), tuple(plans), tuple(left_out))


def panels_of(scenario: Scenario, view: View) -> dict[str, Panel]:
    """The course of one share and of the skew in all plans side by side, and all classes of each plan."""
    plans, epoch = plans_in(view.variants, scenario).shown, scenario.epoch
    who = compare_charts.class_group(scenario.counts, view.who, view.rank)
    shares = compare_charts.plan_shares(plans, who, epoch, logarithmic=view.logarithmic)
    skews = compare_charts.plan_skews(plans, epoch)
    charts = [
        Chart("plan-shares", "Share over epochs", shares, f"The chance that one draw is of: {who.label}.", 8, 380, 0)
    ]
    if skews is not None:
        charts.append(Chart("plan-skews", "Skew over epochs", skews, "Of the plans that have one.", 4, 380, 1))
    highest = compare_charts.highest_share(plans)
    mixes = [
        Chart(f"mix-{plan.colour}", plan.name, compare_charts.plan_mix(plan, highest), "", 4, 220, 3) for plan in plans
    ]
    return {
        SIDE_BY_SIDE: Panel(_rev(scenario, view.variants, f"{who.label}-{view.logarithmic}"), charts),
        MIXES: Panel(_rev(scenario, view.variants), mixes),
    }


def _rev(scenario: Scenario, variants: Variants, also: str = "") -> str:
    """A short name of what a panel shows."""
    return f"{scenario.rev}-{zlib.crc32(f'{variants.text}{also}'.encode()):08x}"
