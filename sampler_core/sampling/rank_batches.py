"""The batches of a rank: which positions of the one-process stream it draws, in which order.

The one contract here: batch b of rank r of W is batch b W + r of the one-process stream. A pass that starts after g
batches of it gives rank r the batches g + r, g + r + W, ..., also with another number of ranks than before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.plain_values import whole_number

_MOST_REPLICAS = 2**31 - 1  # times the largest batch: a position still is a 64-bit integer


def checked_rank(num_replicas: object, rank: object) -> tuple[int, int]:
    """The number of ranks and one of them; `ValueError` out of range."""
    num_replicas = whole_number("num_replicas", num_replicas, least=1, most=_MOST_REPLICAS)
    rank = whole_number("rank", rank)
    if rank >= num_replicas:
        raise ValueError(f"rank must be below num_replicas ({num_replicas}), got {rank}")
    return num_replicas, rank


class StartPosition(NamedTuple):
    """Where a pass over an epoch starts: after `batches` batches of the one-process stream and `within` indices of this
    rank's next one."""

    batches: int = 0
    within: int = 0


class RankBatches(NamedTuple):
    """One rank's part of an epoch of `samples` draws.

    With several ranks the epoch is completed to whole rounds of batches by its own first positions, or cut to whole
    rounds with `drop_last`. One rank draws the samples as they are.
    """

    samples: int
    batch_size: int
    num_replicas: int
    rank: int
    drop_last: bool

    def length(self, start: StartPosition) -> int:
        """This rank's indices from the beginning of the batch in which a pass starts to the end of the epoch."""
        if self.num_replicas == 1:
            return max(0, self.samples - start.batches * self.batch_size)
        in_epoch = self.samples // self.batch_size if self.drop_last else -(-self.samples // self.batch_size)
        left = max(0, in_epoch - start.batches)
        rounds = left // self.num_replicas if self.drop_last else -(-left // self.num_replicas)
        return rounds * self.batch_size

    def is_over(self, start: StartPosition) -> bool:
        """Whether a pass that starts there has nothing left to draw."""
        return self.length(start) <= start.within

    def positions(self, start: StartPosition, first: int, last: int, like: Any = None) -> NDArray[np.uint64]:
        """Positions of this rank's indices first..last-1, counted as in `length`; where `like` is, if that is given."""
        before = (start.batches + self.rank) * self.batch_size
        positions = np.arange(before + first, before + last, dtype=np.uint64, like=like)
        if self.num_replicas > 1:
            other_ranks = np.arange(first, last, dtype=np.uint64, like=like) // np.uint64(self.batch_size)
            other_ranks *= np.uint64(self.batch_size * (self.num_replicas - 1))
            positions += other_ranks
        if int(positions[-1]) >= self.samples:
            positions %= np.uint64(self.samples)
        return positions

    def after(self, start: StartPosition, done: int) -> StartPosition:
        """The start of the rest of a pass of which `done` indices are done, counted as in `length`."""
        rounds, within = divmod(done, self.batch_size)
        if within and done >= self.length(start):  # the last, smaller batch is done as a whole
            rounds, within = rounds + 1, 0
        return StartPosition(start.batches + rounds * self.num_replicas, within)
