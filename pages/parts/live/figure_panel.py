"""A panel of figures that update in place (its script: figure_panel.js)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pages.parts.live.browser_component import browser_component
from pages.parts.server.page_contents import page_contents
from pages.parts.server.page_files import PLOTLY_SRC
from sampler_core.data.vocabulary import Vocabulary
from sampler_core.figures import Chart, to_json
from sampler_core.figures.rewording import reworded_chart

_panel_component = browser_component(
    "live_panel", '<div class="panel-box"><div class="panel"></div></div>', "live/figure_panel.css",
    "live/slider_state.js", "live/figure_requests.js", "live/draw_queue.js", "live/figure_data.js",
    "live/epoch_frames.js", "live/figure_panel.js",
)  # fmt: skip


class Panel(NamedTuple):
    """The charts of a panel. rev: a short name of the state that they show."""

    rev: str
    charts: list[Chart]

    @classmethod
    def saying(cls, say: Vocabulary, rev: str, charts: list[Chart]) -> Panel:
        """With all text of the charts in these words."""
        return cls(rev, [reworded_chart(chart, say) for chart in charts])

    def data(self) -> dict[str, Any]:
        """As the panel's script reads them."""
        return {"rev": self.rev, "charts": [_chart_data(chart) for chart in self.charts]}


class Frames(NamedTuple):
    """What changes while the epochs of a run play.

    charts: chart id -> attribute of plotly's traces -> its values, epochs first, then traces; "metrics" -> "value" -> a
    text for each epoch and tile; "takeaway" -> "text" -> a sentence for each epoch.
    """

    run: str
    charts: dict[str, dict[str, Any]]


def live_panel(
    key: str,
    panel: Panel,
    *,
    ticket: dict[str, Any] | None = None,
    frames: Frames | None = None,
    on_click: Callable[[], None] = lambda: None,
) -> None:
    """Show these charts; the panel carries their `rev` as data-rev once it is drawn.

    ticket: by which the panels of a page follow a slider (`figure_ticket`); the page's first panel brings it, and the
    frames. on_click: called when a figure is clicked; the panel's `clicked` then is {"chart", "curve", "point",
    "x", "y"}.
    """
    page_contents().charts.extend(panel.charts)
    panel_data = {"key": key, "src": PLOTLY_SRC, **panel.data()}
    if ticket is not None:
        panel_data["ticket"] = to_json(ticket)
    if frames is not None:
        panel_data["frames"] = to_json(frames._asdict())
    _panel_component(key=key, data=panel_data, on_clicked_change=on_click)


def _chart_data(chart: Chart) -> dict[str, Any]:
    spec = chart.figure.spec
    if chart.id == "map":  # the script makes its colours of what it shows
        spec = {**spec, "data": [{key: trace[key] for key in trace if key != "z"} for trace in spec["data"]]}
    return {**chart._asdict(), "figure": None, "alt": chart.figure.alt, "spec": to_json(spec)}
