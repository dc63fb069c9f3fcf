"""Which positions of the one-process stream a rank draws, in which order.

The one contract here: batch b of rank r of W is batch b W + r of the one-process stream, also after going on from the
middle of an epoch with another number of ranks: rank r then takes the batches g + r, g + r + W, ... from batch g on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Begin(NamedTuple):
    """Where a pass over an epoch begins: after `batches` batches of the one-process stream, all of them done, and
    `within` indices of this rank's next one."""

    batches: int = 0
    within: int = 0


class RankStream(NamedTuple):
    """One rank's part of an epoch of `samples` draws.

    With several ranks the epoch is completed to whole rounds of batches by its own first positions, or cut to whole
    rounds with `drop_last`. One process draws the samples as they are.
    """

    samples: int
    batch_size: int
    num_replicas: int
    rank: int
    drop_last: bool

    def length(self, begin: Begin) -> int:
        """This rank's indices from the beginning of the batch in which a pass begins to the end of the epoch."""
        if self.num_replicas == 1:
            return max(0, self.samples - begin.batches * self.batch_size)
        whole = self.samples // self.batch_size if self.drop_last else -(-self.samples // self.batch_size)
        left = max(0, whole - begin.batches)
        rounds = left // self.num_replicas if self.drop_last else -(-left // self.num_replicas)
        return rounds * self.batch_size

    def positions(self, begin: Begin, first: int, last: int) -> NDArray[np.uint64]:
        """Positions of this rank's indices first..last-1, counted as in `length`."""
        positions = np.arange(first, last, dtype=np.uint64)
        if self.num_replicas > 1:
            skipped = positions // np.uint64(self.batch_size)
            skipped *= np.uint64(self.batch_size * (self.num_replicas - 1))
            positions += skipped
        positions += np.uint64((begin.batches + self.rank) * self.batch_size)
        if int(positions[-1]) >= self.samples:
            positions %= np.uint64(self.samples)
        return positions

    def after(self, begin: Begin, done: int) -> Begin:
        """Where a pass that began at `begin` stands once `done` of its indices are done, counted as in `length`."""
        rounds, within = divmod(done, self.batch_size)
        if within and done >= self.length(begin):  # the last, smaller batch is done as a whole
            rounds, within = rounds + 1, 0
        return Begin(begin.batches + rounds * self.num_replicas, within)
