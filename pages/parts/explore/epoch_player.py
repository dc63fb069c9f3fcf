"""Play and pause over the epochs (its script: epoch_player.js), and the draws of all epochs for it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.live.figure_panel import Frames
from pages.parts.server.result_cache import frames_of
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures.class_series import SelectedClasses
from sampler_core.formatting import several

WANTED, MOST_DRAWS = "frames_wanted", 20_000_000
_here = Path(__file__).parent
_player = st.components.v2.component(
    "player",
    html='<div class="player"></div>',
    css=(_here / "epoch_player.css").read_text(encoding="utf-8"),
    js="".join((_here / name).read_text(encoding="utf-8") for name in ("../live/drag_state.js", "epoch_player.js")),
    isolate_styles=False,
)


def player(scenario: Scenario, shown: int) -> None:
    """Play / pause and the speed. The draws of all epochs are asked for when somebody first plays.

    shown: how many batches of each epoch are shown; 0 where they cannot be known.
    """
    draws, epochs = _draws(scenario, shown), scenario.plan.epochs or 1
    data = {"epoch": scenario.epoch, "epochs": epochs, "run": _run(scenario), "drawn": 0 < draws <= MOST_DRAWS}
    asked = _player(key="player", data=data, width="content", on_wanted_change=lambda: None)
    if asked.wanted:
        st.session_state[WANTED] = asked.wanted


def say_if_batches_stand(scenario: Scenario, shown: int) -> None:
    """Where playing leaves the shown batches out: why, and what to do."""
    draws = _draws(scenario, shown)
    if draws <= MOST_DRAWS:
        return
    fewer = shown * MOST_DRAWS // draws
    way = f"Show {several(fewer, 'batch', 'batches')} or fewer" if fewer else "Choose fewer epochs or a smaller batch"
    st.markdown(f"Play leaves the batches out: over all epochs they are too many draws. {way} to see them move too.")


def wanted_frames(scenario: Scenario, first: int, shown: int, followed: SelectedClasses) -> Frames | None:
    """The shown batches of every epoch, once they are asked for and where they are not too many."""
    if st.session_state.get(WANTED) != _run(scenario) or _draws(scenario, shown) > MOST_DRAWS:
        return None
    return Frames(_run(scenario), frames_of(scenario.plan, scenario.counts, first, shown, followed))


def _draws(scenario: Scenario, shown: int) -> int:
    return (scenario.plan.epochs or 1) * shown * scenario.plan.needed_batch_size


def _run(scenario: Scenario) -> str:
    return scenario.rev.rpartition("-")[0]
