"""The metrics of a chosen epoch, each with its course over the run."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.figure import class_in_words, distinct
from sampler_core.forecast.expectations import absence, coverage
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count, number, percent


class Metric(NamedTuple):
    """One metric. value: of the chosen epoch, as text; course: of every epoch, shape (epochs,).

    A `part` is a share of something, and read in percent.
    """

    label: str
    value: str
    note: str
    course: FloatArray
    part: bool = True


def metrics(forecast: Forecast, epoch: int) -> tuple[Metric, ...]:
    """Share of the rarest class, share ratio, its repeats, what the largest class leaves unseen, batches without it."""
    counts, draws = forecast.counts.counts, forecast.draws
    rarest, largest = rarest_and_largest(forecast)
    names = [class_in_words(forecast.counts.names[c]) for c in (rarest, largest)]
    of_largest = forecast.shares[:, [largest]]
    share, ratio = forecast.shares[:, rarest], forecast.share_ratio
    repeats = draws.samples * share / counts[rarest]
    unseen = 1.0 - coverage(counts[[largest]], of_largest, draws)[:, 0]
    missing = absence(share, draws)
    return (
        Metric("Share of the rarest class", percent(share[epoch]), names[0], share),
        Metric("Share ratio, largest to smallest", number(ratio[epoch]), "1 is balanced", ratio, False),
        Metric("Repeats of the rarest class", number(repeats[epoch]), "of each sample, per epoch", repeats, False),
        Metric("Unseen part of the largest class", percent(unseen[epoch]), f"{names[1]}, this epoch", unseen),
        Metric("Batches without the rarest class", percent(missing[epoch]), "expected", missing),
    )


def metric_table(found: tuple[Metric, ...]) -> pd.DataFrame:
    """The course of every metric: one row an epoch."""
    epochs = pd.RangeIndex(len(found[0].course), name="epoch")
    return pd.DataFrame({metric.label: metric.course for metric in found}, index=epochs)


def rarest_and_largest(forecast: Forecast) -> tuple[int, int]:
    """Positions of the class with the fewest samples (of those that have any) and of that with the most."""
    return forecast.counts.rarest, forecast.counts.largest


def class_numbers(forecast: Forecast, weights: FloatArray, positions: tuple[int, ...], epoch: int) -> pd.DataFrame:
    """The numbers of single classes, one row a class, as people read them. weights: (epochs, num_classes)."""
    counts, last = forecast.counts, len(forecast.shares) - 1
    rows = {
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
        for label, c in distinct(counts.names, positions).items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("class")


def _coverage_of(forecast: Forecast, position: int, epoch: int) -> float:
    counts, shares = forecast.counts.counts[[position]], forecast.shares[[epoch]][:, [position]]
    return float(coverage(counts, shares, forecast.draws)[0, 0])
