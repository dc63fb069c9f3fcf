"""The exact scheme: each class has a quota of the epoch, and the slots of the epoch are shuffled."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.draws.alias_table import alias_cell_classes, alias_table
from sampler_core.draws.counter_rng import U64Array, uniform
from sampler_core.draws.decks import Decks
from sampler_core.draws.keyed_permutation import Permutation
from sampler_core.draws.scheme import QUOTA_KEY, SLOTS_KEY, ClassMembers, Epoch, Put, in_place, modulo
from sampler_core.draws.systematic_rounding import SystematicRounding, floors_and_chances

_FIRST_BATCH = np.zeros(1, dtype=np.int64)
_MOST_PASSED = 1 << 61  # members that a class's start can count


def exact_quotas(epoch: Epoch) -> IntArray:
    """How often `Exact` draws each class in the epoch: floor or ceil of M p_c; int64, shape (num_classes,), sum M."""
    rounding = SystematicRounding(epoch.shares * epoch.samples, epoch.samples)
    return rounding.counts(uniform(epoch.key(QUOTA_KEY)))


class Exact:
    """Quotas for the epoch, its slots in keyed random order; each class draws its members cyclically.

    The M slots lie in 2**bits columns: slot t is row t >> bits of column t mod 2**bits. An alias table over the quotas
    splits each column into two cells of one class each: 2 i + 1 for class i below row own[i], 2 i for class other[i]
    above. A slot's class and its number within the class take two look-ups, whatever the number of classes.
    Members that are not shuffled are gone through in the order of one pass of `Decks`.
    A class's start is the number of its members that earlier epochs have passed: this one begins at start mod count.

    NOTE cell numbering, for quotas 3, 1: columns 0 and 1 have 2 rows each, own = 2, 1 and other = 0, 0. Cell 1 (column
    0, both rows) and cell 2 (column 1, row 1) are class 0, cell 3 (column 1, row 0) is class 1. The slots of class 0
    are numbered 0, 1 in cell 1 and 2 in cell 2; `_slot_number` is added to the row: 0 in cell 1, 2 - 1 = 1 in cell 2.
    """

    START: ClassVar[tuple[int, ...]] = ()
    VERSION: ClassVar[int] = 1

    def __init__(self, epoch: Epoch, members: ClassMembers | None = None, put: Put = in_place) -> None:
        num_classes = epoch.shares.size
        self._column_bits = bits = max(1, (num_classes - 1).bit_length())
        columns = 1 << bits
        class_quotas = np.zeros(columns, dtype=np.int64)
        class_quotas[:num_classes] = exact_quotas(epoch)
        column_heights = (epoch.samples - np.arange(columns) + columns - 1) // columns
        own_rows, other_class = alias_table(class_quotas, column_heights)
        class_of_cell = alias_cell_classes(other_class)
        self._own_rows, self._class_of_cell = put(own_rows), put(class_of_cell)
        self._slot_of = Permutation(epoch.samples, epoch.key(SLOTS_KEY), put)
        self._deck: Decks | None = None
        if members is not None:
            if not members.shuffled:
                no_start = np.zeros((num_classes, 2), dtype=np.int64)
                self._deck = Decks(epoch.seed, members.counts, no_start, stride=members.counts, put=put)
            cell_sizes = np.stack([column_heights - own_rows, own_rows], axis=1).ravel()
            self._set_members(cell_sizes, class_of_cell, members, put)

    def _set_members(
        self, cell_sizes: IntArray, class_of_cell: NDArray[np.int32], members: ClassMembers, put: Put
    ) -> None:  # fmt: skip
        """Numbers the slots of each class 0, 1, 2, ... over its cells, from the class's start on."""
        filled_cells = np.flatnonzero(cell_sizes)
        filled_cells = filled_cells[np.argsort(class_of_cell[filled_cells], kind="stable")]
        slots_before = np.cumsum(cell_sizes[filled_cells]) - cell_sizes[filled_cells]
        class_of_cells = class_of_cell[filled_cells]
        slot_number = np.zeros(cell_sizes.size, dtype=np.int64)
        slot_number[filled_cells] = slots_before - slots_before[np.searchsorted(class_of_cells, class_of_cells)]
        slot_number[0::2] -= cell_sizes[1::2]  # upper cells: their rows begin at `own_rows`
        slot_number[filled_cells] += members.start[class_of_cells] % members.counts[class_of_cells]
        member_count, first_member = np.ones_like(cell_sizes), np.zeros_like(cell_sizes)
        member_count[filled_cells] = members.counts[class_of_cells]
        first_member[filled_cells] = members.first[class_of_cells]
        self._slot_number, self._first_member = put(slot_number), put(first_member)
        self._member_count, self._inverse_count = put(member_count), put(1.0 / member_count)

    @staticmethod
    def next_start(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int = 1) -> IntArray:
        rounding = SystematicRounding(epoch.shares * epoch.samples, epoch.samples)
        numbers = range(epoch.epoch, epoch.epoch + epochs)
        return start + rounding.sums([uniform(epoch._replace(epoch=e).key(QUOTA_KEY)) for e in numbers])

    @staticmethod
    def start_after(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int) -> IntArray:
        """As many members on as these epochs are expected to draw, rounded down: quotas by chance have no closed sum.

        The chance of one more counts in 2**-20, or its last bits would decide. Past 2**61 draws it begins again.
        """
        epochs %= min(1 << 40, _MOST_PASSED // epoch.samples)
        sure, chance = floors_and_chances(epoch.shares * epoch.samples, epoch.samples)
        return start + sure * epochs + (np.rint(chance * 2.0**20).astype(np.int64) * epochs >> 20)

    def classes(self, positions: U64Array) -> NDArray[np.int32]:
        return self._class_of_cell.take(self._cells(positions)[0])

    def places(self, positions: U64Array) -> IntArray:
        cell, row = self._cells(positions)
        row += self._slot_number.take(cell)
        places = modulo(row, self._member_count.take(cell), self._inverse_count.take(cell))
        if self._deck is not None:
            places = self._deck.members(self._class_of_cell.take(cell).astype(np.int64), _FIRST_BATCH, places)
        places += self._first_member.take(cell)
        return places

    def _cells(self, positions: U64Array) -> tuple[IntArray, IntArray]:
        shuffled_slot = self._slot_of(positions)
        cell = (shuffled_slot & shuffled_slot.dtype.type((1 << self._column_bits) - 1)).astype(np.int64)
        row = (shuffled_slot >> shuffled_slot.dtype.type(self._column_bits)).astype(np.int64)
        lower = row < self._own_rows.take(cell)
        cell <<= 1
        cell |= lower
        return cell, row
