"""Decks: the members of a class are dealt pass after pass, each pass in a fresh order.

A *pass* goes once through the members of a class. A *stride* is the most draws of the class in a batch: that many
places of the pass go to each batch, whether it draws all of them or one fewer. What is left at the end of a pass, less
than a stride, sits that pass out.

NOTE example: 7 members, stride 3, from pass 4, offset 1 on. Batch 0 has places 1, 2, 3 of pass 4 and batch 1 places 4,
5, 6; batch 2 has places 0, 1, 2 of pass 5, batch 3 places 3, 4, 5, and place 6 sits out; batch 4 begins pass 6. With
stride 3 and 2 members a batch takes two passes, the second one cut: 0, 1 of pass 4 and 0 of pass 5.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.draws.counter_rng import key_of, keys_of
from sampler_core.draws.scheme import Put, in_place

_DECK_KEY = 6  # `scheme` has the keys 1 to 4, `class_sorted_indices` 5
MOST_MEMBERS = 1 << 31  # of a class: places are 32-bit numbers, and twice one must still be
_ROUNDS = 5
_BELOW_ONE = 1.0 - 2.0**-50  # makes a quotient by a reciprocal come out at most one too small, never too large
_ODD = tuple(map(np.uint32, (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0x2C1B3C6D, 0xFD7046C5)))
_U, _U32 = np.uint64, np.uint32
U32Array = NDArray[np.uint32]


class Deal(NamedTuple):
    """How the classes are dealt from a start on; int64, shape (..., num_classes) each.

    Batch b is number b + lead in units of `batches_per_pass`; it takes `passes_per_batch` passes (1 where the stride is
    at most the class). In the first pass places begin at `shift` more, the others at 0.
    """

    first_pass: IntArray
    stride: IntArray
    batches_per_pass: IntArray
    passes_per_batch: IntArray
    lead: IntArray
    shift: IntArray


def deal_from(start: IntArray, counts: IntArray, stride: IntArray) -> Deal:
    """The deal of an epoch. start: int64, shape (..., num_classes, 2), the pass and the offset in it of each class.

    A pass with less than a stride left is over, also where the class has become smaller than the offset.
    """
    first_pass, offset = start[..., 0], start[..., 1]
    over = (offset > 0) & (counts - offset < stride)
    first_pass, offset = first_pass + over, np.where(over, 0, offset)
    places = np.maximum(stride, 1)
    batches_per_pass = np.maximum(counts // places, 1)
    lead = batches_per_pass - np.maximum((counts - offset) // places, 1)
    return Deal(first_pass, stride, batches_per_pass, -(-places // counts), lead, offset - lead * places)


def start_after(start: IntArray, counts: IntArray, stride: IntArray, batches: int) -> IntArray:
    """Pass and offset of each class after so many batches with one stride; int64, shape of `start`.

    What the last pass has left waits for the next stride, which may be shorter; a pass cut within a batch is over. A
    class of stride 0 is not dealt and stays where it is.
    """
    deal = deal_from(start, counts, stride)
    passes, within = np.divmod(batches - 1 + deal.lead, deal.batches_per_pass)
    offset = (within + 1) * stride + np.where(passes == 0, deal.shift, 0)
    cut = deal.passes_per_batch > 1
    passes = (passes + cut) * deal.passes_per_batch
    after = np.stack([deal.first_pass + passes, np.where(cut, 0, offset)], axis=-1)
    return np.where((stride > 0)[..., None] & (batches > 0), after, start)


class Decks:
    """The members that the batches of an epoch are dealt, a pure function of (seed, class, start, batch, number)."""

    def __init__(
        self, seed: int, counts: IntArray, start: IntArray, stride: IntArray, put: Put = in_place
    ) -> None:  # fmt: skip
        if int(counts.max()) > MOST_MEMBERS:
            raise ValueError(f"a class must have at most {MOST_MEMBERS:,} samples to be dealt, got {counts.max():,}")
        deal = deal_from(start, counts, stride)
        self._deal = Deal(*map(put, deal))
        self._counts, self._reciprocal = put(counts), put(_BELOW_ONE / counts)
        self._batches_reciprocal, self._primes = put(1.0 / deal.batches_per_pass), put(primes())
        keys = keys_of(key_of(seed, _DECK_KEY), np.arange(counts.size, dtype=np.uint64))
        self._keys = put((keys >> _U(32)).astype(np.uint32) + _pass_keys(deal.first_pass))
        self._several = bool((deal.passes_per_batch > 1).any())
        self._shifted = bool(deal.shift.any())

    def members(self, drawn: IntArray, batch: IntArray, number: IntArray) -> IntArray:
        """The number within its class of each drawn member; int64.

        drawn: the class, batch: its batch in the epoch, number: which of the batch's draws of the class it is; int64.
        """
        place, keys = self._begins(drawn, batch)
        place += number
        count = self._counts.take(drawn)
        if self._several:
            passes = place // count
            keys = _mixed(keys + _pass_keys(passes))
            place -= passes * count
        return shuffled(place, count, self._reciprocal.take(drawn), keys, self._primes)

    def _begins(self, drawn: IntArray, batch: IntArray) -> tuple[IntArray, U32Array]:
        """The first place of each stride, and the key of its pass (mixed, where a batch takes no more than one).

        Where classes and batches are few, once for all draws of a class in a batch.
        """
        first, end = int(batch.min()), int(batch.max()) + 1
        num_classes = self._counts.size
        if 2 * (end - first) * num_classes > drawn.size:
            return self._strides(drawn, batch)
        place, keys = self._strides(np.arange(num_classes), np.arange(first, end)[:, None])
        cell = drawn + (batch - first) * num_classes
        return place.ravel().take(cell), keys.ravel().take(cell)

    def _strides(self, drawn: IntArray, batch: IntArray) -> tuple[IntArray, U32Array]:
        deal = self._deal
        within = batch + deal.lead.take(drawn)
        passes = ((within + 0.5) * self._batches_reciprocal.take(drawn)).astype(np.int64)  # exact below 2**51
        within -= passes * deal.batches_per_pass.take(drawn)
        within *= deal.stride.take(drawn)
        if self._shifted:
            within += deal.shift.take(drawn) * (passes == 0)
        if self._several:
            passes *= deal.passes_per_batch.take(drawn)
        keys = _pass_keys(passes)
        keys += self._keys.take(drawn)
        return within, keys if self._several else _mixed(keys)


def shuffled(
    places: IntArray, sizes: IntArray, reciprocals: FloatArray, keys: U32Array, factors: IntArray
) -> IntArray:  # fmt: skip
    """Each place's member in the order of its key, a permutation of 0..size-1 for each key and size; int64.

    places < sizes <= 2**31. reciprocals: 1 / size, a little less. keys: well mixed. factors: `primes`.

    An affine map with a prime factor, then swap-or-not rounds (Hoang, Morris, Rogaway, CRYPTO 2012): x changes places
    with K - x mod size, or does not, as a hash of the larger of both says. No table, and no cycle walking whatever the
    size.

    NOTE why both: the affine map sends neighbours far apart but keeps all distances, so that two passes with like
    factors would put the same members into a batch; each round breaks half of the pairs that it kept. With 5 rounds the
    pairs that two passes share are those of a fresh shuffle (0.99 to 1.01 of them for 19 to 9000 members).
    """
    size, scale = sizes.astype(np.uint32), sizes * 2.0**-32
    x = _affine(places, sizes, reciprocals, keys, factors)
    for r in range(_ROUNDS):
        hashes = keys * _ODD[r]
        other = (hashes * scale).astype(np.uint32)  # K, in 0..size-1
        other -= x
        bits = other + size
        np.minimum(other, bits, out=other)  # below 0 it has wrapped to a huge number
        np.maximum(x, other, out=bits)
        bits += hashes
        bits *= _ODD[r + 1]
        bits ^= bits >> _U32(15)
        bits *= _ODD[r + 2]
        swap = bits.view(np.int32)
        swap >>= 31  # all ones or all zeros
        other ^= x
        other &= bits
        x ^= other
    return x.astype(np.int64)


def _affine(
    places: IntArray, sizes: IntArray, reciprocals: FloatArray, keys: U32Array, factors: IntArray
) -> U32Array:  # fmt: skip
    """places * prime + offset modulo size."""
    product = factors.take(keys & _U32(1023))
    product *= places
    product += keys
    quotient = (product * reciprocals).astype(np.int64)
    quotient *= sizes
    product -= quotient
    x: U32Array = product.astype(np.uint32)
    np.minimum(
        x, x - sizes.astype(np.uint32), out=x
    )  # the quotient may be one too small; where it is not, the difference wraps
    return x


@cache
def primes() -> IntArray:
    """1024 primes from 2**31 to 2**32: none divides the size of a class. int64.

    The sieve of Eratosthenes over numbers about 2**16 apart, so that the primes are spread modulo large sizes as well.
    """
    begin, step, steps = (1 << 31) + 3, 2 * 32_771, 1 << 15
    small, spread = np.ones(1 << 16, dtype=bool), np.ones(steps, dtype=bool)
    for p in range(3, 1 << 8, 2):
        small[p * p :: p] = False
    for p in (np.flatnonzero(small[3::2]) * 2 + 3).tolist():
        if step % p:
            spread[-begin * pow(step, -1, p) % p :: p] = False
    return begin + np.flatnonzero(spread)[:1024] * step


def _pass_keys(passes: IntArray) -> U32Array:
    """What a pass adds to the key of its class."""
    keys: U32Array = passes.astype(np.uint32)
    keys *= _ODD[0]
    return keys


def _mixed(x: U32Array) -> U32Array:
    """Mixes each 32-bit integer in place; a permutation of them."""
    x ^= x >> _U32(16)
    x *= _U32(0x7FEB352D)
    x ^= x >> _U32(15)
    x *= _U32(0x846CA68B)
    x ^= x >> _U32(16)
    return x
