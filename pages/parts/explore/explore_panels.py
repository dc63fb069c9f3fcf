"""The live parts of Explore for a scenario, from results that are kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pages.parts.live.figure_panel import Panel
from pages.parts.live.metric_tiles import Tiles
from pages.parts.server.result_cache import closed_skews, epoch_class_counts_of, forecast_of, preview_of, weights_of
from pages.parts.sidebar.epoch_and_batches import batches_shown
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures import explore_charts
from sampler_core.figures.class_series import NO_CLASS, SelectedClasses, by_count

OVER_EPOCHS, ONE_EPOCH, METRICS = "over-epochs", "one-epoch", "metrics"


class View(NamedTuple):
    """How they are looked at. window: the batches that are wanted, (first, how many)."""

    followed: SelectedClasses
    logarithmic: bool
    window: tuple[int, int]


def panels_of(scenario: Scenario, view: View) -> dict[str, Panel]:
    """All epochs, and where the draws are known the chosen one; `sampler_core.figures.explore_charts` says which charts."""
    plan, counts, epoch = scenario.plan, scenario.counts, scenario.epoch
    followed = tuple(place if place < counts.num_classes else NO_CLASS for place in view.followed)
    rev, forecast = f"{scenario.rev}-{view.logarithmic}-{followed}", forecast_of(plan, counts)
    over_epochs = explore_charts.charts_over_epochs(
        forecast, weights_of(plan, counts), epoch, logarithmic=view.logarithmic, selected=followed
    )
    panels = {OVER_EPOCHS: Panel(rev, over_epochs)}
    if plan.adaptive is None:
        first, shown = batches_shown(scenario, view.window)
        preview = preview_of(plan, counts, epoch, first, shown)
        of_epoch = explore_charts.charts_of_epoch(
            plan, forecast, preview, lambda: epoch_class_counts_of(plan, counts, epoch), followed
        )
        panels[ONE_EPOCH] = Panel(f"{rev}-{first}-{shown}", of_epoch)
    return panels


def tiles_of(scenario: Scenario) -> Tiles:
    """The metrics."""
    return Tiles(forecast_of(scenario.plan, scenario.counts), scenario.epoch)


def parts_of(scenario: Scenario, view: View) -> dict[str, Panel | Tiles]:
    """All of them, by their keys on the page, for a moving hand: a map, most of what is sent, by its closed form."""
    plan, counts, panels = scenario.plan, scenario.counts, panels_of(scenario, view)
    skews = closed_skews(plan, counts)
    if skews is not None:
        closed = {"skews": skews, "counts": counts.counts[by_count(counts)].astype(np.float64)}
        panels[OVER_EPOCHS] = panels[OVER_EPOCHS]._replace(closed=closed)
    return {**panels, METRICS: tiles_of(scenario)}
