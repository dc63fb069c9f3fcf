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


class Column(NamedTuple):
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
    Column("Share of the rarest class", "share", "rarest", "high"),
    Column("Share of the largest class", "share", "largest", ""),
    Column("Share ratio", "share_ratio", "every", "low"),
    Column("Balance", "balance", "every", "high"),
    Column("Batches without the rarest class", "absence", "rarest", "low"),
    Column("Classes in a batch", "classes_in_batch", "every", "high"),
    Column("Most repeats per epoch", "repeats", "every", "low"),
    Column("Most repeats per run", "run_repeats", "every", "low"),
    Column("Largest class seen per epoch", "coverage", "largest", "high"),
    Column("Largest class seen per run", "run_coverage", "largest", "high"),
    Column("Distinct samples per epoch", "distinct", "every", "high"),
    Column("Effective samples", "effective_samples", "every", "high"),
    Column("Distance from the natural mix", "natural_distance", "every", ""),
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
    return np.stack([_course(forecast, column, shares) if _depends_on_run(metric_of(column.metric))
                     else _course(forecast, column, distinct)[index] for column in COLUMNS])  # fmt: skip


def compared(names: tuple[str, ...], plans: tuple[FloatArray, ...], when: str, epoch: int) -> Comparison:
    """The comparison of plans by their `courses`; when: one of `WHEN`."""
    if when not in WHEN:
        raise ValueError(f"when must be one of {', '.join(WHEN)}, got {when!r}")
    values = np.stack([_summary(course, when, epoch) for course in plans])
    return Comparison(names, values, _best(values))


def _course(forecast: Forecast, column: Column, shares: FloatArray) -> FloatArray:
    metric, counts = metric_of(column.metric), forecast.counts
    values = metric.of_run(shares, counts, columns(counts, column.group), forecast.draws)
    return np.asarray(np.broadcast_to(metric.worst(values), shares.shape[:1]))


def _depends_on_run(metric: Metric) -> bool:
    return metric.scope == "run" or metric.in_run is not None


def _summary(course: FloatArray, when: str, epoch: int) -> FloatArray:
    if when == "chosen epoch":
        return np.asarray(course[:, epoch])
    if when == "average over the run":
        return np.asarray(course.mean(axis=1))
    high = np.array([column.better == "high" for column in COLUMNS])
    return np.asarray(np.where(high, course.min(axis=1), course.max(axis=1)))


def _best(values: FloatArray) -> BoolArray:
    sign = np.array([{"high": 1.0, "low": -1.0, "": 0.0}[column.better] for column in COLUMNS])
    with np.errstate(invalid="ignore"):
        towards = np.where(sign == 0.0, 0.0, values * sign)
    best = towards >= towards.max(axis=0) - 1e-9 * np.abs(np.where(np.isfinite(values), values, 0.0)).max(axis=0)
    return np.asarray(best & (sign != 0.0) & ~best.all(axis=0))
