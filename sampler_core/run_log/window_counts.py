"""Class counts of a window: the indices of one rank, from one place in an epoch to another."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws import SCHEMES, Epoch
from sampler_core.sampling.rank_batches import RankBatches, StartPosition

_CHUNK = 1 << 16  # draws at a time


def window_counts(
    scheme: str, epoch: Epoch, counts: ClassCounts, batches: RankBatches, start: StartPosition, first: int, last: int
) -> IntArray:
    """The class counts of this rank's indices first..last-1 of a pass, counted as in `RankBatches.length`.

    int64, shape (num_classes,), in the caller's order. As training draws them: no formula and no random number here.
    """
    drawn = SCHEMES[scheme](epoch)
    present = np.zeros(epoch.shares.size, dtype=np.int64)
    for at in range(first, last, _CHUNK):
        positions = batches.positions(start, at, min(at + _CHUNK, last))
        present += np.bincount(drawn.classes(positions), minlength=present.size)
    totals = np.zeros(counts.num_classes, dtype=np.int64)
    totals[counts.canonical] = present
    return totals


def completed(batches: RankBatches, start: StartPosition, last: int) -> int:
    """How many of this rank's first `last` indices only complete the epoch to whole rounds of batches."""
    if batches.num_replicas == 1 or batches.drop_last:
        return 0
    rounds, within = divmod(last, batches.batch_size)
    begins = (start.batches + batches.rank + np.arange(rounds + 1) * batches.num_replicas) * batches.batch_size
    ends = begins + np.where(np.arange(rounds + 1) < rounds, batches.batch_size, within)
    over = np.minimum(ends - batches.samples, ends - begins)
    return int(np.maximum(over, 0).sum())
