"""Sliders for number boxes (their script: slider.js).

NOTE one-value: two controls of Streamlit for one value overwrite each other when messages cross. The slider here has no
value of its own on the server: it shows the box's, tells the live panels where it is, and sets the box's when it rests.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.live.browser_component import browser_component
from sampler_core.plans.parameters import Parameter

_sliders = browser_component(
    "sliders", '<div class="sliders"></div>', "live/slider.css",
    "live/slider_state.js", "live/figure_requests.js", "live/slider.js",
)  # fmt: skip


class Slider(NamedTuple):
    """The slider of a row at a value; `last` cuts its stops off (the last epoch of a run)."""

    row: Parameter
    value: float | int | None
    last: float | None = None

    def data(self) -> dict[str, object]:
        """What the script needs: all stops, or the first two and the last where they are even."""
        stops = [stop for stop in self.row.stops if self.last is None or stop <= self.last]
        even = not self.row.logarithmic
        if even:
            stops[2:-1] = []
        return {"key": self.row.key, "label": self.row.label, "stops": stops, "value": self.value, "even": even}


def sliders(key: str, shown: Sequence[Slider]) -> None:
    """Mount sliders side by side. One that was moved sets the control with its row's key, before the page runs."""
    rows = {slider.row.key: slider.row for slider in shown}

    def set_moved() -> None:
        moved = st.session_state[key].get("moved") or {}
        if moved.get("key") in rows:
            set_control(rows[moved["key"]], moved.get("value"))

    _sliders(key=key, data={"sliders": [slider.data() for slider in shown]}, on_moved_change=set_moved)


def set_control(row: Parameter, value: Any) -> None:
    """Give the number box of a row a value that a browser sent; one that it cannot have is left out."""
    with suppress(TypeError, ValueError, OverflowError):
        number = int(value) if row.kind == "integer" else float(value)
        row.check(number)
        st.session_state[row.key] = number
