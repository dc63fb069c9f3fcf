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

_PREVIEW_CHUNK = 1 << 18  # draws at a time
_MAX_PREVIEW_ENTRIES = 1 << 27  # 1 GiB of int64


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
        table_shape = (self.num_batches, self.class_counts.num_classes)
        if table_shape[0] * table_shape[1] > _MAX_PREVIEW_ENTRIES:
            raise ValueError(
                f"num_batches must be at most {_MAX_PREVIEW_ENTRIES // table_shape[1]:,} for a table of "
                f"{table_shape[1]:,} classes, got {table_shape[0]:,}; the sparse form (batch, position, drawn) has no "
                "limit"
            )
        preview_table = np.zeros(table_shape, dtype=np.int64)
        preview_table[self.batch - self.first_batch, self.position] = self.drawn
        return preview_table

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
    batches_in_epoch = -(-epoch.samples // epoch.batch_size)
    first_batch = whole_number("first_batch", first_batch, most=batches_in_epoch - 1)
    end_batch = batches_in_epoch
    if num_batches is not None:
        end_batch = min(first_batch + whole_number("num_batches", num_batches, 1), batches_in_epoch)
    preview_chunks = []
    begin, end = first_batch * epoch.batch_size, end_batch * epoch.batch_size
    for positions, classes in _previewed_classes(scheme, epoch, begin, end):
        batch_classes = (positions // np.uint64(epoch.batch_size)).view(np.int64)
        batch_classes *= counts.num_classes
        batch_classes += counts.canonical.take(classes)
        batch_classes, drawn = np.unique(batch_classes, return_counts=True)
        batch = batch_classes // counts.num_classes
        preview_chunks.append((batch, batch_classes - batch * counts.num_classes, drawn))
    batch, position, drawn = (np.concatenate(arrays) for arrays in zip(*preview_chunks, strict=True))
    return Preview(counts, epoch.epoch, first_batch, end_batch - first_batch, batch, position, drawn)


def epoch_class_counts(scheme: str, epoch: Epoch, counts: ClassCounts) -> IntArray:
    """The class counts of all draws of an epoch: int64, shape (num_classes,)."""
    epoch_totals = np.zeros(counts.num_classes, dtype=np.int64)
    if scheme == "exact":
        epoch_totals[counts.canonical] = exact_quotas(epoch)
        return epoch_totals
    for _, classes in _previewed_classes(scheme, epoch, 0, epoch.samples):
        epoch_totals[counts.canonical] += np.bincount(classes, minlength=epoch.shares.size)
    return epoch_totals


def _previewed_classes(scheme: str, epoch: Epoch, begin: int, end: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions and their classes, in chunks of whole batches."""
    previewed_scheme = SCHEMES[scheme](epoch)
    preview_step = max(1, _PREVIEW_CHUNK // epoch.batch_size) * epoch.batch_size
    for at in range(begin, min(end, epoch.samples), preview_step):
        positions = np.arange(at, min(at + preview_step, end, epoch.samples), dtype=np.uint64)
        yield positions, previewed_scheme.classes(positions)
