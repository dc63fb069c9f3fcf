"""Keyed permutations: shuffled rows for small sizes, a Feistel network for large ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sampler_core.draws.counter_rng import GOLDEN, U64Array, mix, mixed_int
from sampler_core.draws.scheme import Put, in_place

_U, _U32 = np.uint64, np.uint32


def shuffled_rows(keys: U64Array, size: int) -> NDArray[np.int64]:
    """A permutation of 0..size-1 for each key; int64, shape (len(keys), size); size <= 2**20.

    Sorts hashes that carry the position in their low bits: one sort instead of an argsort. The other bits of the hash
    (44 or more) make ties too rare to matter.
    """
    low = _U((1 << size.bit_length()) - 1)
    rows = mix(np.arange(1, size + 1, dtype=np.uint64) * _U(GOLDEN) + keys[:, None])
    rows &= ~low
    rows |= np.arange(size, dtype=np.uint64)
    rows.sort(axis=1)
    rows &= low
    return rows.view(np.int64)


def small_shuffled_rows(keys: U64Array, size: int) -> NDArray[np.int64]:
    """As `shuffled_rows` in half the time, by 32-bit hashes; size <= 2**10.

    22 bits or more are left of a hash, so that at most one row in eight has two equal ones, which stay in order.
    """
    low = _U32((1 << size.bit_length()) - 1)
    rows = (keys >> _U(32)).astype(np.uint32)[:, None] + np.arange(1, size + 1, dtype=np.uint32) * _U32(0x9E3779B1)
    rows ^= rows >> _U32(16)
    rows *= _U32(0x7FEB352D)
    rows ^= rows >> _U32(15)
    rows *= _U32(0x846CA68B)
    rows &= ~low
    rows |= np.arange(size, dtype=np.uint32)
    rows.sort(axis=1)
    rows &= low
    return rows.astype(np.int64)


class Permutation:
    """A keyed permutation of 0..size-1 in O(1) memory, for any subset of positions; size < 2**62.

    Sizes up to `SMALL` are one shuffled row. Larger ones go through a Feistel network on (left, right) with
    right < 2**h and left < ceil(size / 2**h), which permutes a slightly larger range. A value outside goes through the
    network again until it is inside: cycle walking (Black, Rogaway, CT-RSA 2002, method 3).

    NOTE example: size 11 has h = 1 and left < 6, so the network permutes 0..11. If it sends 4 to 11 and 11 to 7, then 4
    goes to 7. Each value inside is reached once, because the cycles of a permutation are disjoint.
    """

    SMALL = 1 << 14
    ROUNDS = 4  # each changes both halves

    def __init__(self, size: int, key: int, put: Put = in_place) -> None:
        self.size, small = size, size <= self.SMALL
        self._shuffled_row = put(shuffled_rows(np.array([key], dtype=np.uint64), size)[0]) if small else None
        self._half_bits = max(1, (size.bit_length() - 1) // 2)
        self._left_size = -(-size >> self._half_bits)
        self._round_keys = [np.uint32(mixed_int(key + GOLDEN * (i + 1)) >> 32) for i in range(2 * self.ROUNDS)]
        self._dtype = np.uint32 if size <= 1 << 31 else np.uint64

    def __call__(self, positions: U64Array) -> NDArray[np.unsignedinteger]:
        """The image of each position; uint32 for sizes above `SMALL` and up to 2**31, else 64 bits."""
        if self._shuffled_row is not None:
            row: U64Array = self._shuffled_row.take(positions.view(np.int64)).view(np.uint64)
            return row
        permuted = self._feistel(positions.astype(self._dtype))
        outside = np.flatnonzero(permuted >= self.size)
        while outside.size:
            walked = self._feistel(permuted[outside])
            permuted[outside] = walked
            outside = outside[walked >= self.size]
        return permuted

    def _feistel(self, permuted: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        h, left_size = permuted.dtype.type(self._half_bits), np.uint32(self._left_size)
        right_half = (permuted & permuted.dtype.type((1 << self._half_bits) - 1)).astype(np.uint32, copy=False)
        left_half = (permuted >> h).astype(np.uint32, copy=False)
        for k in range(0, len(self._round_keys), 2):
            feistel_round = self._scaled_to_left(_feistel_function(right_half, self._round_keys[k]))
            left_half += feistel_round
            np.subtract(left_half, left_size, out=feistel_round)
            # modulo `left`: below it, the difference wraps to a huge number
            np.minimum(left_half, feistel_round, out=left_half)
            feistel_round = _feistel_function(left_half, self._round_keys[k + 1])
            feistel_round >>= np.uint32(32 - self._half_bits)
            right_half ^= feistel_round
        permuted = left_half.astype(self._dtype, copy=False)
        permuted <<= h
        permuted |= right_half
        return permuted

    def _scaled_to_left(self, f: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Scales 32 random bits down to 0..left-1."""
        if self._left_size > 1 << 16:
            return ((f.astype(np.uint64) * _U(self._left_size)) >> _U(32)).astype(np.uint32)
        f >>= np.uint32(16)
        f *= np.uint32(self._left_size)
        f >>= np.uint32(16)
        return f


def _feistel_function(half: NDArray[np.uint32], key: np.uint32) -> NDArray[np.uint32]:
    f = half * np.uint32(0x9E3779B1)
    f += key
    t = f >> np.uint32(15)
    f ^= t
    f *= np.uint32(0x85EBCA6B)
    return f
