"""The interface of a sampling scheme: position in the epoch -> class -> place in the class-sorted indices.

The one contract here: a scheme is a pure function of (shares, seed, epoch, position), and `places` draws from the very
classes that `classes` returns, which is all that a preview needs.

Words: a *position* is the number of a draw in the one-process stream of an epoch (uint64, from 0; batch b begins at
b * batch_size). A *slot* is where a keyed permutation sends a position. A *place* is an index into the class-sorted
indices. A class's *start* is the number of its members that earlier epochs have passed.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.draws.counter_rng import U64Array, key_of

CLASS_KEY, QUOTA_KEY, SLOTS_KEY, OFFSET_KEY = 1, 2, 3, 4  # one key per purpose: no two share a random stream


class Epoch(NamedTuple):
    """What decides the classes of one epoch. shares: float64, shape (num_classes,), sum 1, without empty classes."""

    shares: FloatArray
    seed: int
    epoch: int
    samples: int
    batch_size: int

    def key(self, purpose: int) -> int:
        """The key of this epoch's random stream for one purpose."""
        return key_of(self.seed, self.epoch, purpose)


class ClassMembers(NamedTuple):
    """The members of each class in the class-sorted indices; int64, shape (num_classes,) each.

    The places of class c are first[c] .. first[c] + counts[c] - 1; this epoch draws from start[c] mod counts[c] on.
    """

    counts: IntArray
    first: IntArray
    start: IntArray


class Scheme(Protocol):
    """The draws of one epoch under one sampling scheme."""

    def classes(self, positions: U64Array) -> NDArray[np.integer]:
        """The class of each draw, as an index into the shares."""
        ...

    def places(self, positions: U64Array) -> IntArray:
        """The place of each drawn sample; needs `ClassMembers`."""
        ...


def modulo(x: IntArray, n: IntArray, inverse: FloatArray) -> IntArray:
    """x mod n in place for 0 <= x < 2**53, by a reciprocal: three times faster than integer division."""
    quotient = (x * inverse).astype(np.int64)
    quotient *= n
    x -= quotient
    off = np.flatnonzero((x < 0) | (x >= n))  # the reciprocal may be off by one
    x[off] %= n[off]
    return x
