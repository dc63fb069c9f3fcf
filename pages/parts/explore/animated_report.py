"""Explore's report plays the epochs."""

from __future__ import annotations

from functools import partial

from pages.parts.explore.explore_panels import View
from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.scenario import Scenario
from sampler_core.exporting.plan_report import plan_report


def offer_report(scenario: Scenario, view: View) -> None:
    """To Share, as the page's report. Its settings are those of this run: no control can be read during a download."""
    plan, counts, (first, batches) = scenario.plan, scenario.counts, view.window
    page_contents().report = partial(
        plan_report, plan, counts, unit=scenario.unit, epoch=scenario.epoch,
        first_batch=min(first, plan.num_batches(counts) - 1), shown_batches=batches, logarithmic=view.logarithmic,
        selected=view.followed,
    )  # fmt: skip
