"""What the panels need to follow a slider while it moves: tables that Python computed, and one closed form to check.

The skew of each epoch comes from a table with a row for each stop of a slider, made by the schedule itself; the class
counts for each imbalance ratio likewise. The class shares follow from these by the one closed form (p ~ n^(1 - s)); the
panel compares it with the reference shares sent here, and previews nothing where they differ by 1e-6 or more.

The tables are large and not needed before the next move, so they go after the figures (their script: tables.js); by its
name the panel knows the table that belongs to what it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.parts.cached import outlook_of
from pages.parts.controls import every_row
from pages.parts.scenario import Scenario
from sampler_core.catalogue import SCHEDULES
from sampler_core.counts import ClassCounts
from sampler_core.datasets import synthetic
from sampler_core.figures import to_json
from sampler_core.figures.series import Followed, by_count, series_of
from sampler_core.parameters import EPOCH, RATIO, rows_of
from sampler_core.targets import skew_schedule

MOST_ENTRIES = 60_000
_tables = st.components.v2.component(
    "tables", js=(Path(__file__).parent / "tables.js").read_text(encoding="utf-8"), isolate_styles=False
)


class Table(NamedTuple):
    """A row of numbers for each stop of a slider: `sets` says of what, `name` is another one where they differ."""

    name: str
    sets: str
    make: Callable[[], dict[str, Any]]


def moves_of(scenario: Scenario, followed: Followed = ()) -> dict[str, Any]:
    """The data of previews; without a closed form only the epoch is previewed, and the server asked for the rest.

    Then the shares of all epochs come along, where they are not too many, for what stands beside them.
    """
    counts, plan = scenario.counts, scenario.plan
    outlook, order = outlook_of(plan, counts), by_count(counts)
    band = np.empty(counts.num_classes, dtype=np.int32)
    for number, series in enumerate(series_of(counts, followed)):
        band[series.members] = number
    limited = plan.max_repeats is not None or plan.min_share or plan.min_per_batch
    closed = outlook.skews is not None and not limited
    checked = sorted({0, scenario.epoch, len(outlook.shares) - 1})
    return {
        "closed": closed,
        "epoch": scenario.epoch,
        "counts": counts.counts[order].astype(np.float64),
        "band": band[order],
        "batch": plan.needed_batch_size,
        "skews": outlook.skews if closed else None,
        "check": {"epochs": checked, "shares": outlook.shares[np.ix_(checked, order)]} if closed else None,
        **hand_of(scenario),
        "shares": None if closed or outlook.shares.size > MOST_ENTRIES else outlook.shares[:, order].astype(np.float32),
        "tables": {key: table.name for key, table in _tables_of(scenario).items()} if closed else {},
    }


def send_tables(scenario: Scenario) -> None:
    """Send the tables that the last `moves_of` named."""
    sent = {key: {"name": table.name, "sets": table.sets, "table": to_json(table.make())}
            for key, table in _tables_of(scenario).items()}  # fmt: skip
    _tables(key="preview-tables", data=sent)


def hand_of(scenario: Scenario) -> dict[str, Any]:
    """All that is needed where the server alone can show what a slider does: "values", the value of every slider."""
    state = st.session_state
    values = {key: float(state[key]) for key in _slider_keys() if state.get(key) is not None}
    return {"values": {**values, EPOCH.key: scenario.epoch}}


@lru_cache(maxsize=1)
def _slider_keys() -> tuple[str, ...]:
    return tuple(row.key for row in every_row().values() if row.slider is not None)


def _slider_fields(scenario: Scenario) -> dict[str, str]:
    """Key of a slider -> field of the schedule that it sets."""
    schedule = skew_schedule(scenario.plan.target)
    described = rows_of(type(schedule)) if schedule is not None else {}
    return {row.key: field for field, row in described.items() if row.slider is not None}


def _tables_of(scenario: Scenario) -> dict[str, Table]:
    """Key of a slider -> its table."""
    return {**_skew_tables(scenario), **_count_tables(scenario.counts)}


def _skew_tables(scenario: Scenario) -> dict[str, Table]:
    schedule, epochs = skew_schedule(scenario.plan.target), scenario.plan.epochs or 1
    if schedule is None:
        return {}
    encoded = SCHEDULES.encode(schedule)
    shape = encoded.pop("name")
    tables = {}
    for key, field in _slider_fields(scenario).items():
        others = tuple((other, _hashable(value)) for other, value in encoded.items() if other != field)
        make = partial(_skew_table, shape, field, others, epochs)
        tables[key] = Table(f"{shape} {field} {others} {epochs}", "skews", make)
    return tables


@lru_cache(maxsize=64)
def _skew_table(shape: str, field: str, others: tuple[tuple[str, Any], ...], epochs: int) -> dict[str, Any]:
    row = rows_of(SCHEDULES[shape])[field]
    stops = _thinned(row.stops, epochs)
    number = int if row.kind == "integer" else float
    skews = []
    for stop in stops:
        schedule = SCHEDULES[shape](**dict(others), **{field: number(stop)})
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


def _hashable(value: object) -> object:
    return tuple(_hashable(item) for item in value) if isinstance(value, list) else value
