"""The stratified scheme: every batch has its share of every class, rounded up or down.

NOTE places and strides, for a class with 4 samples and 1.5 of them expected per batch. Its stride is 2: batch 0 has
places 0 and 1, batch 1 places 2 and 3, the first of each surely and the second in half of all batches. Batch 2 would
have 0 and 1 again, so 1 and 3 would be drawn less for good. The pattern repeats after lcm(4, 2) = 4 places, the period:
there one place is stepped over. Batch 2 has 1 and 2, batch 3 has 3 and 0, batch 4 has 2 and 3, ...
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.draws.counter_rng import GOLDEN, U64Array, keys_of, mix, uniforms
from sampler_core.draws.keyed_permutation import Permutation, shuffled_rows
from sampler_core.draws.scheme import OFFSET_KEY, SLOTS_KEY, ClassMembers, Epoch, modulo
from sampler_core.draws.systematic_rounding import SystematicRounding

_U = np.uint64
_CLASS_BITS = 32  # a class and the number of its draw within the batch are packed in one int64
_CLASS_MASK = (1 << _CLASS_BITS) - 1
_NEVER = 1 << 62


def stratified_stride(epoch: Epoch) -> IntArray:
    """The most draws of each class in a batch under `Stratified`; int64, shape (num_classes,)."""
    return SystematicRounding(epoch.shares * epoch.batch_size, epoch.batch_size).ceiling


def stratified_period(counts: IntArray, stride: IntArray, by_chance: NDArray[np.bool_]) -> IntArray:
    """After how many places a class steps over one; int64, broadcast shape; `_NEVER` where it does not.

    by_chance: whether the last place of a stride is drawn by chance. Where count and stride share a factor, strides end
    on the same places again and again, which would be drawn less for good. So the pattern moves by one place each time
    it would repeat, after lcm(count, stride) places: over the repeats all places are the last equally often.
    """
    divisor = np.gcd(counts, stride)
    repeats = counts // np.maximum(divisor, 1) * (stride * 1.0)  # a float: a large count times a large stride
    return np.where(by_chance & (divisor > 1), np.minimum(repeats, _NEVER), _NEVER).astype(np.int64)


def stratified_epoch_period(period: IntArray, counts: IntArray, passed: IntArray, last_is_smaller: bool) -> IntArray:
    """`stratified_period` for the starts of epochs that pass `passed` places each.

    Where strides leave no place to chance, the smaller last batches of epochs that begin at the same place do.
    """
    return np.where(period < _NEVER, period, stratified_period(counts, passed, (passed > 0) & last_is_smaller))


def stratified_advance(start: IntArray, passed: IntArray, period: IntArray, stride: IntArray) -> IntArray:
    """Each class's start in the next epoch, past the places of this one; int64, shape (num_classes,).

    period: `stratified_epoch_period`. A start counts the places stepped over too, one in period + 1. Where an epoch
    stepped over any, up to a stride more are left out, as many as a hash of the start says: with fixed steps the starts
    of a few epochs could cycle through the same places for good.
    """
    stepped_over = (start % (period + 1) + passed) // period
    end = start + passed + stepped_over
    hashes = mix(end.astype(np.uint64) * _U(GOLDEN)) >> _U(32)
    return end + np.where(stepped_over > 0, hashes.astype(np.int64) % (stride + 1), 0)


def stratified_next_start(epoch: Epoch, counts: IntArray, start: IntArray) -> IntArray:
    """Each class's start in the next epoch, given that of this one; int64, shape (num_classes,)."""
    rounding = SystematicRounding(epoch.shares * epoch.batch_size, epoch.batch_size)
    period = stratified_period(counts, rounding.ceiling, rounding.ceiling > rounding.floor)
    full, rest = divmod(epoch.samples, epoch.batch_size)
    passed = rounding.ceiling * (full + (rest > 0))
    period = stratified_epoch_period(period, counts, passed, rest > 0)
    return stratified_advance(start, passed, period, rounding.ceiling)


