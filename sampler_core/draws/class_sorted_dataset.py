"""Data-set indices sorted by class, shuffled within each class: 4 bytes a sample, and the labels are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray, Labels
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import encode_labels
from sampler_core.data.plain_values import ClassName
from sampler_core.draws.counter_rng import GOLDEN, key_of

_MEMBERS_KEY = 5  # `scheme` has the keys 1 to 4
_SORTED_CHUNK = 1 << 16  # stays in the processor's cache
_U = np.uint64


class ClassSortedDataset:
    """What the sampler keeps of a data set: class counts and class-sorted indices.

    class_counts: in the caller's order. present, indices, first: without empty classes, in canonical order.

    indices: the class-sorted indices; those of class c begin at first[c].
    """

    def __init__(self, labels: Labels, classes: Sequence[ClassName] | None, seed: int) -> None:
        codes, names, counts = encode_labels(labels, classes)
        self.class_counts = ClassCounts(names, counts)
        canonical = self.class_counts.canonical
        if not np.array_equal(canonical, np.arange(self.class_counts.num_classes)):
            rank = np.zeros(self.class_counts.num_classes, dtype=np.int64)
            rank[canonical] = np.arange(canonical.size)
            codes = rank[codes]
        self.present: ClassCounts = self.class_counts.present
        self.indices: NDArray[np.integer[Any]] = class_sorted_indices(codes, canonical.size, seed)
        self.first: IntArray = np.cumsum(self.present.counts) - self.present.counts

    def indices_at(self, places: IntArray) -> NDArray[np.integer[Any]]:
        """The indices at places in the class-sorted order."""
        return self.indices.take(places)

    def number_in_class(self, index: int, present_class: int) -> int:
        """Which sample of its class an index is, in the order of the labels; O(samples of the class)."""
        first = self.first[present_class]
        members = self.indices[first : first + self.present.counts[present_class]]
        return int(np.count_nonzero(members < index))

    @cached_property
    def digest(self) -> str:
        """16 hex digits; data sets whose samples have other labels have others."""
        digest = hashlib.blake2b(repr((self.present.names, self.present.counts.tolist())).encode(), digest_size=8)
        little_endian = self.indices.astype("<i8" if self.indices.itemsize == 8 else "<i4", copy=False)
        digest.update(little_endian.data)
        return digest.hexdigest()


def class_sorted_indices(codes: NDArray[np.integer], num_classes: int, seed: int) -> NDArray[np.integer]:
    """Data-set indices sorted by class, each class shuffled by the seed; int32, or int64 from 2**31 samples on.

    Sorts one packed integer per sample: class, then up to 32 bits of a hash, then the index. One such sort is several
    times faster than an argsort. Where two hashes are equal, the index decides.
    """
    index_bits = max(1, (codes.size - 1).bit_length())
    class_bits = max(1, (num_classes - 1).bit_length())
    hash_bits = min(32, 64 - index_bits - class_bits)
    packed_samples = np.empty(codes.size, dtype=np.uint64)
    index = np.arange(min(_SORTED_CHUNK, codes.size), dtype=np.uint64)
    hash_counters = (index * _U(GOLDEN) + _U(key_of(seed, _MEMBERS_KEY))).astype(np.uint32)
    for begin in range(0, codes.size, _SORTED_CHUNK):
        size = min(_SORTED_CHUNK, codes.size - begin)
        hashes = _mix_upper_bits(hash_counters[:size] + np.uint32(begin * GOLDEN & 0xFFFFFFFF))
        hashes >>= np.uint32(32 - hash_bits)
        packed_chunk = packed_samples[begin : begin + size]
        np.copyto(packed_chunk, hashes)
        packed_chunk <<= _U(index_bits)
        packed_chunk |= index[:size]
        packed_chunk += _U(begin)
        packed_chunk |= codes[begin : begin + size].astype(np.uint64) << _U(hash_bits + index_bits)
    packed_samples.sort()
    narrow, signed = (np.uint32, np.int32) if codes.size < 1 << 31 else (np.uint64, np.int64)
    sorted_indices: NDArray[Any] = np.empty(codes.size, dtype=narrow)
    for begin in range(0, codes.size, _SORTED_CHUNK):
        indices = sorted_indices[begin : begin + _SORTED_CHUNK]
        # keeps the lower bits, where the index is
        np.copyto(indices, packed_samples[begin : begin + _SORTED_CHUNK], casting="unsafe")
        indices &= narrow((1 << index_bits) - 1)
    return sorted_indices.view(signed)


def _mix_upper_bits(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mixes in place, well in the upper bits only: enough for a shuffle, at a quarter of the cost of `mix`."""
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x2C1B3C6D)
    x ^= x >> np.uint32(12)
    x *= np.uint32(0x297A2D39)
    return x
