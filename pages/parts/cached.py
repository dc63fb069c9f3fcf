"""Slow calls of the core, kept for a while: keyed by frozen values, bounded, shared by all visits.

NOTE plain-cache: `functools.lru_cache` compares keys by equality and hands out the very same result; Streamlit's data
cache would serialise each result once more, and key large arrays by a sample of them.
"""

from __future__ import annotations

from functools import lru_cache

from sampler_core.counts import ClassCounts, FloatArray, IntArray
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
def weights_of(plan: SamplingPlan, counts: ClassCounts) -> FloatArray:
    """Class weights of all epochs."""
    return plan.class_weights(counts)


@lru_cache(maxsize=64)
def preview_of(plan: SamplingPlan, counts: ClassCounts, epoch: int, first_batch: int, num_batches: int) -> Preview:
    """The shown batches, as they will be drawn."""
    return plan.preview(counts, epoch, first_batch, num_batches)


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
