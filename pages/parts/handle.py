"""A slider for a number box: it types into the box while it is moved, so that the box alone holds the value.

NOTE one-value: two controls of Streamlit for one value overwrite each other when messages cross. The slider here has no
value of its own on the server; it shows the box's, tells the live panels where the hand is, and commits by typing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sampler_core.parameters import Parameter

_here = Path(__file__).parent
_handle = st.components.v2.component(
    "handle",
    html='<span class="handle-label" aria-hidden="true"></span><input type="range" class="handle">',
    css=(_here / "handle.css").read_text(encoding="utf-8"),
    js="".join((_here / name).read_text(encoding="utf-8") for name in ("hand.js", "handle.js")),
    isolate_styles=False,
)


def handle(row: Parameter, value: float | int | None, *, last: float | None = None, place: str = "side") -> None:
    """Mount the slider of a row; `last` cuts the stops off (the last epoch of a run)."""
    stops = [stop for stop in row.stops if last is None or stop <= last]
    _handle(
        key=f"{place}-handle-{row.key}",
        data={"key": row.key, "label": row.label, "stops": stops, "value": value, "even": not row.logarithmic},
    )
