"""What the colours of the classes mean, as text that wraps where the page is narrow (its script: class_legend.js)."""

from __future__ import annotations

import pandas as pd

from pages.parts.live.browser_component import browser_component
from pages.parts.server.page_contents import page_contents
from pages.parts.text.words import in_words
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures import Chart, Figure
from sampler_core.figures.class_series import series_of
from sampler_core.figures.legend import LEGEND, legend_text, phone_legend_height
from sampler_core.figures.plot_layout import layout
from sampler_core.formatting import shortened

_legend = browser_component(
    "class_legend", '<ul class="class-legend" aria-label="Colours in the figures"></ul>', "live/class_legend.css",
    "live/class_legend.js",
)  # fmt: skip


def class_legend(counts: ClassCounts) -> None:
    """Show the legend. In a report, which has figures only, it is a figure."""
    page_contents().charts.append(
        Chart("class-legend", "", class_legend_figure(counts), height=class_legend_height(counts))
    )
    legend_entries = [[shortened(in_words(one.label)), one.colour, one.dash] for one in series_of(counts)]
    _legend(key="class-legend", data={"entries": legend_entries})


def class_legend_figure(counts: ClassCounts) -> Figure:
    """The colours of the classes: a legend without a plot. Its height: `class_legend_height`."""
    series = series_of(counts)
    strokes = [
        {"type": "scatter", "mode": "lines", "name": legend_text(one.label), "x": [None], "y": [None],
         "line": {"color": one.colour, "width": 3, "dash": one.dash}, "hoverinfo": "skip", "showlegend": True}
        for one in series
    ]  # fmt: skip
    no_axis = {"visible": False, "fixedrange": True}
    legend = LEGEND | {"itemclick": False, "itemdoubleclick": False}
    spec = {"data": strokes, "layout": layout(
        xaxis=no_axis, yaxis=no_axis, showlegend=True, legend=legend, uirevision=str(len(series)),
    )}  # fmt: skip
    colours = {one.label: one.colour for one in series}
    table = pd.Series(colours, name="colour").rename_axis("class").to_frame
    return Figure(spec, f"Colours of the classes: {', '.join(colours)}.", table)


def class_legend_height(counts: ClassCounts) -> int:
    """Pixels of `class_legend_figure` on a phone."""
    return phone_legend_height([legend_text(one.label) for one in series_of(counts)])
