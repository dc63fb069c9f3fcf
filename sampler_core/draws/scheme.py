"""The interface of a sampling scheme: position in the epoch -> class -> place in the class-sorted indices.

The one contract here: a scheme is a pure function of (shares, seed, epoch, position), and `places` draws from the very
classes that `classes` returns, which is all that a preview needs.

Words: a *position* is the number of a draw in the one-process stream of an epoch (uint64, from 0; batch b begins at
b * batch_size). A *slot* is where a keyed permutation sends a position. A *place* is an index into the class-sorted
indices. A class's *start* is where earlier epochs have left it: what it says is the scheme's own.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.draws.counter_rng import U64Array, key_of

# One key per purpose: no two share a random stream. `class_sorted_indices` has 5, `decks` 6.
CLASS_KEY, QUOTA_KEY, SLOTS_KEY, ORDERS_KEY = 1, 2, 3, 4


Table = TypeVar("Table", bound=NDArray[Any])


class Put(Protocol):
    """Puts a table that draws look up where draws are made.

    `classes` and `places` get positions that are there too. They use NumPy's operations, which arrays of other memory
    take over (NEP 13 and 18), and no tables but these.
    """

    def __call__(self, table: Table, /) -> Table: ...


def in_place(table: Table, /) -> Table:
    """The table as it is, for draws in NumPy's memory."""
    return table


class Epoch(NamedTuple):
    """What decides the classes of one epoch. shares: float64, shape (num_classes,), sum 1, without empty classes."""

    shares: FloatArray
    seed: int
    epoch: int
    samples: int
    batch_size: int

    @property
    def batches(self) -> int:
        """Batches of the epoch, a last smaller one included."""
        return -(-self.samples // self.batch_size)

    def key(self, purpose: int) -> int:
        """The key of this epoch's random stream for one purpose."""
        return key_of(self.seed, self.epoch, purpose)


class ClassMembers(NamedTuple):
    """The members of each class in the class-sorted indices; int64.

    counts, first: shape (num_classes,); the places of class c are first[c] .. first[c] + counts[c] - 1. start: where
    this epoch starts in each class, shape (num_classes, *scheme.START). shuffled: whether the places of a class are its
    samples in random order, or in that of the data set.
    """

    counts: IntArray
    first: IntArray
    start: IntArray
    shuffled: bool = True


class Scheme(Protocol):
    """The draws of one epoch under one sampling scheme.

    START: the shape of one class's start. VERSION: of its draws; plans carry it from 2 on, so that draws that were
    changed are never taken for those of before.
    """

    START: ClassVar[tuple[int, ...]]
    VERSION: ClassVar[int]

    def __init__(self, epoch: Epoch, members: ClassMembers | None = None, put: Put = in_place) -> None: ...

    @staticmethod
    def next_start(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int = 1) -> IntArray:
        """The start of each class after this epoch and the next ones, so many in all with the same shares.

        Without any draw; O(epochs x classes). int64, shape of `start`.
        """
        ...

    @staticmethod
    def start_after(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int) -> IntArray:
        """`next_start`, or what is expected of it, in closed form."""
        ...

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
