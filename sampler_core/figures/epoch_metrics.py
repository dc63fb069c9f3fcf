"""The metrics of one epoch as texts, and a table of single classes."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.class_labels import class_in_words, distinct_labels
from sampler_core.figures.epoch_curves import epoch_table
from sampler_core.forecast.expectations import absence, coverage
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count, number, percent


class EpochMetric(NamedTuple):
    """value: the metric of the chosen epoch, as text; course: of every epoch, (epochs,); unit: "%" is a part, shown in
    percent; help: what it is, in a sentence."""

    label: str
    value: str
    note: str
    course: FloatArray
    help: str
    unit: str = "%"

    @property
    def part(self) -> bool:
        """Whether it is a part of a whole."""
        return self.unit == "%"

    def in_words(self, value: float) -> str:
        """A value with its unit."""
        return percent(value) if self.part else f"{number(value)} {self.unit}"


def epoch_metrics(forecast: Forecast, epoch: int) -> tuple[EpochMetric, ...]:
    """Share and repeats of the rarest class, batches without it, share ratio, unseen part of the largest class."""
    counts, draws = forecast.counts.counts, forecast.draws
    rarest, largest = forecast.counts.rarest, forecast.counts.largest
    names = [class_in_words(forecast.counts.names[c]) for c in (rarest, largest)]
    of_largest = forecast.shares[:, [largest]]
    share, ratio = forecast.shares[:, rarest], forecast.share_ratio
    repeats = draws.samples * share / counts[rarest]
    unseen = 1.0 - coverage(counts[[largest]], of_largest, draws)[:, 0]
    missing = absence(share, draws)

    def metric(label: str, note: str, course: FloatArray, help: str, unit: str = "%") -> EpochMetric:
        unvalued = EpochMetric(label, "", note, course, help, unit)
        return unvalued._replace(value=unvalued.in_words(float(course[epoch])))

    return (
        metric("Share of the rarest class", names[0], share,
               "The part of the draws of an epoch that are of the class with the fewest samples."),
        metric("Share ratio, largest to smallest", "1 : 1 is balanced", ratio,
               "The largest class share of an epoch over the smallest.", ": 1"),
        metric("Repeats of the rarest class", "of each sample, per epoch", repeats,
               "How often a sample of the rarest class is drawn in an epoch, on average.", "×"),
        metric("Unseen part of the largest class", f"{names[1]}, this epoch", unseen,
               "The expected part of its samples that an epoch never draws."),
        metric("Batches without the rarest class", "expected", missing,
               "The part of an epoch's batches that hold no sample of it."),
    )  # fmt: skip


def metric_table(metrics: tuple[EpochMetric, ...]) -> pd.DataFrame:
    """One row per epoch, one column per metric."""
    return epoch_table({m.label: m.course for m in metrics}, [m.label for m in metrics if m.part])


def class_table(forecast: Forecast, weights: FloatArray, positions: tuple[int, ...], epoch: int) -> pd.DataFrame:
    """Single classes as texts, one row each: shares, weight, repeats, coverage. weights: (epochs, num_classes)."""
    counts, last = forecast.counts, len(forecast.shares) - 1
    metrics_of = {
        label: {
            "samples": count(int(counts.counts[c])),
            f"share in epoch {epoch}": percent(float(forecast.shares[epoch, c])),
            f"share in epoch {last}, the last": percent(float(forecast.shares[last, c])),
            "class weight": percent(float(weights[epoch, c])),
            "repeats in this epoch": number(float(forecast.repeats[epoch, c])),
            "repeats in the run": number(float(forecast.run_repeats[c])),
            "seen in this epoch": percent(float(_coverage_of(forecast, c, epoch))),
            "seen in the run": percent(float(forecast.run_coverage[c])),
            "batches without it": percent(float(forecast.absence[epoch, c])),
        }
        for label, c in distinct_labels(counts.names, positions).items()
    }
    return pd.DataFrame.from_dict(metrics_of, orient="index").rename_axis("class")


def _coverage_of(forecast: Forecast, position: int, epoch: int) -> float:
    counts, shares = forecast.counts.counts[[position]], forecast.shares[: epoch + 1, [position]]
    return float(coverage(counts, shares, forecast.draws)[epoch, 0])
