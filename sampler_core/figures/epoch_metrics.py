"""The figures of merit of a chosen epoch, each with its course over the run."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sampler_core.data.class_counts import FloatArray
from sampler_core.figures.figure import class_in_words, distinct
from sampler_core.forecast.expectations import absence, coverage
from sampler_core.forecast.forecast import Outlook
from sampler_core.formatting import count, number, percent


class Merit(NamedTuple):
    """One figure of merit. value: of the chosen epoch, as text; course: of every epoch, shape (epochs,).

    A `part` is a share of something, and read in percent.
    """

    label: str
    value: str
    note: str
    course: FloatArray
    part: bool = True


def merits(outlook: Outlook, epoch: int) -> tuple[Merit, ...]:
    """Share of the rarest class, share ratio, its repeats, what the largest class leaves unseen, batches without it."""
    counts, draws = outlook.counts.counts, outlook.draws
    rarest, largest = rarest_and_largest(outlook)
    names = [class_in_words(outlook.counts.names[c]) for c in (rarest, largest)]
    of_largest = outlook.shares[:, [largest]]
    share, ratio = outlook.shares[:, rarest], outlook.share_ratio
    repeats = draws.samples * share / counts[rarest]
    unseen = 1.0 - coverage(counts[[largest]], of_largest, draws)[:, 0]
    missing = absence(share, draws)
    return (
        Merit("Share of the rarest class", percent(share[epoch]), names[0], share),
        Merit("Share ratio, largest to smallest", number(ratio[epoch]), "1 is balanced", ratio, False),
        Merit("Repeats of the rarest class", number(repeats[epoch]), "of each sample, per epoch", repeats, False),
        Merit("Unseen part of the largest class", percent(unseen[epoch]), f"{names[1]}, this epoch", unseen),
        Merit("Batches without the rarest class", percent(missing[epoch]), "expected", missing),
    )


def merit_table(found: tuple[Merit, ...]) -> pd.DataFrame:
    """The course of every figure of merit: one row an epoch."""
    epochs = pd.RangeIndex(len(found[0].course), name="epoch")
    return pd.DataFrame({merit.label: merit.course for merit in found}, index=epochs)


def rarest_and_largest(outlook: Outlook) -> tuple[int, int]:
    """Positions of the class with the fewest samples (of those that have any) and of that with the most."""
    return outlook.counts.rarest, outlook.counts.largest


def class_numbers(outlook: Outlook, weights: FloatArray, positions: tuple[int, ...], epoch: int) -> pd.DataFrame:
    """The numbers of single classes, one row a class, as people read them. weights: (epochs, num_classes)."""
    counts, last = outlook.counts, len(outlook.shares) - 1
    rows = {
        label: {
            "samples": count(int(counts.counts[c])),
            f"share in epoch {epoch}": percent(float(outlook.shares[epoch, c])),
            f"share in epoch {last}, the last": percent(float(outlook.shares[last, c])),
            "class weight": percent(float(weights[epoch, c])),
            "repeats in this epoch": number(float(outlook.repeats[epoch, c])),
            "repeats in the run": number(float(outlook.run_repeats[c])),
            "seen in this epoch": percent(float(_coverage_of(outlook, c, epoch))),
            "seen in the run": percent(float(outlook.run_coverage[c])),
            "batches without it": percent(float(outlook.absence[epoch, c])),
        }
        for label, c in distinct(counts.names, positions).items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("class")


def _coverage_of(outlook: Outlook, position: int, epoch: int) -> float:
    counts, shares = outlook.counts.counts[[position]], outlook.shares[[epoch]][:, [position]]
    return float(coverage(counts, shares, outlook.draws)[0, 0])
