"""Play and pause over the epochs (its script: player.js), and the draws of all epochs for it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.cached import frames_of
from pages.parts.live_panel import Frames
from pages.parts.scenario import Scenario
from sampler_core.figures.series import Followed

WANTED, MOST_DRAWS = "frames_wanted", 20_000_000
_here = Path(__file__).parent
_player = st.components.v2.component(
    "player",
    html='<div class="player"></div>',
    css=(_here / "player.css").read_text(encoding="utf-8"),
    js="".join((_here / name).read_text(encoding="utf-8") for name in ("hand.js", "player.js")),
    isolate_styles=False,
)


def player(scenario: Scenario) -> None:
    """Play / pause and the speed. The draws of all epochs are asked for when somebody first plays."""
    epochs = scenario.plan.epochs or 1
    drawn = scenario.plan.adaptive is None
    data = {"epoch": scenario.epoch, "epochs": epochs, "run": _run(scenario), "drawn": drawn}
    asked = _player(key="player", data=data, width="content", on_wanted_change=lambda: None)
    if asked.wanted:
        st.session_state[WANTED] = asked.wanted


def wanted_frames(scenario: Scenario, first: int, shown: int, followed: Followed) -> Frames | None:
    """The shown batches of every epoch, once they are asked for and where they are not too many."""
    plan = scenario.plan
    draws = (plan.epochs or 1) * shown * plan.needed_batch_size
    if st.session_state.get(WANTED) != _run(scenario) or draws > MOST_DRAWS:
        return None
    return Frames(_run(scenario), frames_of(plan, scenario.counts, first, shown, followed))


def _run(scenario: Scenario) -> str:
    return scenario.rev.rpartition("-")[0]
