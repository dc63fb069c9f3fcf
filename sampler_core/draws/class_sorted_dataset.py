"""Data-set indices sorted by class, shuffled within each class: 4 bytes a sample, and the labels are not kept.

Labels that lie in one block per class, as those of a folder per class, need no such list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import Codes, IntArray, Labels
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import encode_labels
from sampler_core.data.plain_values import ClassName, shown
from sampler_core.data.sorted_labels import SortedLabels
from sampler_core.draws.counter_rng import GOLDEN, key_of
from sampler_core.draws.scheme import ClassMembers

_MEMBERS_KEY = 5  # `scheme` has the keys 1 to 4
_SORTED_CHUNK = 1 << 16  # stays in the processor's cache
_U = np.uint64


class ClassSortedDataset:
    """What the sampler keeps of a data set: class counts, and where the samples of each class are.

    class_counts: in the caller's order. present, first: without empty classes, in canonical order.

    indices: the class-sorted indices; those of class c begin at first[c]. None where the labels lie in one block per
    class: its indices are first[c], first[c] + 1, ...
    """

    def __init__(self, labels: Labels, classes: Sequence[ClassName] | None, seed: int) -> None:
        self._seed, self._is_given_as_counts = seed, isinstance(labels, SortedLabels)
        self.indices: Codes | None = None
        if isinstance(labels, SortedLabels):
            if classes is not None:
                raise TypeError(f"classes must be left to the counts of SortedLabels, got {shown(classes):.100}")
            self.class_counts, self.present = labels.counts, labels.counts.present
            ends = np.cumsum(labels.counts.counts)
            self.first: IntArray = (ends - labels.counts.counts)[labels.counts.canonical]
            return
        codes, names, counts = encode_labels(labels, classes)
        self.class_counts = ClassCounts(names, counts)
        self.present = self.class_counts.present
        canonical = self.class_counts.canonical
        rank = np.zeros(self.class_counts.num_classes, dtype=np.int64)
        rank[canonical] = np.arange(canonical.size)
        begins = block_begins(codes, canonical.size)
        if begins is not None:
            self.first = begins[np.argsort(rank[codes[begins]])]
            return
        if not np.array_equal(canonical, np.arange(rank.size)):
            codes = rank[codes]
        self.indices = class_sorted_indices(codes, canonical.size, seed)
        self.first = np.cumsum(self.present.counts) - self.present.counts

    def members(self, start: IntArray) -> ClassMembers:
        """The members of each class for a scheme. start: where an epoch starts in each class."""
        return ClassMembers(self.present.counts, self.first, start, shuffled=self.indices is not None)

    def number_in_class(self, index: int, present_class: int) -> int:
        """Which sample of its class an index is, in the order of the labels; O(its class), in blocks O(1)."""
        first = self.first[present_class]
        if self.indices is None:
            return int(index - first)
        members = self.indices[first : first + self.present.counts[present_class]]
        return int(np.count_nonzero(members < index))

    @cached_property
    def digest(self) -> str:
        """16 hex digits; data sets whose samples have other labels have others."""
        return self._digest_of(self.first if self.indices is None else self.indices)

    @property
    def earlier_digest(self) -> str:
        """The digest of before labels in blocks were drawn without a list of indices."""
        if self.indices is not None or self._is_given_as_counts:
            return self.digest
        in_blocks = np.argsort(self.first)
        return self._digest_of(
            class_sorted_indices(in_blocks.repeat(self.present.counts[in_blocks]), self.first.size, self._seed)
        )

    def _digest_of(self, indices: Codes) -> str:
        digest = hashlib.blake2b(repr((self.present.names, self.present.counts.tolist())).encode(), digest_size=8)
        little_endian = indices.astype("<i8" if indices.itemsize == 8 else "<i4", copy=False)
        digest.update(little_endian.data)
        return digest.hexdigest()


def block_begins(codes: Codes, num_classes: int) -> IntArray | None:
    """Where the blocks of equal codes begin; None for more blocks than classes. Stops as soon as there are more."""
    begins = np.zeros(1, dtype=np.int64)
    for begin in range(0, codes.size, _SORTED_CHUNK):
        some_codes = codes[begin : begin + _SORTED_CHUNK + 1]
        changes = np.flatnonzero(some_codes[1:] != some_codes[:-1])
        begins = np.append(begins, changes + (begin + 1))
        if begins.size > num_classes:
            return None
    return begins


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
