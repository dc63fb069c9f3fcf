"""What the sampler keeps of a data set: class counts and class-sorted indices, not the labels."""

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
from sampler_core.draws import class_sorted_indices


class EncodedDataset:
    """class_counts: in the caller's order. present, indices, first: without empty classes, in canonical order.

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

    @cached_property
    def digest(self) -> str:
        """16 hex digits; data sets whose samples have other labels have others."""
        digest = hashlib.blake2b(repr((self.present.names, self.present.counts.tolist())).encode(), digest_size=8)
        little_endian = self.indices.astype("<i8" if self.indices.itemsize == 8 else "<i4", copy=False)
        digest.update(little_endian.data)
        return digest.hexdigest()
