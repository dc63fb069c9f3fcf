"""The live panels and tiles of Explore for a scenario, from cached results, and its report, which plays the epochs."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from pages.parts.live.figure_panel import Panel
from pages.parts.live.metric_tiles import Tiles
from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import epoch_class_counts_of, forecast_of, preview_of
from pages.parts.sidebar.page_controls import batches_shown
from pages.parts.sidebar.scenario import Scenario
from sampler_core.exporting.plan_report import plan_report
from sampler_core.figures import explore_charts
from sampler_core.figures.class_series import NO_CLASS, SelectedClasses
from sampler_core.figures.expected_items import charts_of_tallies

FIRST, BELOW, METRICS = "first-figures", "figures-below", "metrics"


class ExploreView(NamedTuple):
    """How the panels of Explore are looked at. window: the chosen batches, (first, how many)."""

    followed: SelectedClasses
    logarithmic: bool
    window: tuple[int, int]


def panels_of(scenario: Scenario, view: ExploreView, batches: tuple[int, int]) -> dict[str, Panel]:
    """The figures of the first screen, and those below (`sampler_core.figures.explore_charts`).

    batches: what is shown of the view's window (`batches_shown`).
    """
    plan, counts, learner, epoch = scenario.plan, scenario.counts, scenario.learner, scenario.epoch
    followed = tuple(place if place < counts.num_classes else NO_CLASS for place in view.followed)
    forecast = forecast_of(plan, counts, learner)
    over_epochs = explore_charts.charts_over_epochs(
        forecast, forecast.class_weights, epoch, logarithmic=view.logarithmic, selected=followed,
        over_run=scenario.kind.is_mixture,
    )  # fmt: skip
    of_epoch = explore_charts.charts_of_epoch(
        plan, forecast, preview_of(plan, counts, learner, epoch, *batches),
        lambda: epoch_class_counts_of(plan, counts, learner, epoch), followed,
    )  # fmt: skip
    first, below = explore_charts.arranged(over_epochs, of_epoch)
    below = [*charts_of_tallies(scenario.tallies, forecast, epoch), *below]
    panel_rev = f"{scenario.rev}-{view.logarithmic}-{followed}-{batches[0]}-{batches[1]}"
    say = scenario.say
    return {FIRST: Panel.saying(say, panel_rev, first), BELOW: Panel.saying(say, panel_rev, below)}


def tiles_of(scenario: Scenario) -> Tiles:
    """The metric tiles of Explore."""
    return Tiles(forecast_of(scenario.plan, scenario.counts, scenario.learner), scenario.epoch, scenario.say)


def live_parts(scenario: Scenario, view: ExploreView) -> dict[str, Panel | Tiles]:
    """All of them, by their keys on the page, as they are asked for while a slider moves."""
    return {**panels_of(scenario, view, batches_shown(scenario, view.window)), METRICS: tiles_of(scenario)}


def offer_report(scenario: Scenario, view: ExploreView) -> None:
    """To Share, as the page's report. Its settings are those of this run: no control can be read during a download."""
    plan, counts, (first, batches) = scenario.plan, scenario.counts, view.window
    page_contents().report = partial(
        plan_report, plan, counts, unit=scenario.unit, epoch=scenario.epoch,
        first_batch=min(first, plan.num_batches(counts) - 1), shown_batches=batches, logarithmic=view.logarithmic,
        selected=view.followed, tallies=scenario.tallies, recalls=scenario.learner, say=scenario.say,
        over_run=scenario.kind.is_mixture,
    )  # fmt: skip
