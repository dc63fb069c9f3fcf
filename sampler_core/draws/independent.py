"""The independent scheme: every draw on its own, with replacement."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.draws.alias_table import alias_cell_classes, alias_table
from sampler_core.draws.counter_rng import GOLDEN, U64Array, mix
from sampler_core.draws.scheme import CLASS_KEY, ClassMembers, Epoch, Put, in_place

_U = np.uint64
_INDEPENDENT_SLACK = 1 << 22  # of 2**62: far above the last bits of a share, far below any that could be noticed


class Independent:
    """Every draw on its own, with replacement, distributed as in torch's `WeightedRandomSampler(replacement=True)`.

    The class comes from an alias table of 2**bits columns: the upper bits of a hash are the column, the lower ones the
    row. The member comes from a second hash. No epoch depends on the earlier ones.
    """

    START: ClassVar[tuple[int, ...]] = ()
    VERSION: ClassVar[int] = 1

    def __init__(self, epoch: Epoch, members: ClassMembers | None = None, put: Put = in_place) -> None:
        self._bits = bits = max(1, (epoch.shares.size - 1).bit_length())
        columns = 1 << bits
        class_masses = np.zeros(columns, dtype=np.int64)
        class_masses[: epoch.shares.size] = np.rint(epoch.shares * 2.0**62)
        class_masses[int(class_masses.argmax())] += (1 << 62) - int(class_masses.sum())
        column_height = 1 << (62 - bits)
        own_rows, other_class = alias_table(class_masses, np.full(columns, column_height), slack=_INDEPENDENT_SLACK)
        # 2**64 would not fit below: the upper part of a full column is its own class instead
        full_columns = own_rows == column_height
        other_class[full_columns], own_rows[full_columns] = np.flatnonzero(full_columns), 0
        class_of_cell = alias_cell_classes(other_class)
        self._own_threshold, self._class_of_cell = put(own_rows.astype(np.uint64) << _U(2 + bits)), put(class_of_cell)
        self._key = _U(epoch.key(CLASS_KEY))
        if members is not None:
            self._scale_of_cell = put((members.counts * 2.0**-53).take(class_of_cell, mode="clip"))
            self._first_of_cell = put(members.first.take(class_of_cell, mode="clip"))  # unused columns have no class

    def classes(self, positions: U64Array) -> NDArray[np.int32]:
        return self._class_of_cell.take(self._cells(mix(self._counters(positions))))

    def places(self, positions: U64Array) -> IntArray:
        class_counters = self._counters(positions)
        member_counters = class_counters + _U(GOLDEN)
        cell = self._cells(mix(class_counters))
        mix(member_counters)
        member_counters >>= _U(11)
        member_numbers = member_counters.view(np.int64).astype(np.float64)
        member_numbers *= self._scale_of_cell.take(cell)  # floor(u n) < n for every u < 1 in double precision
        places = member_numbers.astype(np.int64)
        places += self._first_of_cell.take(cell)
        return places

    @staticmethod
    def next_start(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int = 1) -> IntArray:
        return start

    @staticmethod
    def start_after(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int) -> IntArray:
        return start

    def _counters(self, positions: U64Array) -> U64Array:
        """The counter of each draw's class; `GOLDEN` more is the counter of its member."""
        x = positions * _U(2 * GOLDEN & (1 << 64) - 1)
        x += self._key
        return x

    def _cells(self, class_hashes: U64Array) -> IntArray:
        alias_cell: IntArray = (class_hashes >> _U(64 - self._bits)).view(np.int64)
        class_hashes <<= _U(self._bits)
        in_lower_cell = class_hashes < self._own_threshold.take(alias_cell)
        alias_cell <<= 1
        alias_cell |= in_lower_cell.astype(np.int64)
        return alias_cell
