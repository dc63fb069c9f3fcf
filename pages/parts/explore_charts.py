"""The charts of Explore for the scenario of a run, from results that are kept."""

from __future__ import annotations

from pages.parts.cached import epoch_class_counts_of, outlook_of, preview_of, weights_of
from pages.parts.scenario import Scenario
from sampler_core.figures import explore
from sampler_core.figures.figure import Chart
from sampler_core.figures.series import Followed


def charts_over_epochs(scenario: Scenario, followed: Followed, logarithmic: bool) -> list[Chart]:
    """Those of all epochs; `sampler_core.figures.explore` says which."""
    plan, counts = scenario.plan, scenario.counts
    return explore.charts_over_epochs(
        outlook_of(plan, counts), weights_of(plan, counts), scenario.epoch, logarithmic=logarithmic, followed=followed
    )


def charts_of_epoch(scenario: Scenario, followed: Followed, first: int, shown: int) -> list[Chart]:
    """Those of the chosen epoch, with this window of batches."""
    plan, counts, epoch = scenario.plan, scenario.counts, scenario.epoch
    preview = preview_of(plan, counts, epoch, first, shown)
    return explore.charts_of_epoch(
        plan, outlook_of(plan, counts), preview, lambda: epoch_class_counts_of(plan, counts, epoch), followed
    )
