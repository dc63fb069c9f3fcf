"""The class order: all samples of class 0, then of class 1, and so on.

The one contract here: 4 bytes a sample (8 from 2**31 samples on); the labels are not kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampler_core.draws.counter_rng import GOLDEN, key_of

_MEMBERS = 5  # what the key is for; the schemes use 1 to 4
_PIECE = 1 << 16  # stays in the processor's cache
_U = np.uint64


def class_order(codes: NDArray[np.integer], num_classes: int, seed: int) -> NDArray[np.integer]:
    """Data-set indices sorted by class, each class in an order that the seed decides; int32 below 2**31 samples.

    Sorts one packed integer a sample: class, then up to 32 bits of a hash, then the index.

    One vectorised sort is several times faster than an argsort. Where two hashes are equal, the index decides.
    """
    index_bits = max(1, (codes.size - 1).bit_length())
    class_bits = max(1, (num_classes - 1).bit_length())
    hash_bits = min(32, 64 - index_bits - class_bits)
    packed = np.empty(codes.size, dtype=np.uint64)
    index = np.arange(min(_PIECE, codes.size), dtype=np.uint64)
    counters = (index * _U(GOLDEN) + _U(key_of(seed, _MEMBERS))).astype(np.uint32)
    for begin in range(0, codes.size, _PIECE):
        size = min(_PIECE, codes.size - begin)
        scrambled = _scrambled(counters[:size] + np.uint32(begin * GOLDEN & 0xFFFFFFFF))
        scrambled >>= np.uint32(32 - hash_bits)
        piece = packed[begin : begin + size]
        np.copyto(piece, scrambled)
        piece <<= _U(index_bits)
        piece |= index[:size]
        piece += _U(begin)
        piece |= codes[begin : begin + size].astype(np.uint64) << _U(hash_bits + index_bits)
    packed.sort()
    narrow, signed = (np.uint32, np.int32) if codes.size < 1 << 31 else (np.uint64, np.int64)
    order: NDArray[Any] = np.empty(codes.size, dtype=narrow)
    for begin in range(0, codes.size, _PIECE):
        indices = order[begin : begin + _PIECE]
        np.copyto(indices, packed[begin : begin + _PIECE], casting="unsafe")  # keeps the lower bits, where the index is
        indices &= narrow((1 << index_bits) - 1)
    return order.view(signed)


def _scrambled(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mix in place, for the upper bits only: enough to shuffle by, at a quarter of the cost of `keyed.mix`."""
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x2C1B3C6D)
    x ^= x >> np.uint32(12)
    x *= np.uint32(0x297A2D39)
    return x
