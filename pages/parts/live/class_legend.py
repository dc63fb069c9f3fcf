"""What the colours of the classes mean, as text that wraps where the page is narrow (its script: class_legend.js)."""

from __future__ import annotations

from pages.parts.live.browser_component import browser_component
from pages.parts.server.page_contents import page_contents
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures import Chart, compare_charts
from sampler_core.figures.class_series import series_of
from sampler_core.formatting import shortened

_legend = browser_component(
    "class_legend", '<ul class="class-legend" aria-label="Colours of the classes"></ul>', "live/class_legend.css",
    "live/class_legend.js",
)  # fmt: skip


def class_legend(counts: ClassCounts) -> None:
    """Show the legend. In a report, which has figures only, it is a figure."""
    page_contents().charts.append(
        Chart(
            "class-legend", "", compare_charts.class_legend(counts), height=compare_charts.class_legend_height(counts)
        )
    )
    legend_entries = [[shortened(one.label), one.colour, one.dash] for one in series_of(counts)]
    _legend(key="class-legend", data={"entries": legend_entries})
