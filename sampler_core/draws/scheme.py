"""What every sampling scheme is: position in the epoch -> class -> place in the class's order.

The one contract here: a scheme is a pure function of (shares, key, epoch, position). The class stage (`classes`) needs
no samples and is the whole of a preview; the member stage (`places`) goes on from the very same classes.

Positions are uint64 and count from 0 in the one-process stream; batch b is positions b * batch_size onwards.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.draws.counter_rng import U64Array, key_of

CLASS_KEY, QUOTA_KEY, SLOTS_KEY, OFFSET_KEY = 1, 2, 3, 4  # what a key is for, so that no two uses share a stream


class Epoch(NamedTuple):
    """What decides the classes of one epoch. shares: float64, shape (num_classes,), sum 1, no class empty."""

    shares: FloatArray
    seed: int
    epoch: int
    samples: int
    batch_size: int

    def key(self, purpose: int) -> int:
        """The key of one stream of this epoch."""
        return key_of(self.seed, self.epoch, purpose)


class Members(NamedTuple):
    """Where the members of each class stand in the class order, and where this epoch's walk through them begins.

    counts, first, start: int64, shape (num_classes,). A class's places are first[c] .. first[c] + counts[c] - 1.
    """

    counts: IntArray
    first: IntArray
    start: IntArray


class Scheme(Protocol):
    """One epoch under one scheme."""

    def classes(self, positions: U64Array) -> NDArray[np.integer]:
        """The class of each draw, as an index into the shares."""
        ...

    def places(self, positions: U64Array) -> IntArray:
        """The place of each drawn sample in the class order (needs `Members`)."""
        ...


def modulo(x: IntArray, n: IntArray, inverse: FloatArray) -> IntArray:
    """x mod n in place for 0 <= x < 2**53, by a reciprocal: three times faster than integer division."""
    quotient = (x * inverse).astype(np.int64)
    quotient *= n
    x -= quotient
    off = np.flatnonzero((x < 0) | (x >= n))  # the reciprocal may be off by one
    x[off] %= n[off]
    return x
