"""Sliders for number boxes (their script: slider.js).

NOTE one-value: two controls of Streamlit for one value overwrite each other when messages cross. The slider here has no
value of its own on the server: it shows the box's, tells the live panels where it is, and sets the box's when it rests.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.live.browser_component import browser_component, sent
from pages.parts.text.words import in_words
from sampler_core.plans.parameters import Parameter

_sliders_component = browser_component(
    "sliders", '<div class="sliders"></div>', "live/slider.css",
    "live/slider_state.js", "live/figure_requests.js", "live/slider.js",
)  # fmt: skip


class Slider(NamedTuple):
    """The slider of a parameter at a value; `last` cuts its stops off (the last epoch of a run)."""

    parameter: Parameter
    value: float | int | None
    last: float | None = None

    def data(self) -> dict[str, object]:
        """What the script needs: all stops, or the first two and the last where they are even."""
        return {"key": self.parameter.key, "label": in_words(self.parameter.label), "value": self.value,
                "stops": _stops(self.parameter, self.last), "even": not self.parameter.logarithmic}  # fmt: skip


@lru_cache(256)
def _stops(parameter: Parameter, last: float | None) -> list[float]:
    stops = [stop for stop in parameter.stops if last is None or stop <= last]
    return stops if parameter.logarithmic else [*stops[:2], *stops[2:][-1:]]


def sliders(key: str, shown: Sequence[Slider]) -> None:
    """Mount sliders side by side. One that was moved sets the number box of its parameter, before the page runs."""
    parameters = {slider.parameter.key: slider.parameter for slider in shown}

    def set_moved() -> None:
        moved = sent(key, "moved") or {}
        if moved.get("key") in parameters:
            set_slider_box(parameters[moved["key"]], moved.get("value"))

    _sliders_component(key=key, data={"sliders": [slider.data() for slider in shown]}, on_moved_change=set_moved)


def set_slider_box(parameter: Parameter, slider_value: Any) -> None:
    """Give the number box of a parameter a value that a browser sent; one that it cannot have is left out."""
    with suppress(TypeError, ValueError, OverflowError):
        box_value = int(slider_value) if parameter.kind == "integer" else float(slider_value)
        parameter.check(box_value)
        st.session_state[parameter.key] = box_value
