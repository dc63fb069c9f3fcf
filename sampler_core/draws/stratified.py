"""The stratified scheme: every batch has its share of every class, rounded up or down, and members dealt like cards."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.draws.counter_rng import M1, U64Array, keys_of
from sampler_core.draws.decks import Decks, start_after
from sampler_core.draws.extra_classes import ExtraClasses
from sampler_core.draws.keyed_permutation import Permutation, shuffled_rows, small_shuffled_rows
from sampler_core.draws.scheme import ORDERS_KEY, SLOTS_KEY, ClassMembers, Epoch, Put, in_place
from sampler_core.draws.systematic_rounding import SystematicRounding, floors_and_chances

_U = np.uint64
_CLASS_BITS = 32  # a class and the number of its draw within the batch are packed in one int64
_CLASS_MASK = (1 << _CLASS_BITS) - 1
_MOST_PASSED = 1 << 60  # places that a class's start can count


def stratified_stride(shares: FloatArray, batch_size: int) -> IntArray:
    """The most draws of each class in a full batch under `Stratified`; int64, shape of the shares."""
    floor, chance = floors_and_chances(shares * batch_size, batch_size)
    return floor + (chance > 0)


def _stride(epoch: Epoch) -> IntArray:
    return stratified_stride(epoch.shares, epoch.batch_size)


class Stratified:
    """Systematic rounding within each batch, one offset per batch; the slots of a batch in keyed random order.

    Which classes are rounded up is drawn over keyed orders of the classes (`ExtraClasses`). A smaller last batch is
    rounded for its own size (a floor per batch does not hold in it). The members of a class are dealt pass after pass,
    a stride to each batch, the smaller last one included (`Decks`), so none comes twice in a batch that draws at most
    as many as the class has. A class's start is its pass and the offset in it.
    """

    START: ClassVar[tuple[int, ...]] = (2,)
    VERSION: ClassVar[int] = 2  # 1: one order of the classes, one of the members for the whole run

    def __init__(self, epoch: Epoch, members: ClassMembers | None = None, put: Put = in_place) -> None:
        self._epoch, self._put = epoch, put
        self._whole = epoch.samples // epoch.batch_size * epoch.batch_size
        if members is not None:
            self._decks = Decks(epoch.seed, members.counts, members.start, _stride(epoch), put)
            self._first = put(members.first)

    def classes(self, positions: U64Array) -> NDArray[np.integer]:
        return self._packed(positions)[0] & _CLASS_MASK

    def places(self, positions: U64Array) -> IntArray:
        packed, batch = self._packed(positions)
        drawn = packed & _CLASS_MASK
        packed >>= _CLASS_BITS
        places = self._decks.members(drawn, batch.view(np.int64), packed)
        places += self._first.take(drawn)
        return places

    @staticmethod
    def next_start(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int = 1) -> IntArray:
        return start_after(start, counts, _stride(epoch), epoch.batches * epochs)

    @staticmethod
    def start_after(epoch: Epoch, counts: IntArray, start: IntArray, epochs: int) -> IntArray:
        """As `next_start`; past 2**60 draws it begins again."""
        return Stratified.next_start(
            epoch, counts, start, epochs % (_MOST_PASSED // (epoch.samples + epoch.batch_size))
        )

    @cached_property
    def _full(self) -> _BatchSlots:
        return _BatchSlots(self._epoch, self._epoch.batch_size, self._put)

    @cached_property
    def _tail(self) -> _BatchSlots:
        return _BatchSlots(self._epoch, self._epoch.samples - self._whole, self._put)

    def _packed(self, positions: U64Array) -> tuple[IntArray, U64Array]:
        """Class and number within the batch of each position, packed; and its batch."""
        size = _U(self._epoch.batch_size)
        batch = positions // size
        slot = (positions - batch * size).view(np.int64)
        if positions.max() < self._whole:
            return self._full.packed(batch, slot), batch
        packed, in_tail = np.empty_like(slot), positions >= self._whole
        for here, slots in ((in_tail, self._tail), (~in_tail, self._full)):
            if here.any():
                packed[here] = slots.packed(batch[here], slot[here])
        return packed, batch


class _BatchSlots:
    """The slots of batches of one size, by rank: first the floors of all classes, then the batch's extra classes."""

    def __init__(self, epoch: Epoch, size: int, put: Put) -> None:
        rounding = SystematicRounding(epoch.shares * size, size)
        self._size, self._key = size, epoch.key(SLOTS_KEY)
        self._extra_classes = ExtraClasses(rounding, epoch.key(ORDERS_KEY), put)
        classes = np.repeat(np.arange(rounding.floor.size), rounding.floor)
        number = np.arange(classes.size) - (np.cumsum(rounding.floor) - rounding.floor)[classes]
        self._floor = put(number << _CLASS_BITS | classes)
        extra = rounding.floor << _CLASS_BITS | np.arange(rounding.floor.size)  # at most one per class and batch
        self._extra = put(extra)

    def packed(self, batch: U64Array, slot: IntArray) -> IntArray:
        """Class and number within the batch of each slot, packed; slots of one batch must be adjacent."""
        begins = np.append(0, np.flatnonzero(batch[1:] != batch[:-1]) + 1)
        batches = batch[begins]
        if int(batches[-1]) - int(batches[0]) + 1 == batches.size:
            row = (batch - batches[0]).view(np.int64)
        else:
            row = np.repeat(np.arange(begins.size, like=begins), np.diff(begins, append=batch.size))
        keys = keys_of(self._key, batches)
        extra = self._extra_classes.drawn(keys)
        packed = np.concatenate([self._floor, self._extra.take(extra).ravel()])
        rank = self._ranks(keys * _U(M1), row, slot)
        row *= extra.shape[1]
        if self._floor.size:
            row *= rank >= self._floor.size  # the floors are the same in every batch
        rank += row
        return packed.take(rank)

    def _ranks(self, keys: U64Array, row: IntArray, slot: IntArray) -> IntArray:
        """The rank of each slot in its batch, by a permutation with the batch's key; row: which of the batches."""
        if self._size <= Permutation.SMALL:
            rows = small_shuffled_rows if self._size <= 1 << 10 else shuffled_rows
            return rows(keys, self._size).ravel().take(row * self._size + slot)
        ranks = np.empty_like(slot)
        for i, key in enumerate(keys.tolist()):
            here = row == i
            ranks[here] = Permutation(self._size, key)(slot[here].view(np.uint64))
        return ranks
