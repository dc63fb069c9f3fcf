"""A click on a point of a chart -> a callback (its script: point_click.js)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_pick = st.components.v2.component(
    "pick",
    html="<span></span>",
    js=Path(__file__).with_name("point_click.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def pick(chart: str, on_pick: Callable[[float, float], None]) -> None:
    """Call `on_pick(x, y)` when a point of this chart is clicked."""
    key = f"pick-{chart}"

    def picked() -> None:
        point = st.session_state[key].get("picked")
        if point is not None:
            on_pick(float(point["x"]), float(point["y"]))

    _pick(key=key, data={"chart": chart}, on_picked_change=picked)
