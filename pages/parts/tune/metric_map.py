"""The map of a metric: computed with a progress bar and a cancel button, cached; a click on it sets the sidebar."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts.server.result_cache import cached
from pages.parts.sidebar.page_parameters import METRIC, OVER, WHOSE
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar_values import set_sidebar_to_plan
from pages.parts.tune.stated_requirements import Requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.forecast.metrics import METRICS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning.linear_schedule_map import FeasiblePoints, feasible_points, map_axes, plan_at_point
from sampler_core.tuning.metric_sensitivity import Sensitivity, sensitivity
from sampler_core.tuning.metric_sweep import Sweep, sweep
from sampler_core.tuning.values_by_skew import Progress, partial_progress

CANCELLED = "map_cancelled"
PROGRESS_TEXT = "Computing the map"
QUICK = 0.3  # seconds without a progress bar, which would only flicker
Call = tuple[Any, ...]  # a function with its arguments but for progress
sweep_of, feasible_points_of = cached(16)(sweep), cached(16)(feasible_points)


def metric_label(metric: str) -> str:
    """The label of a metric."""
    return METRICS[metric].label


def choose_metric() -> tuple[str, str, str]:
    """The metric that the map shows, whose, and over what."""
    metric = bound_widget(METRIC, width=260)
    scope = METRICS[metric].scope
    if scope == "mix":
        return metric, "every", bound_widget(OVER, width=150)
    if scope == "class":
        return metric, bound_widget(WHOSE, width=150), bound_widget(OVER, width=150)
    if st.session_state.get(WHOSE.key) == "every":  # chosen for another metric; no map shows the runs of every class
        st.session_state[WHOSE.key] = WHOSE.default
    return metric, bound_widget(replace(WHOSE, choices=("rarest", "largest")), width=150), "mean"


def computed_map(
    scenario: Scenario, metric: str, whose: str, over: str, requirements: Requirements
) -> tuple[Sweep, FeasiblePoints | None] | None:
    """The map, and the points that meet the requirements where there are any; None while it is cancelled.

    It depends on the limits of the schedule, on nothing else of it, and not on the seed.
    """
    plan, counts = replace(plan_at_point(scenario.plan), seed=0), scenario.counts
    calls: list[Call] = [(sweep_of, plan, counts, metric, *map(tuple, map_axes(plan.epochs or 1)), over, whose)]
    calls += [(feasible_points_of, plan, counts, requirements)] * bool(requirements)
    if st.session_state.get(CANCELLED) == hash(tuple(calls)):
        st.info("Map cancelled.", icon=":material/cancel:")
        st.button("Compute map", key="sweep-again", help="Compute the map after all.", on_click=_cancel, args=(None,))
        return None
    place = st.empty()
    progress = _progress_bar(place, hash(tuple(calls)))
    found = [
        function(*arguments, progress=partial_progress(progress, i / len(calls), (i + 1) / len(calls)))
        for i, (function, *arguments) in enumerate(calls)
    ]
    place.empty()
    return found[0], found[1] if requirements else None


def _progress_bar(place: Any, call_hash: int) -> Progress:
    """A progress bar and a cancel button once it takes longer; any click reruns the page, which ends the work."""
    begin = time.monotonic()
    bars: list[Any] = []

    def progress(part: float) -> None:
        if not bars and time.monotonic() - begin > QUICK:
            with place.container(horizontal=True, vertical_alignment="center"):
                bars.append(st.progress(part, PROGRESS_TEXT))
                st.button(
                    "Cancel", key="sweep-cancel", help="Stop computing the map.", on_click=_cancel, args=(call_hash,)
                )
        elif bars:
            bars[0].progress(part, PROGRESS_TEXT)

    return progress


def point_of_plan(plan: SamplingPlan, found: Sweep) -> tuple[float, float] | None:
    """The point of the sidebar's schedule on the map; None where it is not linear, or outside the map."""
    schedule = skew_schedule(plan.target)
    if not isinstance(schedule, Linear):
        return None
    point = (schedule.start, schedule.increment)
    on_it = all(axis[0] <= at <= axis[-1] for at, axis in zip(point, (found.skews, found.increments), strict=True))
    return point if on_it else None


def set_sidebar_to_click(plan: SamplingPlan, clicked: dict[str, Any] | None) -> None:
    """Set the sidebar to the linear schedule of a clicked point. clicked: its "x", the skew, and "y", the increment."""
    if clicked is not None:
        set_sidebar_to_plan(plan_at_point(plan, round(float(clicked["x"]), 10), round(float(clicked["y"]), 12)))


@cached(16)
def sensitivities(plan: SamplingPlan, counts: ClassCounts, over: str) -> tuple[Sensitivity, ...]:
    """How each metric of the rarest class changes with each parameter."""
    return sensitivity(plan, counts, at=over)


def _cancel(call_hash: int | None) -> None:
    st.session_state[CANCELLED] = call_hash
