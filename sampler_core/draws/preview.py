"""Previews: the class counts of batches, as training will draw them.

The one contract here: a preview calls `Scheme.classes` and counts. It has no formula and no random number of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.draws import SCHEMES, Epoch, exact_quotas

_CHUNK = 1 << 18  # draws at a time
_MAX_ENTRIES = 1 << 27  # 1 GiB of int64


@dataclass(frozen=True)
class Preview:
    """Class counts of `num_batches` batches of one epoch from `first_batch` on; batches count from 0 over all ranks.

    `batch`, `position`, `drawn` (int64, same length) are the entries that are not zero, sorted by batch and class:
    the batch has `drawn` samples of the class at `position` in `class_counts.names`.
    """

    class_counts: ClassCounts
    epoch: int
    first_batch: int
    num_batches: int
    batch: IntArray
    position: IntArray
    drawn: IntArray

    @cached_property
    def batch_class_counts(self) -> IntArray:
        """int64, shape (num_batches, num_classes), classes in the caller's order; `ValueError` above 1 GiB."""
        shape = (self.num_batches, self.class_counts.num_classes)
        if shape[0] * shape[1] > _MAX_ENTRIES:
            raise ValueError(
                f"num_batches must be at most {_MAX_ENTRIES // shape[1]:,} for a table of {shape[1]:,} classes, "
                f"got {shape[0]:,}; the sparse form (batch, position, drawn) has no limit"
            )
        dense = np.zeros(shape, dtype=np.int64)
        dense[self.batch - self.first_batch, self.position] = self.drawn
        return dense

    @cached_property
    def totals(self) -> IntArray:
        """The class counts of all these batches together: int64, shape (num_classes,)."""
        totals = np.zeros(self.class_counts.num_classes, dtype=np.int64)
        np.add.at(totals, self.position, self.drawn)
        return totals


def preview_batches(
    scheme: str, epoch: Epoch, counts: ClassCounts, first_batch: int = 0, num_batches: int | None = None
) -> Preview:
    """Previews batches of an epoch; without num_batches, or with more than there are, up to the last one.

    `ValueError` for a first batch outside the epoch and for less than one batch.
    """
    in_epoch = -(-epoch.samples // epoch.batch_size)
    first_batch = whole_number("first_batch", first_batch, most=in_epoch - 1)
    end = in_epoch if num_batches is None else min(first_batch + whole_number("num_batches", num_batches, 1), in_epoch)
    chunks = []
    for positions, classes in _previewed_classes(scheme, epoch, first_batch * epoch.batch_size, end * epoch.batch_size):
        cells = (positions // np.uint64(epoch.batch_size)).view(np.int64)
        cells *= counts.num_classes
        cells += counts.canonical.take(classes)
        cells, drawn = np.unique(cells, return_counts=True)
        batch = cells // counts.num_classes
        chunks.append((batch, cells - batch * counts.num_classes, drawn))
    batch, position, drawn = (np.concatenate(arrays) for arrays in zip(*chunks, strict=True))
    return Preview(counts, epoch.epoch, first_batch, end - first_batch, batch, position, drawn)


def epoch_class_counts(scheme: str, epoch: Epoch, counts: ClassCounts) -> IntArray:
    """The class counts of all draws of an epoch: int64, shape (num_classes,)."""
    totals = np.zeros(counts.num_classes, dtype=np.int64)
    if scheme == "exact":
        totals[counts.canonical] = exact_quotas(epoch)
        return totals
    for _, classes in _previewed_classes(scheme, epoch, 0, epoch.samples):
        totals[counts.canonical] += np.bincount(classes, minlength=epoch.shares.size)
    return totals


def _previewed_classes(scheme: str, epoch: Epoch, begin: int, end: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions and their classes, in chunks of whole batches."""
    draws = SCHEMES[scheme](epoch)
    step = max(1, _CHUNK // epoch.batch_size) * epoch.batch_size
    for at in range(begin, min(end, epoch.samples), step):
        positions = np.arange(at, min(at + step, end, epoch.samples), dtype=np.uint64)
        yield positions, draws.classes(positions)
