"""The panels of Compare for a scenario, from cached results."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from pages.parts.compare.compared_plans import compared_plans
from pages.parts.live.figure_panel import Panel
from pages.parts.sidebar.page_parameters import CLASS_GROUP, CLASS_RANK
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures import Chart, compare_charts
from sampler_core.plans.plan_variants import Variants

SIDE_BY_SIDE, MIXES = "side-by-side", "mixes"


class View(NamedTuple):
    """Which plans, whose share (`sampler_core.figures.compare_charts.class_group`), and on which axis."""

    variants: Variants
    group: str
    rank: int
    logarithmic: bool


def choose_followed() -> tuple[str, int]:
    """Whose share the panels show: which class or group, and the rank of a class."""
    group = bound_widget(CLASS_GROUP, width=200)
    return group, bound_widget(CLASS_RANK, width=200) if group == "class of rank" else 1


def panels_of(scenario: Scenario, view: View) -> dict[str, Panel]:
    """The course of one share and of the skew in all plans side by side, and all classes of each plan."""
    plans, epoch = compared_plans(view.variants, scenario).compared, scenario.epoch
    group = compare_charts.class_group(scenario.counts, view.group, view.rank)
    shares = compare_charts.plan_shares(plans, group, epoch, logarithmic=view.logarithmic)
    note = f"The chance that one draw is of: {group.label}."
    side_by_side = [Chart("plan-shares", "Share over epochs", shares, note, 8, 380, 0)]
    if (skews := compare_charts.plan_skews(plans, epoch)) is not None:
        side_by_side.append(Chart("plan-skews", "Skew over epochs", skews, "Of the plans that have one.", 4, 380, 1))
    highest = compare_charts.highest_share(plans)
    mixes = [
        Chart(f"mix-{plan.colour}", plan.name, compare_charts.plan_mix(plan, highest), "", 4, 220, 3) for plan in plans
    ]
    rev = f"{scenario.rev}-{zlib.crc32(repr(view).encode()):08x}"
    return {SIDE_BY_SIDE: Panel(rev, side_by_side), MIXES: Panel(rev, mixes)}
