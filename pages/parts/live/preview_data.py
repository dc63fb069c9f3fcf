"""What the panels need to follow a slider while it moves: tables that Python computed, and one closed form to check.

The skews of all epochs, or the class counts, come from tables (`move_tables`). The class shares follow from these by
the one closed form (p ~ n^(1 - s)); the panel compares it with the reference shares sent here, and previews nothing
where they differ by 1e-6 or more. Previews bridge the moment until Python's own figures are there (`ahead`).

Tables are large and not needed before the next move, so they go after the figures (their script: deferred_tables.js); by their
names the panel knows what belongs to what it shows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from pages.parts.live.preview_tables import MOST_ENTRIES, tables_of
from pages.parts.server.result_cache import closed_skews, outlook_of
from pages.parts.sidebar.controls import every_row
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures.class_series import Followed, by_count, series_of
from sampler_core.plans.parameters import EPOCH


def moves_of(scenario: Scenario, followed: Followed = ()) -> dict[str, Any]:
    """The data of previews; without a closed form only the epoch is previewed, and the server asked for the rest.

    Then the shares of all epochs come along, where they are not too many, for what stands beside them.
    """
    counts, plan = scenario.counts, scenario.plan
    outlook, order = outlook_of(plan, counts), by_count(counts)
    band = np.empty(counts.num_classes, dtype=np.int32)
    for number, series in enumerate(series_of(counts, followed)):
        band[series.members] = number
    skews = closed_skews(plan, counts)
    closed = skews is not None
    checked = sorted({0, scenario.epoch, len(outlook.shares) - 1})
    return {
        "closed": closed,
        "epoch": scenario.epoch,
        "counts": counts.counts[order].astype(np.float64),
        "band": band[order],
        "batch": plan.needed_batch_size,
        "skews": skews,
        "check": {"epochs": checked, "shares": outlook.shares[np.ix_(checked, order)]} if closed else None,
        **hand_of(scenario),
        "shares": None if closed or outlook.shares.size > MOST_ENTRIES else outlook.shares[:, order].astype(np.float32),
        "tables": {key: table.name for key, table in tables_of(scenario).items()} if closed else {},
    }


def hand_of(scenario: Scenario) -> dict[str, Any]:
    """All that is needed where the server alone can show what a slider does: "values", the value of every slider."""
    state = st.session_state
    values = {key: float(state[key]) for key in _slider_keys() if state.get(key) is not None}
    return {"values": {**values, EPOCH.key: scenario.epoch}}


@lru_cache(maxsize=1)
def _slider_keys() -> tuple[str, ...]:
    return tuple(row.key for row in every_row().values() if row.slider is not None)
