"""A panel of figures that update in place (its script: figure_panel.js)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts.server.page_contents import shown
from sampler_core.data.array_types import FloatArray
from sampler_core.figures import Chart, to_json
from sampler_core.figures.figure import Spec

PLOTLY_SRC = "/assets/plotly.min.js"
_here = Path(__file__).parent
_SCRIPTS = (
    "drag_state.js",
    "number_format.js",
    "preview.js",
    "figure_requests.js",
    "draw_queue.js",
    "plot_overlay.js",
    "canvas_heatmap.js",
    "canvas_sketch.js",
    "figure_panel.js",
)
_panel = st.components.v2.component(
    "live_panel",
    html='<div class="panel-box"><div class="panel"></div></div>',
    css=(_here / "figure_panel.css").read_text(encoding="utf-8"),
    js="".join((_here / name).read_text(encoding="utf-8") for name in _SCRIPTS),
    isolate_styles=False,
)


class Frames(NamedTuple):
    """The shown batches of every epoch: samples of each series, shape (epochs, series, batches). `of`: their run."""

    of: str
    rows: NDArray[np.unsignedinteger]


class Panel(NamedTuple):
    """The charts of a panel. rev: a short name of the state that they show.

    closed: the "skews" of the epochs and the "counts" of the classes, largest first, that the cells of a map of shares
    follow from. With these the map is sent without its cells, and the panel shows it as a preview.
    """

    rev: str
    charts: list[Chart]
    closed: dict[str, FloatArray] | None = None

    def data(self) -> dict[str, Any]:
        """As the panel's script reads them."""
        return {"rev": self.rev, "charts": [_sent(chart, self.closed) for chart in self.charts]}


def live_panel(
    key: str,
    panel: Panel,
    *,
    moves: dict[str, Any] | None = None,
    follow: bool = False,
    frames: Frames | None = None,
    on_pick: Callable[[], None] = lambda: None,
) -> None:
    """Show these charts; the panel carries their `rev` as data-rev once it is drawn.

    moves: what a page's panels need to follow a slider (`moves.moves_of`); given to the first, the others say `follow`.
    frames: what it needs to play the batches.
    on_pick: called when a class is clicked; its rank among the class counts is the panel's `picked`.
    """
    shown().charts.extend(panel.charts)
    data = {"key": key, "src": PLOTLY_SRC, **panel.data()}
    data["follow"] = follow or moves is not None
    if moves is not None:
        data["moves"] = to_json(moves)
    if frames is not None:
        epochs, _, batches = frames.rows.shape
        packed = {"rows": frames.rows.reshape(epochs, -1), "batches": batches}
        data |= {"frames": to_json(packed), "framesOf": frames.of}
    _panel(key=key, data=data, on_picked_change=on_pick)


def _sent(chart: Chart, closed: dict[str, FloatArray] | None) -> dict[str, Any]:
    spec = chart.figure.spec
    if chart.id == "map":
        spec = {**spec, "data": [_lean(trace, closed) for trace in spec["data"]]}
    return {**chart._asdict(), "figure": None, "alt": chart.figure.alt, "spec": to_json(spec)}


def _lean(cells: Spec, closed: dict[str, FloatArray] | None) -> Spec:
    """The trace of a map without its colours, that are made of what they show; without that too where it is closed."""
    made = ("z",) if closed is None else ("z", "customdata")
    return {key: value for key, value in cells.items() if key not in made} | ({"closed": closed} if closed else {})
