"""The map of a figure of merit: worked out with progress and a way out, kept for a while; taken by a click."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import streamlit as st

from pages.parts.cached import keeper, kept
from pages.parts.controls import control
from pages.parts.demanded import Demands
from pages.parts.page_rows import MERIT, OVER, WHOSE
from pages.parts.scenario import Scenario
from pages.parts.sidebar_values import take_plan
from sampler_core.counts import ClassCounts
from sampler_core.plan import SamplingPlan
from sampler_core.plane import Feasible, axes, feasible, plane_plan
from sampler_core.schedules import Linear
from sampler_core.targets import skew_schedule
from sampler_core.tuning import MERITS, Sensitivity, Sweep, sensitivity, sweep

GIVEN_UP, MOST_KEPT, QUICK = "sweep_given_up", 16, 20_000


def label_of(merit: str) -> str:
    """What a person reads for a figure of merit."""
    return MERITS[merit].label


def choose_merit() -> tuple[str, str, str]:
    """The figure of merit that the map shows, whose, and over what."""
    merit = control(MERIT, width=260)
    scope = MERITS[merit].scope
    whose = control(WHOSE, width=150) if scope != "mix" else "every"
    over = control(OVER, width=150) if scope != "run" else "mean"
    return merit, "rarest" if scope == "run" and whose == "every" else whose, over


def swept(scenario: Scenario, merit: str, whose: str, over: str) -> Sweep | None:
    """The map; None while it has been given up. It does not change with the schedule, only with its limits."""
    plan, counts = plane_plan(scenario.plan), scenario.counts
    asked = (plan, counts, merit, whose, over)
    sweeps: OrderedDict[tuple[Any, ...], Sweep] = keeper("sweeps", OrderedDict)
    if asked in sweeps:
        sweeps.move_to_end(asked)
        return sweeps[asked]
    if st.session_state.get(GIVEN_UP) == hash(asked):
        st.info("The map was given up.", icon=":material/cancel:")
        st.button("Work it out", key="sweep-again", help="Work the map out after all.", on_click=_give_up, args=(None,))
        return None
    place = st.empty()
    found = sweeps[asked] = _worked_out(asked, place)
    while len(sweeps) > MOST_KEPT:
        sweeps.popitem(last=False)
    place.empty()
    return found


def _worked_out(asked: tuple[Any, ...], place: Any) -> Sweep:
    """With a bar and a button where it takes longer; any press runs the page anew, which ends the work."""
    plan, counts, merit, whose, over = asked
    told = None
    if counts.num_classes * (plan.epochs or 1) > QUICK:
        with place.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, "Working out the map")
            st.button("Cancel", key="sweep-cancel", help="Give the map up.", on_click=_give_up, args=(hash(asked),))

        def told(part: float) -> None:
            bar.progress(part, "Working out the map")

    return sweep(plan, counts, merit, *axes(plan.epochs or 1), over, whose, progress=told)


@kept(16)
def _feasible(plan: SamplingPlan, counts: ClassCounts, demands: Demands) -> Feasible:
    return feasible(plan, counts, demands)


def feasible_part(scenario: Scenario, demands: Demands) -> Feasible:
    """Which points of the map meet the demands."""
    return _feasible(plane_plan(scenario.plan), scenario.counts, demands)


def own_point(plan: SamplingPlan, found: Sweep) -> tuple[float, float] | None:
    """Where the sidebar's schedule lies on the map; None where it is not linear, or beyond the map's ends."""
    schedule = skew_schedule(plan.target)
    if not isinstance(schedule, Linear):
        return None
    point = (schedule.start, schedule.increment)
    on_it = all(axis[0] <= at <= axis[-1] for at, axis in zip(point, (found.skews, found.increments), strict=True))
    return point if on_it else None


def take_point(plan: SamplingPlan, skew: float, increment: float) -> None:
    """Set the sidebar to the linear schedule of a point."""
    take_plan(plane_plan(plan, round(skew, 10), round(increment, 12)))


@kept(16)
def sensitivities(plan: SamplingPlan, counts: ClassCounts, over: str) -> tuple[Sensitivity, ...]:
    """How each figure of merit of the rarest class answers to each parameter."""
    return sensitivity(plan, counts, at=over)


def _give_up(asked: int | None) -> None:
    st.session_state[GIVEN_UP] = asked
