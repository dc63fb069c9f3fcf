"""A click on a point of a chart -> a callback (its script: point_click.js)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_point_click = st.components.v2.component(
    "point_click",
    html="<span></span>",
    js=Path(__file__).with_name("point_click.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def on_point_click(chart: str, call: Callable[[float, float], None]) -> None:
    """Call `call(x, y)` when a point of this chart is clicked."""
    key = f"click-{chart}"

    def clicked() -> None:
        point = st.session_state[key].get("clicked")
        if point is not None:
            call(float(point["x"]), float(point["y"]))

    _point_click(key=key, data={"chart": chart}, on_clicked_change=clicked)
