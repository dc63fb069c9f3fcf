"""Play and pause over the epochs (its script: epoch_player.js)."""

from __future__ import annotations

import streamlit as st

from pages.parts.explore.animation_frames import FRAMES_FOR, run_of
from pages.parts.live.browser_component import browser_component
from pages.parts.live.slider import set_control
from pages.parts.sidebar.scenario import Scenario
from sampler_core.plans.parameters import EPOCH

_player = browser_component(
    "player", '<div class="player"></div>', "explore/epoch_player.css",
    "live/slider_state.js", "live/figure_requests.js", "explore/epoch_player.js",
)  # fmt: skip


def epoch_player(scenario: Scenario) -> None:
    """Play / pause and the speed. The frames of a run are asked for when somebody first plays it."""
    data = {"epoch": scenario.epoch, "epochs": scenario.plan.epochs or 1, "run": run_of(scenario)}
    asked = _player(key="player", data=data, width="content", on_frames_for_change=lambda: None,
                    on_rested_change=_set_epoch)  # fmt: skip
    if asked.frames_for:
        st.session_state[FRAMES_FOR] = asked.frames_for


def _set_epoch() -> None:
    set_control(EPOCH, st.session_state["player"].get("rested"))
