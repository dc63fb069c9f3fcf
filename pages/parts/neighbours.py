"""What the next key press will draw: the figures of one epoch at the next stops of the slider that moved last.

The one contract here: they are the page's own figures (`charts_of_epoch`) of the scenario at that stop, made ahead, so
that a key shows real draws before the server has heard of it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.controls import every_row
from pages.parts.explore_charts import charts_of_epoch
from pages.parts.live_panel import sent
from pages.parts.move_tables import schedule_at
from pages.parts.scenario import Scenario
from sampler_core.datasets import synthetic
from sampler_core.figures.series import Followed
from sampler_core.parameters import EPOCH, RATIO
from sampler_core.targets import PowerSkew

_MOVED = "_last_moved"
STEPS = (1, 2, 3, -1, 4, -2, 5, -3)  # the likeliest first: the hand mostly goes on as it went
MOST = 4000  # classes of all stops together
PATIENCE = 0.08  # seconds for what was not made before; the rest comes with the next run


class Neighbours(NamedTuple):
    """The next stops of the slider `key`, the likeliest first. name: another one where anything else differs."""

    name: str
    key: str
    stops: tuple[float, ...]


def neighbours_of(scenario: Scenario, moves: dict[str, Any], *shown: object) -> Neighbours | None:
    """Those of the slider that moved last, of those with previews (`moves.moves_of`).

    shown: what else the figures depend on.
    """
    values: dict[str, float] = moves["values"]
    key, way = _last_move(values, (*moves["tables"], EPOCH.key))
    last = (scenario.plan.epochs or 1) - 1
    stops = [stop for stop in every_row()[key].stops if key != EPOCH.key or stop <= last]
    first = _at(scenario, key, stops[0])
    if first is None:
        return None
    here = min(range(len(stops)), key=lambda place: abs(stops[place] - values[key]))  # where the slider stands
    places = [here + way * step for step in STEPS[: max(2, MOST // scenario.counts.num_classes)]]
    near = tuple(stops[place] for place in places if 0 <= place < len(stops))
    return Neighbours(f"{key} {first.rev} {shown}", key, near)


def charts_at(scenario: Scenario, near: Neighbours, followed: Followed, first: int, shown: int) -> dict[str, Any]:
    """Stop -> charts as `live_panel` sends them."""
    made, end = {}, time.perf_counter() + PATIENCE
    for stop in near.stops:
        there = _at(scenario, near.key, stop)
        if there is not None and time.perf_counter() < end:
            made[f"{stop:.12g}"] = [sent(chart) for chart in charts_of_epoch(there, followed, first, shown)]
    return made


def _last_move(values: dict[str, float], among: tuple[str, ...]) -> tuple[str, int]:
    """The slider that moved last, and which way; the first one where none of these has."""
    before, key, way = st.session_state.get(_MOVED, ({}, among[0], 1))
    changed = [moved for moved in among if before.get(moved, values[moved]) != values[moved]]
    if len(changed) == 1:
        key, way = changed[0], 1 if values[changed[0]] > before[changed[0]] else -1
    elif key not in among:
        key, way = among[0], 1
    st.session_state[_MOVED] = (values, key, way)
    return key, way


def _at(scenario: Scenario, key: str, stop: float) -> Scenario | None:
    """The scenario with the slider at that stop; None where that is none."""
    plan, counts = scenario.plan, scenario.counts
    try:
        if key == EPOCH.key:
            return replace(scenario, epoch=int(stop))
        if key == RATIO.key:
            profile = str(st.session_state["profile"])
            counts = synthetic(profile, counts.num_classes, counts.num_samples, stop)
        else:
            plan = replace(plan, target=PowerSkew(schedule_at(plan, key, stop)))
        plan.check(counts)
    except ValueError:
        return None
    return replace(scenario, plan=plan, counts=counts)
