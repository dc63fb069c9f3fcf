"""Slow calls of the core, kept for a while: keyed by frozen values, bounded, shared by all visits.

NOTE plain-cache: `functools.lru_cache` compares keys by equality and hands out the very same result; Streamlit's data
cache would serialise each result once more, and key large arrays by a sample of them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sampler_core.counts import ClassCounts, FloatArray, IntArray
from sampler_core.figures.series import Followed, series_of
from sampler_core.findings import Finding, findings
from sampler_core.outlook import Outlook
from sampler_core.plan import SamplingPlan
from sampler_core.preview import Preview
from sampler_core.spread import Spread, spread

MOST_DRAWS = 1_000_000  # drawn for one picture: some 20 ms


@lru_cache(maxsize=32)
def outlook_of(plan: SamplingPlan, counts: ClassCounts) -> Outlook:
    """What the plan tells; at most 8 MB of shares at 1000 classes x 1000 epochs."""
    return Outlook.of(plan, counts)


@lru_cache(maxsize=32)
def findings_of(plan: SamplingPlan, counts: ClassCounts) -> tuple[Finding, ...]:
    """What deserves a second look."""
    return findings(plan, outlook_of(plan, counts))


@lru_cache(maxsize=32)
def weights_of(plan: SamplingPlan, counts: ClassCounts) -> FloatArray:
    """Class weights of all epochs."""
    return plan.class_weights(counts)


@lru_cache(maxsize=64)
def preview_of(plan: SamplingPlan, counts: ClassCounts, epoch: int, first_batch: int, num_batches: int) -> Preview:
    """The shown batches, as they will be drawn."""
    return plan.preview(counts, epoch, first_batch, num_batches)


@lru_cache(maxsize=4)
def frames_of(
    plan: SamplingPlan, counts: ClassCounts, first_batch: int, num_batches: int, followed: Followed = ()
) -> NDArray[np.unsignedinteger]:
    """The shown batches of every epoch, by the series of the figures: shape (epochs, series, num_batches)."""
    series = series_of(counts, followed)
    kind = np.uint16 if plan.needed_batch_size < 2**16 else np.uint32
    frames = np.empty((plan.epochs or 1, len(series), num_batches), dtype=kind)
    for epoch, frame in enumerate(frames):
        drawn = plan.preview(counts, epoch, first_batch, num_batches).batch_class_counts
        for row, one in zip(frame, series, strict=True):
            row[:] = drawn[:, one.members].sum(axis=1)
    return frames


@lru_cache(maxsize=64)
def epoch_class_counts_of(plan: SamplingPlan, counts: ClassCounts, epoch: int) -> IntArray:
    """What the whole epoch draws of each class. Ask `whole_epoch_is_quick` first."""
    return plan.epoch_class_counts(counts, epoch)


def whole_epoch_is_quick(plan: SamplingPlan, counts: ClassCounts) -> bool:
    """Whether the draws of a whole epoch are counted within some 30 ms: from quotas, or few enough to make them all."""
    return plan.drawing == "exact" or plan.samples(counts) <= MOST_DRAWS


def drawn_of(plan: SamplingPlan, counts: ClassCounts, epoch: int, preview: Preview) -> tuple[IntArray, int, str]:
    """What is drawn of each class, in how many draws, and which draws these are: the epoch's where they are counted
    quickly, else those of the shown batches."""
    if whole_epoch_is_quick(plan, counts):
        return epoch_class_counts_of(plan, counts, epoch), plan.samples(counts), "the whole epoch"
    drawn = preview.batch_class_counts.sum(axis=0)
    return drawn, int(drawn.sum()), "the batches shown"


def spread_of(plan: SamplingPlan, counts: ClassCounts, epoch: int, num_draws: int) -> Spread:
    """The 95 % interval of what so many draws of an epoch give."""
    outlook = outlook_of(plan, counts)
    return spread(outlook.shares[epoch], outlook.draws, num_draws)
