"""Results -> figures, for pages, reports and notebooks alike.

The one contract here: a figure is plain data (`Figure.spec` has plotly's "data" and "layout"), says in words what it
shows (`alt`), and has a table of the same numbers (`table()`). Class names are data: never markup, never a template.
"""

from sampler_core.figures.batch_bars import batch_mix
from sampler_core.figures.class_series import class_rows, is_banded
from sampler_core.figures.epoch_curves import class_shares, share_map, skew_curve
from sampler_core.figures.epoch_metrics import Metric, class_numbers, metric_table, metrics
from sampler_core.figures.figure import Chart, Figure, to_json
from sampler_core.figures.one_epoch import planned_and_drawn, weight_beside_share

__all__ = [
    "Chart",
    "Figure",
    "Metric",
    "batch_mix",
    "class_numbers",
    "class_rows",
    "class_shares",
    "is_banded",
    "metric_table",
    "metrics",
    "planned_and_drawn",
    "share_map",
    "skew_curve",
    "to_json",
    "weight_beside_share",
]
