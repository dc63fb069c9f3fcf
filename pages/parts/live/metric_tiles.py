"""A row of figures of merit, each with a spark-line (its script: metric_tiles.js)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from sampler_core.figures import Merit, merits
from sampler_core.forecast.forecast import Outlook

MOST_POINTS = 120
_here = Path(__file__).parent
_tiles = st.components.v2.component(
    "tiles",
    html='<div class="tiles-box"><dl class="tiles"></dl></div>',
    css=(_here / "metric_tiles.css").read_text(encoding="utf-8"),
    js="".join(
        (_here / name).read_text(encoding="utf-8")
        for name in ("number_format.js", "drag_state.js", "figure_requests.js", "metric_tiles.js")
    ),
    isolate_styles=False,
)


class Tiles(NamedTuple):
    """The figures of merit of an outlook; the dot on each spark-line is the chosen epoch."""

    outlook: Outlook
    epoch: int

    def merits(self) -> tuple[Merit, ...]:
        """What they show."""
        return merits(self.outlook, self.epoch)

    def data(self) -> dict[str, Any]:
        """As their script reads them."""
        return {"tiles": [_sent(merit, self.epoch) for merit in self.merits()]}


def tiles(key: str, shown: Tiles) -> None:
    """Show them."""
    _tiles(key=key, data={"key": key, **shown.data()})


def _sent(merit: Merit, epoch: int) -> dict[str, object]:
    course = np.where(np.isfinite(merit.course), merit.course, np.nan)
    low, high = np.nanmin(course, initial=np.inf), np.nanmax(course, initial=-np.inf)
    heights = (course - low) / (high - low) if high > low else np.full(course.size, 0.5)
    heights = np.nan_to_num(heights, nan=1.0)
    shown = np.unique(np.linspace(0, course.size - 1, min(course.size, MOST_POINTS)).round().astype(int))
    along = shown / max(course.size - 1, 1)
    return {
        "label": merit.label, "value": merit.value, "note": merit.note,
        "points": np.stack([along, heights[shown]], axis=1).round(4).tolist(),
        "epoch": epoch, "part": merit.part,
        "heights": heights.round(4).tolist(), "course": [float(f"{v:.4g}") for v in np.nan_to_num(course)],
    }  # fmt: skip
