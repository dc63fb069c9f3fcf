"""Plans side by side: every metric of every plan, at an epoch, on average, or in its worst epoch.

The one contract here: values are those of `metrics.METRICS` on the plan's own forecast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.metrics import Metric, columns, metric_of

WHEN = ("average over the run", "chosen epoch", "worst epoch")


class ComparedMetric(NamedTuple):
    """A metric of a comparison. metric: a name in `METRICS`; group: of which classes.

    better: "high", "low" or "" (neither is marked; the highest counts as the worst epoch's).
    """

    label: str
    metric: str
    group: str
    better: str

    @property
    def unit(self) -> str:
        """ "share" (to be shown as percent), "number" or "skew"."""
        return metric_of(self.metric).unit


COLUMNS = (
    ComparedMetric("Share of the rarest class", "share", "rarest", "high"),
    ComparedMetric("Share of the largest class", "share", "largest", ""),
    ComparedMetric("Share ratio", "share_ratio", "every", "low"),
    ComparedMetric("Balance", "balance", "every", "high"),
    ComparedMetric("Batches without the rarest class", "absence", "rarest", "low"),
    ComparedMetric("Classes in a batch", "classes_in_batch", "every", "high"),
    ComparedMetric("Most repeats per epoch", "repeats", "every", "low"),
    ComparedMetric("Most repeats per run", "run_repeats", "every", "low"),
    ComparedMetric("Largest class seen per epoch", "coverage", "largest", "high"),
    ComparedMetric("Largest class seen per run", "run_coverage", "largest", "high"),
    ComparedMetric("Distinct samples per epoch", "distinct", "every", "high"),
    ComparedMetric("Effective samples", "effective_samples", "every", "high"),
    ComparedMetric("Distance from the natural mix", "natural_distance", "every", ""),
)


class Comparison(NamedTuple):
    """values: float64, (plans, columns); best: bool, the same shape, where a plan is best and not all are alike."""

    names: tuple[str, ...]
    values: FloatArray
    best: BoolArray

    def less(self, base: int) -> FloatArray:
        """Differences from the plan in this place; where both are infinite, 0."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.nan_to_num(self.values - self.values[base], nan=0.0, posinf=np.inf, neginf=-np.inf))


def courses(forecast: Forecast) -> FloatArray:
    """Every column in every epoch; float64, (columns, epochs). Metrics of the run are the same in all of them."""
    shares = forecast.shares
    new = np.append(True, (shares[1:] != shares[:-1]).any(axis=1))  # equal epochs are computed once
    distinct, index = shares[new], np.cumsum(new) - 1
    return np.stack([_column_course(forecast, column, shares) if _depends_on_run(metric_of(column.metric))
                     else _column_course(forecast, column, distinct)[index] for column in COLUMNS])  # fmt: skip


def compared(names: tuple[str, ...], plan_courses: tuple[FloatArray, ...], when: str, epoch: int) -> Comparison:
    """The comparison of plans by their `courses`; when: one of `WHEN`."""
    if when not in WHEN:
        raise ValueError(f"when must be one of {', '.join(WHEN)}, got {when!r}")
    compared_values = np.stack([_column_summary(course, when, epoch) for course in plan_courses])
    return Comparison(names, compared_values, _best_of_column(compared_values))


def _column_course(forecast: Forecast, column: ComparedMetric, shares: FloatArray) -> FloatArray:
    metric, counts = metric_of(column.metric), forecast.counts
    column_values = metric.of_run(shares, counts, columns(counts, column.group), forecast.draws)
    return np.asarray(np.broadcast_to(metric.worst(column_values), shares.shape[:1]))


def _depends_on_run(metric: Metric) -> bool:
    return metric.scope == "run" or metric.in_run is not None


def _column_summary(course: FloatArray, when: str, epoch: int) -> FloatArray:
    if when == "chosen epoch":
        return np.asarray(course[:, epoch])
    if when == "average over the run":
        return np.asarray(course.mean(axis=1))
    high_is_better = np.array([column.better == "high" for column in COLUMNS])
    return np.asarray(np.where(high_is_better, course.min(axis=1), course.max(axis=1)))


def _best_of_column(values: FloatArray) -> BoolArray:
    better_sign = np.array([{"high": 1.0, "low": -1.0, "": 0.0}[column.better] for column in COLUMNS])
    with np.errstate(invalid="ignore"):
        signed_values = np.where(better_sign == 0.0, 0.0, values * better_sign)
    best_plans = signed_values >= signed_values.max(axis=0) - 1e-9 * np.abs(
        np.where(np.isfinite(values), values, 0.0)
    ).max(axis=0)
    return np.asarray(best_plans & (better_sign != 0.0) & ~best_plans.all(axis=0))
