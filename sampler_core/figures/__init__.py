"""Results -> figures, for pages, reports and notebooks alike.

The one contract here: a figure is plain data (`Figure.spec` has plotly's "data" and "layout"), says in words what it
shows (`alt`), and has a table of the same numbers (`table()`). Class names are data: never markup, never a template.
"""

from sampler_core.figures.class_series import is_banded
from sampler_core.figures.draw_charts import batch_mix, planned_and_drawn
from sampler_core.figures.epoch_curves import class_shares, skew_curve
from sampler_core.figures.epoch_metrics import EpochMetric, class_table, epoch_metrics, metric_table
from sampler_core.figures.figure import Chart, Figure, to_json
from sampler_core.figures.rows_and_ranks import class_rows
from sampler_core.figures.share_map import share_map
from sampler_core.figures.weight_beside_share import weight_beside_share

__all__ = [
    "Chart", "EpochMetric", "Figure", "batch_mix", "class_rows", "class_shares", "class_table", "epoch_metrics",
    "is_banded", "metric_table", "planned_and_drawn", "share_map", "skew_curve", "to_json", "weight_beside_share",
]  # fmt: skip
