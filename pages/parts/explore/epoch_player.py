"""Play and pause over the epochs (its script: epoch_player.js), and the frames that it plays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts.explore.explore_panels import METRICS
from pages.parts.live.browser_component import browser_component, sent
from pages.parts.live.figure_panel import Frames
from pages.parts.live.slider import set_slider_box
from pages.parts.server.result_cache import cached, forecast_of
from pages.parts.sidebar.scenario import Scenario
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures import epoch_metrics
from sampler_core.figures.class_series import SelectedClasses, series_of
from sampler_core.figures.expected_items import frames_of_tallies
from sampler_core.figures.plan_sentences import takeaway
from sampler_core.figures.weight_beside_share import weight_beside_share
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.formatting import several
from sampler_core.plans.parameters import EPOCH
from sampler_core.plans.plan import SamplingPlan

TEN_EPOCHS = 5.0  # seconds that ten epochs play; ten times as many play twice as long
FRAMES_FOR = "frames_for"  # the run that somebody plays
TAKEAWAY = "takeaway"  # among the frames: the sentence of each epoch
MOST_DRAWS, MOST_WEIGHTS = 20_000_000, 400_000


def epochs_per_second(epochs: int) -> float:
    """How fast a run plays: 10 epochs in 5 s, 100 in 10 s, 1,000 in 20 s."""
    return epochs / (TEN_EPOCHS * math.exp2(math.log10(epochs / 10)))


def run_of(scenario: Scenario) -> str:
    """A short name of what a scenario shows, whatever its epoch."""
    return scenario.rev.rpartition("-")[0]


def animation_frames(scenario: Scenario, first_batch: int, shown: int, followed: SelectedClasses) -> Frames | None:
    """The frames of a run that somebody plays. Batches are left out where they are too many.

    first_batch, shown: the batches of each epoch.
    """
    if st.session_state.get(FRAMES_FOR) != run_of(scenario):
        return None
    plan, counts, learner = scenario.plan, scenario.counts, scenario.learner
    frame_charts = _frame_charts(plan, counts, followed, learner, scenario.unit) | frames_of_tallies(
        scenario.tallies, forecast_of(plan, counts, learner)
    )
    if _played_draws(scenario, shown) <= MOST_DRAWS:
        frame_charts["batches"] = {"y": batch_frames(plan, counts, first_batch, shown, followed, learner)}
    return Frames(run_of(scenario), frame_charts)


def say_if_batches_are_left_out(scenario: Scenario, shown: int) -> None:
    """Where playing leaves the shown batches out: why, and what to do."""
    played = _played_draws(scenario, shown)
    if played <= MOST_DRAWS:
        return
    fewer = shown * MOST_DRAWS // played
    way = f"Show {several(fewer, 'batch', 'batches')} or fewer" if fewer else "Choose fewer epochs or a smaller batch"
    st.markdown(f"Play leaves the batches out: over all epochs they are too many draws. {way} to see them move too.")


@cached(4)
def batch_frames(
    plan: SamplingPlan, counts: ClassCounts, first_batch: int, num_batches: int, followed: SelectedClasses = (),
    learner: AssumedLearner | None = None,
) -> NDArray[np.unsignedinteger]:  # fmt: skip
    """The shown batches of every epoch, by the series of the figures: shape (epochs, series, num_batches)."""
    series, forecast = series_of(counts, followed), forecast_of(plan, counts, learner)
    frame_type = np.uint16 if plan.needed_batch_size < 2**16 else np.uint32
    frames = np.empty((plan.epochs or 1, len(series), num_batches), dtype=frame_type)
    for epoch, frame in enumerate(frames):
        preview = plan.preview(counts, epoch, first_batch, num_batches, forecast.state_at(epoch))
        epoch_batches = preview.batch_class_counts
        for row, one in zip(frame, series, strict=True):
            row[:] = epoch_batches[:, one.members].sum(axis=1)
    return frames


@cached(4)
def _frame_charts(
    plan: SamplingPlan, counts: ClassCounts, followed: SelectedClasses, learner: AssumedLearner, unit: str
) -> dict[str, dict[str, Any]]:
    forecast, epochs = forecast_of(plan, counts, learner), range(plan.epochs or 1)
    tiles = [(metric.in_words, metric.course.tolist()) for metric in epoch_metrics(forecast, 0)]
    tile_texts = [[in_words(course[epoch]) for in_words, course in tiles] for epoch in epochs]
    takeaways = [takeaway(forecast, epoch, unit) for epoch in epochs]
    frames: dict[str, dict[str, Any]] = {METRICS: {"value": tile_texts}, TAKEAWAY: {"text": takeaways}}
    if forecast.shares.size <= MOST_WEIGHTS:
        figures = [weight_beside_share(counts, forecast.class_weights, forecast.shares, e, followed) for e in epochs]
        traces = [figure.spec["data"] for figure in figures]
        ends = "x" if "text" in traces[0][0] else "y"
        frames["weights"] = {ends: np.array([[trace[ends] for trace in pair] for pair in traces], dtype=np.float32)}
        if ends == "x":
            frames["weights"]["text"] = [[trace["text"] for trace in pair] for pair in traces]
    return frames


def _played_draws(scenario: Scenario, shown: int) -> int:
    return (scenario.plan.epochs or 1) * shown * scenario.plan.needed_batch_size


_player = browser_component(
    "player", '<div class="player"></div>', "explore/epoch_player.css",
    "live/slider_state.js", "live/figure_requests.js", "explore/epoch_player.js",
)  # fmt: skip


def epoch_player(scenario: Scenario) -> None:
    """Play / pause and the speed. The frames of a run are asked for when somebody first plays it."""
    epochs = scenario.plan.epochs or 1
    data = {"epoch": scenario.epoch, "epochs": epochs, "rate": epochs_per_second(epochs), "run": run_of(scenario)}
    asked = _player(key="player", data=data, width="content", on_frames_for_change=lambda: None,
                    on_rested_change=_set_epoch)  # fmt: skip
    if asked.frames_for:
        st.session_state[FRAMES_FOR] = asked.frames_for


def _set_epoch() -> None:
    set_slider_box(EPOCH, sent("player", "rested"))
