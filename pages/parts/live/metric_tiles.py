"""A row of metrics, each with a spark-line, and a note where it is pointed at (its script: metric_tiles.js)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pages.parts.live.browser_component import browser_component
from sampler_core.data.vocabulary import CLASS_WORDS, Vocabulary
from sampler_core.figures import EpochMetric, epoch_metrics
from sampler_core.forecast.forecast import Forecast

_tiles_component = browser_component(
    "tiles", '<div class="tiles-box"><dl class="tiles"></dl></div>', "live/metric_tiles.css",
    "live/slider_state.js", "live/figure_requests.js", "live/metric_tiles.js",
)  # fmt: skip


class Tiles(NamedTuple):
    """The metrics of a forecast, in the words of its data; the dot on each spark-line is the chosen epoch."""

    forecast: Forecast
    epoch: int
    say: Vocabulary = CLASS_WORDS

    def metrics(self) -> tuple[EpochMetric, ...]:
        """What they show."""
        return epoch_metrics(self.forecast, self.epoch)

    def data(self) -> dict[str, Any]:
        """As their script reads them."""
        return {"tiles": [_tile_data(metric, self.epoch, self.say) for metric in self.metrics()]}


def tiles(key: str, content: Tiles) -> None:
    """Show them."""
    _tiles_component(key=key, data={"key": key, **content.data()})


def _tile_data(metric: EpochMetric, epoch: int, say: Vocabulary) -> dict[str, object]:
    course = np.where(np.isfinite(metric.course), metric.course, np.nan)
    if not metric.part and np.nanmin(course, initial=np.inf) > 0.0:
        course = np.log(course)  # ratios and repeats grow by factors: 1,000 would lie on the floor below 1e50
    low, high = np.nanmin(course, initial=np.inf), np.nanmax(course, initial=-np.inf)
    is_flat = not high - low > 1e-9 * abs(high)  # no line out of rounding errors
    spark_heights = np.full(course.size, 0.5) if is_flat else (course - low) / (high - low)
    spark_heights = np.nan_to_num(spark_heights, nan=1.0)
    note = f"{metric.help.removesuffix('.')} ({metric.note})."
    return {"label": say(metric.label), "value": metric.value, "note": say(note), "epoch": epoch,
            "heights": spark_heights.round(4).tolist()}  # fmt: skip
