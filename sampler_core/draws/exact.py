"""The exact scheme: quotas of the epoch, dealt to its slots in random order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.draws.alias_table import alias_table
from sampler_core.draws.counter_rng import U64Array, uniform
from sampler_core.draws.permutation import Permutation
from sampler_core.draws.scheme import QUOTA_KEY, SLOTS_KEY, Epoch, Members, modulo
from sampler_core.draws.systematic_rounding import SystematicRounding


def exact_quotas(epoch: Epoch) -> IntArray:
    """How often `Exact` draws each class in this epoch: floor or ceil of M p_c, sum M; int64, shape (num_classes,)."""
    rounding = SystematicRounding(epoch.shares * epoch.samples, epoch.samples)
    return rounding.counts(uniform(epoch.key(QUOTA_KEY)))


class Exact:
    """Quotas for the epoch; its slots in keyed random order; each class walks its order cyclically.

    The M slots lie in 2**bits columns, filled by an alias table over the quotas, so that a slot's class and its number
    within the class take two look-ups, whatever the number of classes.
    """

    def __init__(self, epoch: Epoch, members: Members | None = None) -> None:
        num_classes = epoch.shares.size
        self._bits = bits = max(1, (num_classes - 1).bit_length())
        columns = 1 << bits
        quotas = np.zeros(columns, dtype=np.int64)
        quotas[:num_classes] = exact_quotas(epoch)
        heights = (epoch.samples - np.arange(columns) + columns - 1) // columns
        own, other = alias_table(quotas, heights)
        self._own, self._class_of_cell = own, np.stack([other, np.arange(columns)], axis=1).astype(np.int32).ravel()
        self._slot = Permutation(epoch.samples, epoch.key(SLOTS_KEY))
        if members is not None:
            self._set_members(np.stack([heights - own, own], axis=1).ravel(), members)

    def _set_members(self, cell_sizes: IntArray, members: Members) -> None:
        """Number the slots of each class 0, 1, 2, ... over its cells, and begin at the walk's start."""
        cells = np.flatnonzero(cell_sizes)
        cells = cells[np.argsort(self._class_of_cell[cells], kind="stable")]
        before = np.cumsum(cell_sizes[cells]) - cell_sizes[cells]
        drawn = self._class_of_cell[cells]
        number = np.zeros(cell_sizes.size, dtype=np.int64)
        number[cells] = before - before[np.searchsorted(drawn, drawn)]
        number[0::2] -= self._own  # upper cells: their rows begin at `own`
        number[cells] += members.start[drawn] % members.counts[drawn]
        self._number = number
        self._count, self._first = np.ones_like(cell_sizes), np.zeros_like(cell_sizes)
        self._count[cells], self._first[cells] = members.counts[drawn], members.first[drawn]
        self._inverse = 1.0 / self._count

    def classes(self, positions: U64Array) -> NDArray[np.int32]:
        return self._class_of_cell.take(self._cells(positions)[0])

    def places(self, positions: U64Array) -> IntArray:
        cell, row = self._cells(positions)
        row += self._number.take(cell)
        places = modulo(row, self._count.take(cell), self._inverse.take(cell))
        places += self._first.take(cell)
        return places

    def _cells(self, positions: U64Array) -> tuple[IntArray, IntArray]:
        slot = self._slot(positions)
        cell = (slot & slot.dtype.type((1 << self._bits) - 1)).astype(np.int64)
        row = (slot >> slot.dtype.type(self._bits)).astype(np.int64)
        lower = row < self._own.take(cell)
        cell <<= 1
        cell |= lower
        return cell, row
