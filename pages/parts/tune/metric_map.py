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
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.tune.requirements_text import Requirements
from sampler_core.forecast.metrics import METRICS
from sampler_core.formatting import number
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning.linear_schedule_map import FeasiblePoints, feasible_points, map_axes, plan_at_point
from sampler_core.tuning.metric_sweep import Sweep, sweep
from sampler_core.tuning.values_by_skew import Progress, partial_progress

MAP_CANCELLED = "map_cancelled"
MAP_PROGRESS_TEXT = "Computing the map"
QUICK_MAP = 0.3  # seconds without a progress bar, which would only flicker
MapCall = tuple[Any, ...]  # a function with its arguments but for progress
sweep_of, feasible_points_of = cached(16)(sweep), cached(16)(feasible_points)


def map_metric_label(metric: str) -> str:
    """The label of a metric."""
    return METRICS[metric].label


def choose_map_metric() -> tuple[str, str, str]:
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
    map_plan, counts = replace(plan_at_point(scenario.plan), seed=0), scenario.counts
    map_calls: list[MapCall] = [
        (sweep_of, map_plan, counts, metric, *map(tuple, map_axes(map_plan.epochs or 1)), over, whose)
    ]
    map_calls += [(feasible_points_of, map_plan, counts, requirements)] * bool(requirements)
    if st.session_state.get(MAP_CANCELLED) == hash(tuple(map_calls)):
        st.info("Map cancelled.", icon=":material/cancel:")
        st.button(
            "Compute map", key="sweep-again", help="Compute the map after all.", on_click=_cancel_map, args=(None,)
        )
        return None
    map_place = st.empty()
    progress = _map_progress_bar(map_place, hash(tuple(map_calls)))
    map_results = [
        function(*arguments, progress=partial_progress(progress, i / len(map_calls), (i + 1) / len(map_calls)))
        for i, (function, *arguments) in enumerate(map_calls)
    ]
    map_place.empty()
    return map_results[0], map_results[1] if requirements else None


def _map_progress_bar(map_place: Any, map_hash: int) -> Progress:
    """A progress bar and a cancel button once it takes longer; any click reruns the page, which ends the work."""
    begin = time.monotonic()
    map_bars: list[Any] = []

    def progress(part: float) -> None:
        if not map_bars and time.monotonic() - begin > QUICK_MAP:
            with map_place.container(horizontal=True, vertical_alignment="center"):
                map_bars.append(st.progress(part, MAP_PROGRESS_TEXT))
                st.button(
                    "Cancel", key="sweep-cancel", help="Stop computing the map.", on_click=_cancel_map, args=(map_hash,)
                )
        elif map_bars:
            map_bars[0].progress(part, MAP_PROGRESS_TEXT)

    return progress


def map_note(feasible: FeasiblePoints | None, error: float, all_requirements: str, *, ringed: bool) -> str:
    """What the marks of the map mean, what its dots leave out, and how exact its values are.

    allowed: the points that meet the requirements, None where there are none; all_requirements: `all_of` them.
    """
    ring = "Ring: your schedule." if ringed else "Your schedule is not on this map."
    note = f"{ring} The sidebar's number boxes set the same."
    if feasible is not None:
        somewhere = feasible.mask.any()
        dots = f"Dots: {all_requirements} hold." if somewhere else f"Nowhere on this map do {all_requirements} hold."
        note = f"{dots} {note}"
        if feasible.left_out:
            note += f" Not judged on it: {'; '.join(map(str, feasible.left_out))}."
    note = f"Click a point to take it. {note}"
    return note + (f" Between knots interpolated, to within {number(error)}." if error else "")


def point_of_plan(plan: SamplingPlan, map_sweep: Sweep) -> tuple[float, float] | None:
    """The point of the sidebar's schedule on the map; None where it is not linear, or outside the map."""
    schedule = skew_schedule(plan.target)
    if not isinstance(schedule, Linear):
        return None
    point = (schedule.start, schedule.increment)
    on_it = all(
        axis[0] <= at <= axis[-1] for at, axis in zip(point, (map_sweep.skews, map_sweep.increments), strict=True)
    )
    return point if on_it else None


def set_sidebar_to_click(plan: SamplingPlan, clicked: dict[str, Any] | None) -> None:
    """Set the sidebar to the linear schedule of a clicked point. clicked: its "x", the skew, and "y", the increment."""
    if clicked is not None:
        set_sidebar_to_plan(plan_at_point(plan, round(float(clicked["x"]), 10), round(float(clicked["y"]), 12)))


def _cancel_map(map_hash: int | None) -> None:
    st.session_state[MAP_CANCELLED] = map_hash
