"""What the panels need to follow a slider while it moves: tables that Python computed, and one closed form to check.

The skews of all epochs, or the class counts, come from tables (`move_tables`). The class shares follow from these by
the one closed form (p ~ n^(1 - s)); the panel compares it with the reference shares sent here, and previews nothing
where they differ by 1e-6 or more. Previews bridge the moment until Python's own figures are there (`ahead`).

Tables are large and not needed before the next move, so they go after the figures (their script: deferred_tables.js); by their
names the panel knows what belongs to what it shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pages.parts.explore.preview_tables import MOST_ENTRIES, tables_of
from pages.parts.server.result_cache import closed_skews, forecast_of
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures.class_series import SelectedClasses, by_count, series_of


def moves_of(scenario: Scenario, followed: SelectedClasses = ()) -> dict[str, Any]:
    """The data of previews; without a closed form only the epoch is previewed, and the server asked for the rest.

    Then the shares of all epochs come along, where they are not too many, for what stands beside them.
    """
    counts, plan = scenario.counts, scenario.plan
    forecast, order = forecast_of(plan, counts), by_count(counts)
    band = np.empty(counts.num_classes, dtype=np.int32)
    for number, series in enumerate(series_of(counts, followed)):
        band[series.members] = number
    skews = closed_skews(plan, counts)
    closed = skews is not None
    checked = sorted({0, scenario.epoch, len(forecast.shares) - 1})
    return {
        "closed": closed,
        "epoch": scenario.epoch,
        "counts": counts.counts[order].astype(np.float64),
        "band": band[order],
        "batch": plan.needed_batch_size,
        "skews": skews,
        "check": {"epochs": checked, "shares": forecast.shares[np.ix_(checked, order)]} if closed else None,
        "shares": None
        if closed or forecast.shares.size > MOST_ENTRIES
        else forecast.shares[:, order].astype(np.float32),
        "tables": {key: table.name for key, table in tables_of(scenario).items()} if closed else {},
    }
