"""Sliders for number boxes: one types into its box while it is moved, so that the box alone holds the value.

NOTE one-value: two controls of Streamlit for one value overwrite each other when messages cross. The slider here has no
value of its own on the server; it shows the box's, tells the live panels where the hand is, and commits by typing.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from sampler_core.plans.parameters import Parameter

_here = Path(__file__).parent
_handles = st.components.v2.component(
    "handles",
    html='<div class="handles"></div>',
    css=(_here / "slider.css").read_text(encoding="utf-8"),
    js="".join(
        (_here / name).read_text(encoding="utf-8") for name in ("drag_state.js", "figure_requests.js", "slider.js")
    ),
    isolate_styles=False,
)


class Handle(NamedTuple):
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


def handles(key: str, *sliders: Handle) -> None:
    """Mount sliders side by side."""
    _handles(key=key, data={"sliders": [slider.data() for slider in sliders]})
