"""The map of a metric: worked out with progress and a way out, kept for a while; taken by a click."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Any

import streamlit as st

from pages.parts.server.result_cache import keeper, kept
from pages.parts.sidebar.controls import control
from pages.parts.sidebar.page_parameters import METRIC, OVER, WHOSE
from pages.parts.sidebar.plan_values import take_plan
from pages.parts.sidebar.scenario import Scenario
from pages.parts.tune.stated_requirements import Requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning import METRICS, Sensitivity, Sweep, sensitivity, sweep
from sampler_core.tuning.linear_plane import Feasible, axes, feasible, plane_plan
from sampler_core.tuning.metric_sweep import Progress, part_of

GIVEN_UP, MOST_KEPT = "sweep_given_up", 16
WORKING = "Working out the map"
QUICK = 0.3  # seconds without a bar, which would only flicker
Call = tuple[Any, ...]  # a function of the core with its arguments but for progress
_one_at_a_time = Lock()  # sessions share what is kept


def label_of(metric: str) -> str:
    """What a person reads for a metric."""
    return METRICS[metric].label


def choose_metric() -> tuple[str, str, str]:
    """The metric that the map shows, whose, and over what."""
    metric = control(METRIC, width=260)
    scope = METRICS[metric].scope
    if scope == "mix":
        return metric, "every", control(OVER, width=150)
    if scope == "class":
        return metric, control(WHOSE, width=150), control(OVER, width=150)
    if st.session_state.get(WHOSE.key) == "every":  # chosen for another figure; no map shows every class's run
        st.session_state[WHOSE.key] = WHOSE.default
    return metric, control(replace(WHOSE, choices=("rarest", "largest")), width=150), "mean"


def swept(
    scenario: Scenario, metric: str, whose: str, over: str, requirements: Requirements
) -> tuple[Sweep, Feasible | None] | None:
    """The map and the part of it that meets the requirements, where there are any; None while it has been given up.

    It changes neither with the schedule, but for its limits, nor with the seed.
    """
    plan, counts = replace(plane_plan(scenario.plan), seed=0), scenario.counts
    calls: list[Call] = [(sweep, plan, counts, metric, *map(tuple, axes(plan.epochs or 1)), over, whose)]
    calls += [(feasible, plan, counts, requirements)] * bool(requirements)
    if st.session_state.get(GIVEN_UP) == hash(tuple(calls)):
        st.info("The map was given up.", icon=":material/cancel:")
        st.button("Work it out", key="sweep-again", help="Work the map out after all.", on_click=_give_up, args=(None,))
        return None
    place = st.empty()
    told = _bar(place, hash(tuple(calls)))
    found = [_kept(call, part_of(told, i / len(calls), (i + 1) / len(calls))) for i, call in enumerate(calls)]
    place.empty()
    return found[0], found[1] if requirements else None


def _kept(call: Call, told: Progress) -> Any:
    """The result of a call, of those made last."""
    results: OrderedDict[Call, Any] = keeper("sweeps", OrderedDict)
    with _one_at_a_time:
        if call in results:
            results.move_to_end(call)
            return results[call]
    made, *given = call
    found = made(*given, progress=told)
    with _one_at_a_time:
        results[call] = found
        while len(results) > 2 * MOST_KEPT:
            results.popitem(last=False)
    return found


def _bar(place: Any, asked: int) -> Progress:
    """A bar and a button where it takes longer; any press runs the page anew, which ends the work."""
    begin, bars = time.monotonic(), []

    def told(part: float) -> None:
        if not bars and time.monotonic() - begin > QUICK:
            with place.container(horizontal=True, vertical_alignment="center"):
                bars.append(st.progress(part, WORKING))
                st.button("Cancel", key="sweep-cancel", help="Give the map up.", on_click=_give_up, args=(asked,))
        elif bars:
            bars[0].progress(part, WORKING)

    return told


def own_point(plan: SamplingPlan, found: Sweep) -> tuple[float, float] | None:
    """Where the sidebar's schedule lies on the map; None where it is not linear, or beyond the map's ends."""
    schedule = skew_schedule(plan.target)
    if not isinstance(schedule, Linear):
        return None
    point = (schedule.start, schedule.increment)
    on_it = all(axis[0] <= at <= axis[-1] for at, axis in zip(point, (found.skews, found.increments), strict=True))
    return point if on_it else None


def take_clicked(plan: SamplingPlan, clicked: dict[str, Any] | None) -> None:
    """Set the sidebar to the linear schedule of a clicked point. clicked: its "x", the skew, and "y", the increment."""
    if clicked is not None:
        take_plan(plane_plan(plan, round(float(clicked["x"]), 10), round(float(clicked["y"]), 12)))


@kept(16)
def sensitivities(plan: SamplingPlan, counts: ClassCounts, over: str) -> tuple[Sensitivity, ...]:
    """How each metric of the rarest class answers to each parameter."""
    return sensitivity(plan, counts, at=over)


def _give_up(asked: int | None) -> None:
    st.session_state[GIVEN_UP] = asked
