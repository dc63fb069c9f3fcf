"""A panel of figures that update in place (its script: live_panel.js)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from sampler_core.figures import Figure, to_json

PLOTLY_SRC = "/assets/plotly.min.js"
_here = Path(__file__).parent
_panel = st.components.v2.component(
    "live_panel",
    html='<div class="panel-box"><div class="panel"></div></div>',
    css=(_here / "live_panel.css").read_text(encoding="utf-8"),
    js=(_here / "live_panel.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def row_height(rows: int, otherwise: int) -> int:
    """Pixels for a figure with so many rows of bars; `otherwise` where it has none."""
    return 90 + 26 * rows if rows else otherwise


class Chart(NamedTuple):
    """A figure and its place in a panel. `span`: columns out of 12; a lower `rank` is drawn earlier."""

    id: str
    title: str
    figure: Figure
    note: str = ""
    span: int = 12
    height: int = 320
    rank: int = 1


def live_panel(key: str, charts: list[Chart], rev: str) -> None:
    """Show these charts. `rev` names the state that they show; the panel carries it as data-rev once it is drawn."""
    sent = [
        {**chart._asdict(), "figure": None, "alt": chart.figure.alt, "spec": to_json(chart.figure.spec)}
        for chart in charts
    ]
    _panel(key=key, data={"key": key, "charts": sent, "src": PLOTLY_SRC, "rev": rev})
