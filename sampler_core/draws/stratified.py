"""The stratified scheme: every batch has its share of every class, rounded up or down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.draws.counter_rng import GOLDEN, U64Array, keys_of, mix, uniforms
from sampler_core.draws.permutation import Permutation, shuffled_rows
from sampler_core.draws.scheme import OFFSET_KEY, SLOTS_KEY, Epoch, Members, modulo
from sampler_core.draws.systematic_rounding import SystematicRounding

_U = np.uint64
_CLASS_BITS = 32  # a class and its number within a batch travel in one int64
_CLASS_MASK = (1 << _CLASS_BITS) - 1
_NEVER = 1 << 62


def stratified_stride(epoch: Epoch) -> IntArray:
    """The most draws each class can get in a batch under `Stratified`; int64, shape (num_classes,)."""
    return SystematicRounding(epoch.shares * epoch.batch_size, epoch.batch_size).most


def stratified_period(counts: IntArray, stride: IntArray, by_chance: NDArray[np.bool_]) -> IntArray:
    """After how many places of its walk a class steps over one: int64, broadcast; far beyond any walk where never.

    by_chance: whether the last place of a stride is taken by chance. Where stride and count share a factor, strides
    would end on the same places again and again, and these be drawn less for good. So when their pattern would repeat,
    after lcm(count, stride) places, it is moved by one place: over the repeats all places are the last equally often.
    """
    divisor = np.gcd(counts, stride)
    repeats = counts // np.maximum(divisor, 1) * (stride * 1.0)  # a float: a large count times a large stride
    return np.where(by_chance & (divisor > 1), np.minimum(repeats, _NEVER), _NEVER).astype(np.int64)


def stratified_epoch_period(period: IntArray, counts: IntArray, passed: IntArray, last_is_smaller: bool) -> IntArray:
    """`stratified_period` for the starts of epochs, which pass `passed` places each.

    Where no stride leaves the same places to chance, the last, smaller batches do, once epochs begin at the same ones.
    """
    return np.where(period < _NEVER, period, stratified_period(counts, passed, (passed > 0) & last_is_smaller))


def stratified_next(start: IntArray, passed: IntArray, period: IntArray, stride: IntArray) -> IntArray:
    """Where the walks of the next epoch begin, past the places of this one; int64, shape (num_classes,).

    period: `stratified_epoch_period`. A start counts the places stepped over too, one in period + 1. Where an epoch
    stepped over any, up to a stride more are left out, as many as a hash of the place says: by fixed steps a few epochs
    together could come round to the same places for good.
    """
    over = (start % (period + 1) + passed) // period
    begin = start + passed + over
    scrambled = mix(begin.astype(np.uint64) * _U(GOLDEN)) >> _U(32)
    return begin + np.where(over > 0, scrambled.astype(np.int64) % (stride + 1), 0)


def stratified_start(epoch: Epoch, counts: IntArray, start: IntArray) -> IntArray:
    """Where the walks of the next epoch begin, if those of this one began at `start`; int64, shape (num_classes,)."""
    rounding = SystematicRounding(epoch.shares * epoch.batch_size, epoch.batch_size)
    period = stratified_period(counts, rounding.most, rounding.most > rounding.base)
    full, rest = divmod(epoch.samples, epoch.batch_size)
    passed = rounding.most * (full + (rest > 0))
    period = stratified_epoch_period(period, counts, passed, rest > 0)
    return stratified_next(start, passed, period, rounding.most)


class Stratified:
    """Systematic rounding within each batch, one offset a batch; the batch's slots in keyed random order.

    The last batch, when smaller, is rounded for its own size (a floor per batch does not hold in it). Each class walks
    its order: batch b takes the places from start + b * stride + b * stride // period on, so that none comes twice in a
    batch, and places that strides leave to chance are not the same for good (see `stratified_period`).
    """

    def __init__(self, epoch: Epoch, members: Members | None = None) -> None:
        size, self._batch_size = epoch.batch_size, epoch.batch_size
        self._full = _BatchSlots(epoch, size)
        self._whole = epoch.samples // size * size
        self._tail = _BatchSlots(epoch, epoch.samples - self._whole) if epoch.samples > self._whole else self._full
        if members is not None:
            self._counts, self._first, self._start = members.counts, members.first, members.start % members.counts
            self._stride, self._inverse = self._full.rounding.most, 1.0 / members.counts
            by_chance = self._stride > self._full.rounding.base
            self._period = stratified_period(members.counts, self._stride, by_chance)
            self._steps_over = bool((self._stride * (epoch.samples // size) >= self._period).any())

    def classes(self, positions: U64Array) -> NDArray[np.integer]:
        return self._packed(positions)[0] & _CLASS_MASK

    def places(self, positions: U64Array) -> IntArray:
        packed, batch = self._packed(positions)
        drawn = packed & _CLASS_MASK
        packed >>= _CLASS_BITS
        walked = self._stride.take(drawn)
        walked *= batch.view(np.int64)
        if self._steps_over:
            packed += (walked / self._period.take(drawn)).astype(np.int64)  # exact below 2**53
        walked += packed
        walked += self._start.take(drawn)
        places = modulo(walked, self._counts.take(drawn), self._inverse.take(drawn))
        places += self._first.take(drawn)
        return places

    def _packed(self, positions: U64Array) -> tuple[IntArray, U64Array]:
        """Number within class and batch, packed with the class; and the batch of each position."""
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
    """The slots of batches of one size, sorted: first those that every batch has, by class, then the batch's own."""

    def __init__(self, epoch: Epoch, size: int) -> None:
        self.rounding = rounding = SystematicRounding(epoch.shares * size, size)
        self._size, self._offset_key, self._slots_key = size, epoch.key(OFFSET_KEY), epoch.key(SLOTS_KEY)
        sure = np.repeat(np.arange(rounding.base.size), rounding.base)
        number = np.arange(sure.size) - (np.cumsum(rounding.base) - rounding.base)[sure]
        self._sure = number << _CLASS_BITS | sure
        self._extra = rounding.base << _CLASS_BITS | np.arange(rounding.base.size)  # of each class: at most one a batch

    def packed(self, batch: U64Array, slot: IntArray) -> IntArray:
        """Number within class and batch, packed with the class, of each slot; slots of one batch stand together."""
        begins = np.flatnonzero(np.diff(batch, prepend=batch[0] + _U(1)))
        runs = batch[begins]
        if int(runs[-1]) - int(runs[0]) + 1 == runs.size:
            run = (batch - runs[0]).view(np.int64)
        else:
            run = np.repeat(np.arange(begins.size), np.diff(begins, append=batch.size))
        extra = self.rounding.extra_classes(uniforms(keys_of(self._offset_key, runs)))
        by_rank = np.concatenate([self._sure, self._extra.take(extra).ravel()])
        at = self._ranks(runs, run, slot)
        run *= extra.shape[1]
        if self._sure.size:
            run *= at >= self._sure.size
        at += run
        return by_rank.take(at)

    def _ranks(self, runs: U64Array, run: IntArray, slot: IntArray) -> IntArray:
        """Each slot's rank in its batch sorted by class: a keyed permutation of the slots of each batch."""
        keys = keys_of(self._slots_key, runs)
        if self._size <= Permutation.SMALL:
            return shuffled_rows(keys, self._size).ravel().take(run * self._size + slot)
        ranks = np.empty(slot.size, dtype=np.int64)
        for i, key in enumerate(keys.tolist()):
            here = run == i
            ranks[here] = Permutation(self._size, key)(slot[here].view(np.uint64))
        return ranks