class Stratified:
    """Systematic rounding within each batch, one offset per batch; the slots of a batch in keyed random order.

    A smaller last batch is rounded for its own size (a floor per batch does not hold in it). Batch b draws the members
    of a class from start + b * stride + b * stride // period on (see `stratified_period`), so none comes twice in a
    batch that draws at most as many as the class has.
    """

    def __init__(self, epoch: Epoch, members: ClassMembers | None = None) -> None:
        size, self._batch_size = epoch.batch_size, epoch.batch_size
        self._full = _BatchSlots(epoch, size)
        self._whole = epoch.samples // size * size
        self._tail = _BatchSlots(epoch, epoch.samples - self._whole) if epoch.samples > self._whole else self._full
        if members is not None:
            self._counts, self._first, self._start = members.counts, members.first, members.start % members.counts
            self._stride, self._inverse = self._full.rounding.ceiling, 1.0 / members.counts
            by_chance = self._stride > self._full.rounding.floor
            self._period = stratified_period(members.counts, self._stride, by_chance)
            self._steps_over = bool((self._stride * (epoch.samples // size) >= self._period).any())

    def classes(self, positions: U64Array) -> NDArray[np.integer]:
        return self._packed(positions)[0] & _CLASS_MASK

    def places(self, positions: U64Array) -> IntArray:
        packed, batch = self._packed(positions)
        drawn = packed & _CLASS_MASK
        packed >>= _CLASS_BITS
        number = self._stride.take(drawn)
        number *= batch.view(np.int64)
        if self._steps_over:
            packed += (number / self._period.take(drawn)).astype(np.int64)  # exact below 2**53
        number += packed
        number += self._start.take(drawn)
        places = modulo(number, self._counts.take(drawn), self._inverse.take(drawn))
        places += self._first.take(drawn)
        return places

    def _packed(self, positions: U64Array) -> tuple[IntArray, U64Array]:
        """Class and number within the batch of each position, packed; and its batch."""
        batch = positions // _U(self._batch_size)
        slot = (positions - batch * _U(self._batch_size)).view(np.int64)
        in_tail = positions >= self._whole
        if not in_tail.any() or in_tail.all():
            return (self._tail if in_tail.any() else self._full).packed(batch, slot), batch
        packed = np.empty(positions.size, dtype=np.int64)
        for here, slots in ((in_tail, self._tail), (~in_tail, self._full)):
            packed[here] = slots.packed(batch[here], slot[here])
        return packed, batch


class _BatchSlots:
    """The slots of batches of one size, by rank: first the floors of all classes, then the batch's extra classes."""

    def __init__(self, epoch: Epoch, size: int) -> None:
        self.rounding = rounding = SystematicRounding(epoch.shares * size, size)
        self._size, self._offset_key, self._slots_key = size, epoch.key(OFFSET_KEY), epoch.key(SLOTS_KEY)
        classes = np.repeat(np.arange(rounding.floor.size), rounding.floor)
        number = np.arange(classes.size) - (np.cumsum(rounding.floor) - rounding.floor)[classes]
        self._floor = number << _CLASS_BITS | classes
        self._extra = rounding.floor << _CLASS_BITS | np.arange(rounding.floor.size)  # at most one per class and batch

    def packed(self, batch: U64Array, slot: IntArray) -> IntArray:
        """Class and number within the batch of each slot, packed; slots of one batch must be adjacent."""
        begins = np.flatnonzero(np.diff(batch, prepend=batch[0] + _U(1)))
        batches = batch[begins]
        if int(batches[-1]) - int(batches[0]) + 1 == batches.size:
            row = (batch - batches[0]).view(np.int64)
        else:
            row = np.repeat(np.arange(begins.size), np.diff(begins, append=batch.size))
        extra = self.rounding.extra_classes(uniforms(keys_of(self._offset_key, batches)))
        packed = np.concatenate([self._floor, self._extra.take(extra).ravel()])
        rank = self._ranks(batches, row, slot)
        row *= extra.shape[1]
        if self._floor.size:
            row *= rank >= self._floor.size  # the floors are the same in every batch
        rank += row
        return packed.take(rank)

    def _ranks(self, batches: U64Array, row: IntArray, slot: IntArray) -> IntArray:
        """The rank of each slot in its batch, by a keyed permutation per batch; row: which of `batches` it is in."""
        keys = keys_of(self._slots_key, batches)
        if self._size <= Permutation.SMALL:
            return shuffled_rows(keys, self._size).ravel().take(row * self._size + slot)
        ranks = np.empty(slot.size, dtype=np.int64)
        for i, key in enumerate(keys.tolist()):
            here = row == i
            ranks[here] = Permutation(self._size, key)(slot[here].view(np.uint64))
        return ranks
