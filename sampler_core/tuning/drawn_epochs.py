"""The draws of whole epochs, counted by class, by batch and by sample, chunk by chunk.

The one contract here: these are the draws of a training in one process. Classes come from `preview_batches`, samples
from `Scheme.places` at the starts of `ClassCursors`, as in `IndexStream`; nothing is drawn in another way.

NOTE places: class counts are enough, though a training draws from labels in some order. Which sample of the data set
stands at a place depends on that order; it is settled once, sample for sample within each class and for the whole run.
So how often the samples of a class come, in an epoch and in all, does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws import SCHEMES, ClassMembers, Epoch, Scheme
from sampler_core.draws.preview import preview_batches
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.class_cursors import ClassCursors
from sampler_core.tuning.values_by_skew import Progress, partial_progress

SampleCounts = NDArray[np.uint32]
_CHUNK = 1 << 17  # draws at a time
_ONE = np.uint32(1)  # of the same type as the counts: another one makes `add.at` a hundred times slower


class EpochDraws(NamedTuple):
    """What an epoch draws.

    of_class: draws of each class, missing: the share of its full batches that have none of it; (num_classes,).
    of_sample: how often each sample comes, class after class in canonical order; uint32, (samples of the data set,).
    What was not asked for is empty.
    """

    epoch: int
    of_class: IntArray
    missing: FloatArray
    of_sample: SampleCounts


def drawn_epochs(
    plan: SamplingPlan, counts: ClassCounts, epochs: Sequence[int], progress: Progress, *, batches: bool, samples: bool
) -> Iterator[EpochDraws]:
    """The draws of each of these epochs (rising), counted by class and batch, by sample, or both."""
    cursors = ClassCursors(plan, counts.present, plan.samples(counts))
    nothing = EpochDraws(0, np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.uint32))
    for number, epoch in enumerate(epochs):
        draws, begin = cursors.draws(epoch), number / len(epochs)
        half, end = begin + 0.5 * (batches / len(epochs)), (number + 1) / len(epochs)
        found = nothing._replace(epoch=epoch)
        if batches:
            of_class, missing = _of_class(plan.drawing, draws, counts, partial_progress(progress, begin, half))
            found = found._replace(of_class=of_class, missing=missing)
        if samples:
            members = ClassMembers(counts.present.counts, _first_places(counts), cursors.start(epoch))
            scheme = SCHEMES[plan.drawing](draws, members)
            of_sample = _of_sample(scheme, draws.samples, counts.num_samples, partial_progress(progress, half, end))
            found = found._replace(of_sample=of_sample)
        yield found


def most_of_class(of_sample: SampleCounts, counts: ClassCounts) -> IntArray:
    """The largest count of a single sample of each class; int64, (num_classes,), 0 for an empty class."""
    most = np.zeros(counts.num_classes, dtype=np.int64)
    most[counts.canonical] = np.maximum.reduceat(of_sample, _first_places(counts))
    return most


def seen_of_class(of_sample: SampleCounts, counts: ClassCounts) -> FloatArray:
    """The share of each class's samples that are drawn at least once; float64, (num_classes,), 0 for an empty class."""
    seen = np.zeros(counts.num_classes)
    drawn = np.add.reduceat(of_sample > 0, _first_places(counts), dtype=np.int64)
    seen[counts.canonical] = drawn / counts.present.counts
    return seen


def _first_places(counts: ClassCounts) -> IntArray:
    return np.asarray(np.cumsum(counts.present.counts) - counts.present.counts)


def _of_class(scheme: str, draws: Epoch, counts: ClassCounts, progress: Progress) -> tuple[IntArray, FloatArray]:
    """Draws of each class, and the share of full batches without it; a batch larger than the epoch counts as full."""
    of_class, with_class = np.zeros((2, counts.num_classes), dtype=np.int64)
    full, step = max(1, draws.samples // draws.batch_size), max(1, _CHUNK // draws.batch_size)
    for first_batch in range(0, draws.batches, step):
        progress(first_batch / draws.batches)
        preview = preview_batches(scheme, draws, counts, first_batch, step)
        of_class += preview.totals
        with_class += np.bincount(preview.position[preview.batch < full], minlength=counts.num_classes)
    return of_class, 1.0 - with_class / full


def _of_sample(scheme: Scheme, draws: int, num_samples: int, progress: Progress) -> SampleCounts:
    of_sample = np.zeros(num_samples, dtype=np.uint32)
    for begin in range(0, draws, _CHUNK):
        progress(begin / draws)
        positions = np.arange(begin, min(begin + _CHUNK, draws), dtype=np.uint64)
        np.add.at(of_sample, scheme.places(positions), _ONE)
    return of_sample
