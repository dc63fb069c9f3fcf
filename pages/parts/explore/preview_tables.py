"""Tables for previews: what each stop of a slider sets, as Python computes it.

The skew of each epoch comes from a table with a row for each stop of a slider, made by the schedule itself; the class
counts for each imbalance ratio likewise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.parts.sidebar.scenario import Scenario
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import synthetic
from sampler_core.plans.parameters import RATIO, Parameter, rows_of
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.schedules import Schedule
from sampler_core.plans.targets import skew_schedule

MOST_ENTRIES = 60_000


class Table(NamedTuple):
    """A row of numbers for each stop of a slider: `sets` says of what, `name` is another one where they differ."""

    name: str
    sets: str
    make: Callable[[], dict[str, Any]]


def tables_of(scenario: Scenario) -> dict[str, Table]:
    """Key of a slider -> its table, of those that a closed form can follow."""
    return {**_skew_tables(scenario), **_count_tables(scenario.counts)}


def _skew_tables(scenario: Scenario) -> dict[str, Table]:
    schedule, epochs = skew_schedule(scenario.plan.target), scenario.plan.epochs or 1
    if schedule is None:
        return {}
    encoded = SCHEDULES.encode(schedule)
    shape = encoded.pop("name")
    tables = {}
    for field, row in _sliders(schedule).items():
        others = tuple((other, _hashable(value)) for other, value in encoded.items() if other != field)
        make = partial(_skew_table, shape, field, others, epochs)
        tables[row.key] = Table(f"{shape} {field} {others} {epochs}", "skews", make)
    return tables


@lru_cache(maxsize=64)
def _skew_table(shape: str, field: str, others: tuple[tuple[str, Any], ...], epochs: int) -> dict[str, Any]:
    row = rows_of(SCHEDULES[shape])[field]
    stops = _thinned(row.stops, epochs)
    skews = []
    for stop in stops:
        schedule = SCHEDULES[shape](**dict(others), **{field: _whole_or_not(row, stop)})
        skews.append([schedule(epoch, epochs) for epoch in range(epochs)])
    return {"stops": list(stops), "rows": np.array(skews, dtype=np.float32)}


def _count_tables(counts: ClassCounts) -> dict[str, Table]:
    state = st.session_state
    if state.get("data") != "synthetic" or state.get("ratio") is None:
        return {}
    made = (str(state["profile"]), counts.num_classes, counts.num_samples)
    return {"ratio": Table(f"counts {made}", "counts", partial(_count_table, *made))}


@lru_cache(maxsize=16)
def _count_table(profile: str, num_classes: int, num_samples: int) -> dict[str, Any]:
    stops = _thinned(RATIO.stops, num_classes)
    rows = [synthetic(profile, num_classes, num_samples, ratio).counts for ratio in stops]
    exact = np.int32 if num_samples < 2**31 else np.float64
    return {"stops": list(stops), "rows": np.array(rows, dtype=exact)}


def _thinned(stops: tuple[float, ...], entries: int) -> tuple[float, ...]:
    """Every k-th stop, so that a table stays small; between its rows the panel goes straight, and says so."""
    every = -(-len(stops) * entries // MOST_ENTRIES)
    return stops if every <= 1 else (*stops[:-1:every], stops[-1])


def _sliders(schedule: Schedule) -> dict[str, Parameter]:
    """Field of a schedule -> its row, of those with a slider."""
    return {field: row for field, row in rows_of(type(schedule)).items() if row.slider is not None}


def _whole_or_not(row: Parameter, stop: float) -> float:
    return int(stop) if row.kind == "integer" else float(stop)


def _hashable(value: object) -> object:
    return tuple(_hashable(item) for item in value) if isinstance(value, list) else value
