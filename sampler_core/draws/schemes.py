"""The three laws of drawing: position in the epoch -> class -> place in the class's order.

The one contract here: each law is a pure function of (shares, key, epoch, position). The class stage (`classes`) needs
no samples and is the whole of a preview; the member stage (`places`) goes on from the very same classes.

Positions are uint64 and count from 0 in the one-process stream; batch b is positions b * batch_size onwards.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sampler_core.draws.counter_rng import (
    GOLDEN,
    Permutation,
    U64Array,
    key_of,
    keys_of,
    mix,
    shuffled_rows,
    uniform,
    uniforms,
)
from sampler_core.draws.rounding_and_alias import FloatArray, IntArray, SystematicRounding, alias_table

_U = np.uint64
_CLASS_BITS = 32  # a class and its number within a batch travel in one int64
_CLASS_MASK = (1 << _CLASS_BITS) - 1
_NEVER = 1 << 62
_SLACK = 1 << 22  # of 2**62: far above the last bits of a share, far below any that could be noticed
_CLASS, _QUOTA, _SLOTS, _OFFSET = 1, 2, 3, 4  # what a key is for, so that no two uses share a stream


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


class Law(Protocol):
    """One epoch under one law."""

    def classes(self, positions: U64Array) -> NDArray[np.integer]:
        """The class of each draw, as an index into the shares."""
        ...

    def places(self, positions: U64Array) -> IntArray:
        """The place of each drawn sample in the class order (needs `Members`)."""
        ...


class Independent:
    """Every draw on its own, with replacement: the law of torch's `WeightedRandomSampler(replacement=True)`."""

    def __init__(self, epoch: Epoch, members: Members | None = None) -> None:
        self._bits = bits = max(1, (epoch.shares.size - 1).bit_length())
        columns = 1 << bits
        masses = np.zeros(columns, dtype=np.int64)
        masses[: epoch.shares.size] = np.rint(epoch.shares * 2.0**62)
        masses[int(masses.argmax())] += (1 << 62) - int(masses.sum())
        height = 1 << (62 - bits)
        own, other = alias_table(masses, np.full(columns, height), slack=_SLACK)
        whole = own == height  # 2**64 would not fit below: let the other half of such a column be its own class
        other[whole], own[whole] = np.flatnonzero(whole), 0
        self._own = own.astype(np.uint64) << _U(2 + bits)
        self._class_of_cell = np.stack([other, np.arange(columns)], axis=1).astype(np.int32).ravel()
        self._key = _U(epoch.key(_CLASS))
        if members is not None:
            self._scale, self._first = members.counts * 2.0**-53, members.first

    def classes(self, positions: U64Array) -> NDArray[np.int32]:
        return self._classes(mix(self._counters(positions)))

    def places(self, positions: U64Array) -> IntArray:
        x = self._counters(positions)
        y = x + _U(GOLDEN)
        drawn = self._classes(mix(x))
        mix(y)
        y >>= _U(11)
        u = y.view(np.int64).astype(np.float64)
        u *= self._scale.take(drawn)  # floor(u * n) < n for every u < 1 in double precision
        places = u.astype(np.int64)
        places += self._first.take(drawn)
        return places

    def _counters(self, positions: U64Array) -> U64Array:
        """Two numbers a draw: an even one for the class, the odd one after it for the member."""
        x = positions * _U(2 * GOLDEN & (1 << 64) - 1)
        x += self._key
        return x

    def _classes(self, x: U64Array) -> NDArray[np.int32]:
        cell = (x >> _U(64 - self._bits)).view(np.int64)
        x <<= _U(self._bits)
        lower = x < self._own.take(cell)
        cell <<= 1
        cell |= lower
        return self._class_of_cell.take(cell)


def exact_quotas(epoch: Epoch) -> IntArray:
    """How often `Exact` draws each class in this epoch: floor or ceil of M p_c, sum M; int64, shape (num_classes,)."""
    rounding = SystematicRounding(epoch.shares * epoch.samples, epoch.samples)
    return rounding.counts(uniform(epoch.key(_QUOTA)))


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
        self._slot = Permutation(epoch.samples, epoch.key(_SLOTS))
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
        places = _modulo(row, self._count.take(cell), self._inverse.take(cell))
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
        places = _modulo(walked, self._counts.take(drawn), self._inverse.take(drawn))
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
        self._size, self._offset_key, self._slots_key = size, epoch.key(_OFFSET), epoch.key(_SLOTS)
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


def _modulo(x: IntArray, n: IntArray, inverse: FloatArray) -> IntArray:
    """x mod n in place for 0 <= x < 2**53, by a reciprocal: three times faster than integer division."""
    quotient = (x * inverse).astype(np.int64)
    quotient *= n
    x -= quotient
    off = np.flatnonzero((x < 0) | (x >= n))  # the reciprocal may be off by one
    x[off] %= n[off]
    return x
