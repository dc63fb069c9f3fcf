"""The metrics of one epoch as texts, and a table of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.class_labels import by_count, class_in_words, distinct_labels
from sampler_core.figures.epoch_curves import epoch_table
from sampler_core.figures.figure import with_shares
from sampler_core.forecast.expectations import absence, coverage
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import number, percent


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


def class_table(forecast: Forecast, epoch: int, positions: Sequence[int] | None = None) -> pd.DataFrame:
    """Classes, one row each: samples, repeats, shares, weight, coverage, absence. positions: of whom, else all, those
    with the most repeats in the epoch first."""
    counts, last = forecast.counts, len(forecast.shares) - 1
    rows = by_count(counts) if positions is None else np.array(positions)
    if positions is None:
        rows = rows[np.argsort(-forecast.repeats[epoch, rows], kind="stable")]
    seen = coverage(counts.counts[rows], forecast.shares[: epoch + 1, rows], forecast.draws)
    shares = {
        "share of the data": counts.frequencies[rows],
        f"share in epoch {epoch}": forecast.shares[epoch, rows],
        f"share in epoch {last}, the last": forecast.shares[last, rows],
        "class weight": forecast.class_weights[epoch, rows],
        "seen in this epoch": seen[epoch],
        "seen in the run": forecast.run_coverage[rows],
        "batches without it": forecast.absence[epoch, rows],
    }
    columns = {
        "samples": counts.counts[rows],
        "repeats in this epoch": forecast.repeats[epoch, rows],
        "repeats in the run": forecast.run_repeats[rows],
        **shares,
    }
    index = pd.Index(list(distinct_labels(counts.names, rows)), name="class")
    return with_shares(pd.DataFrame(columns, index=index), shares)
