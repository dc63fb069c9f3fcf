"""The charts of Explore: what each shows, its title, its words and its place."""

from __future__ import annotations

from pages.parts import cached, words
from pages.parts.live_panel import Chart, row_height
from pages.parts.scenario import Scenario
from sampler_core import figures

Followed = tuple[int, ...]
WEIGHTS = "The weight is one sample's, the share is its whole class's: what a batch sees. They are not the same."


def charts_over_epochs(scenario: Scenario, followed: Followed, logarithmic: bool) -> list[Chart]:
    """Class shares, the skew, every class as a map where they are many, weights beside shares."""
    plan, counts, epoch = scenario.plan, scenario.counts, scenario.epoch
    outlook = cached.outlook_of(plan, counts)
    shares = figures.class_shares(counts, outlook.shares, epoch, logarithmic=logarithmic, followed=followed)
    charts = [
        Chart("shares", "Class share over epochs", shares, "The chance that one draw is of the class.", 8, 340, 0)
    ]
    if outlook.skews is not None:
        skew, note = (
            figures.skew_curve(outlook.skews, outlook.crossover, epoch),
            "0 natural, 1 class-balanced, above 1 reversed.",
        )
        charts.append(Chart("skew", "Skew over epochs", skew, note, 4, 340, 1))
    if figures.is_banded(counts):
        share_map = figures.share_map(counts, outlook.shares, epoch, followed)
        charts.append(
            Chart("map", "Share of every class", share_map, "One row a class; colour is the share.", 12, 420, 3)
        )
    weights = figures.weight_beside_share(
        counts, cached.weights_of(plan, counts)[epoch], outlook.shares[epoch], followed
    )
    height = row_height(figures.class_rows(counts), 340)
    charts.append(Chart("weights", f"Class weight beside class share, epoch {epoch}", weights, WEIGHTS, 12, height, 2))
    return charts


def charts_of_epoch(scenario: Scenario, followed: Followed, first: int, shown: int) -> list[Chart]:
    """The batches as they will be drawn, and planned against drawn."""
    plan, counts, epoch = scenario.plan, scenario.counts, scenario.epoch
    preview = cached.preview_of(plan, counts, epoch, first, shown)
    drawn, num_draws, which = cached.drawn_of(plan, counts, epoch, preview)
    spread = cached.spread_of(plan, counts, epoch, num_draws)
    mix, off = figures.batch_mix(preview, followed), figures.planned_and_drawn(counts, spread, drawn, followed)
    height = max(380, row_height(figures.class_rows(counts), 380))
    return [
        Chart("batches", f"Batches {first} to {first + shown - 1}", mix, words.batches_note(scenario), 7, height, 2),
        Chart("drawn", f"Planned against drawn, {which}", off, words.law_note(scenario), 5, height, 3),
    ]
