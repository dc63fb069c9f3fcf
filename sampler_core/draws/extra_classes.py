"""The classes that get one more draw in a batch: systematic rounding over keyed orders of the classes.

NOTE why several orders: over one order two classes that lie well never get one more together. Of 100 equal classes in
batches of 50, each with a half draw, every batch would have all the even or all the odd ones.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.draws.counter_rng import U64Array, keys_of, uniforms
from sampler_core.draws.keyed_permutation import shuffled_rows
from sampler_core.draws.scheme import Put, in_place
from sampler_core.draws.systematic_rounding import SystematicRounding, cumulative

_FEW_BATCHES = 4  # while they are so many times fewer than orders only theirs are made: a first batch waits for no more
_FEWEST, _MOST = 16, 64  # orders of an epoch
_PLACES, _MOST_PLACES = 1 << 14, 1 << 20  # orders times classes: from there on the fewest, and not even these


class ExtraClasses:
    """Which classes get one more in each batch of an epoch, a pure function of (rounding, key, the batch's key).

    Only classes with a chance are ordered. The orders lie one after the other: place o * n + i is number i of order o,
    and the points of a batch with order o are those of `SystematicRounding`, o * left_over further on.
    """

    def __init__(self, rounding: SystematicRounding, key: int, put: Put = in_place) -> None:
        self._left_over = rounding.left_over
        self._uncertain = np.flatnonzero(rounding.chances)
        self._chances, self._key = rounding.chances[self._uncertain], key
        self._num_orders = _num_orders(max(1, self._uncertain.size))
        self._put = put
        self._asked = 0 if put is in_place else _MOST  # batches; a device has all orders from the first one on

    def drawn(self, keys: U64Array) -> NDArray[np.int32]:
        """The classes for each batch's key: shape (len(keys), left_over)."""
        if not self._left_over:
            return np.zeros((keys.size, 0), dtype=np.int32)
        order = (keys & np.uint64(self._num_orders - 1)).astype(np.int64)  # the offset is made of the upper bits
        begins = order * float(self._left_over)
        points = (begins + uniforms(keys))[:, None] + np.arange(float(self._left_over))
        last = points[:, -1]  # an offset next to 1 can round up
        np.minimum(last, np.nextafter(begins + self._left_over, 0.0), out=last)
        self._asked += keys.size
        if _FEW_BATCHES * self._asked <= self._num_orders:
            classes, edges = self._orders(order)
            places = [row.searchsorted(these, side="right") for row, these in zip(edges, points, strict=True)]
            return np.take_along_axis(classes, np.stack(places), axis=1)
        return self._all_orders.drawn(points.ravel()).reshape(points.shape)

    def _orders(self, numbers: IntArray) -> tuple[NDArray[np.int32], FloatArray]:
        """The classes of these orders and their edges; shape (len(numbers), classes with a chance) each."""
        orders = shuffled_rows(keys_of(self._key, numbers.astype(np.uint64)), self._uncertain.size)
        edges = cumulative(self._chances[orders], self._left_over)
        edges += (numbers * self._left_over)[:, None]
        return self._uncertain.take(orders).astype(np.int32), edges  # int32: half the processor's cache

    @cached_property
    def _all_orders(self) -> _AllOrders:
        classes, edges = self._orders(np.arange(self._num_orders))
        cells_per_unit = max(1.0, 2.0 * edges.size / (self._num_orders * self._left_over))
        cells = (edges.ravel() * cells_per_unit).astype(np.int64)
        ends = np.bincount(cells, minlength=int(self._num_orders * self._left_over * cells_per_unit) + 2)
        first_places = (np.cumsum(ends) - ends).astype(np.int32)
        return _AllOrders(self._put(classes.ravel()), self._put(edges.ravel()), self._put(first_places), cells_per_unit)


class _AllOrders(NamedTuple):
    """The orders one after the other. first_place_in_cell: the first place that a point in each of the equal cells of
    the edges' range can fall to; replaces most of a binary search."""

    classes: NDArray[np.int32]
    edges: FloatArray
    first_place_in_cell: NDArray[np.int32]
    cells_per_unit: float

    def drawn(self, points: FloatArray) -> NDArray[np.int32]:
        """The class at the first place whose edge is above each point."""
        edges = self.edges
        places = self.first_place_in_cell.take((points * self.cells_per_unit).astype(np.int64)).astype(np.int64)
        places += edges.take(places) <= points
        late = np.flatnonzero(edges.take(places) <= points)
        for _ in range(2):
            places[late] += 1
            late = late[edges[places[late]] <= points[late]]
        places[late] = edges.searchsorted(points[late], side="right")  # many tiny classes in one cell
        return self.classes.take(places)


def _num_orders(num_classes: int) -> int:
    """How many orders of so many classes; a power of two."""
    wanted = min(max(_PLACES // num_classes, _FEWEST), _MOST, max(1, _MOST_PLACES // num_classes))
    return 1 << (wanted.bit_length() - 1)
