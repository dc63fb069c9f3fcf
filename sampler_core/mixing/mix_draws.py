"""Which source each position of a run draws from, and which of its items: the class stage alone.

The one contract here: the sources of the batches are the classes that a preview counts (`Scheme.classes`), and the
items of a source are numbered 0, 1, 2, ... in the order of its draws, over all epochs, ranks and workers.

NOTE example: epoch 0 draws en, de, en, en. Its positions have the items en 0, de 0, en 1, en 2, and epoch 1 goes on
with en 3 and de 1. Of a source with 2 items, item 2 is the first one of the second pass.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws import SCHEMES, Exact, Scheme
from sampler_core.draws.counter_rng import U64Array
from sampler_core.draws.preview import epoch_class_counts
from sampler_core.plans.plan import SamplingPlan

_CHUNK = 16384  # positions drawn at a time
_COUNTED_EPOCHS = 1000  # past them and the plan's end numbers begin in closed form


class MixDraws:
    """sources: in canonical order; so are all arrays of counts here. restarts: False where each epoch starts at 0."""

    def __init__(self, plan: SamplingPlan, sources: ClassCounts, restarts: bool) -> None:
        self._plan, self._sources, self._restarts = plan, sources, restarts
        self._counted = (0, np.zeros(sources.num_classes, dtype=np.int64))

    def before(self, epoch: int) -> IntArray:
        """Items of each source drawn before an epoch; int64, shape (num_sources,).

        Every draw of the earlier epochs is made, some 10 ns each (none under exact), and the latest sum is kept. Past
        the plan's last epoch, and epoch 1000, they are as many as `Exact.start_after` expects.
        """
        if not self._restarts:
            return np.zeros(self._sources.num_classes, dtype=np.int64)
        counted = min(epoch, max(self._plan.epochs or 0, _COUNTED_EPOCHS))
        at, counts = self._counted if self._counted[0] <= counted else (0, np.zeros_like(self._counted[1]))
        for number in range(at, counted):
            draws = self._plan.epoch_at(self._sources, number)
            counts = counts + epoch_class_counts(self._plan.drawing, draws, self._sources)
        self._counted = counted, counts
        if epoch == counted:
            return counts
        last = self._plan.epoch_at(self._sources, counted)
        return Exact.start_after(last, self._sources.counts, counts, epoch - counted)

    def epoch(self, epoch: int) -> EpochItems:
        """The items of an epoch."""
        draws = self._plan.epoch_at(self._sources, epoch)
        return EpochItems(SCHEMES[self._plan.drawing](draws), draws.samples, self.before(epoch))


class EpochItems:
    """The source and the item of each position of an epoch; quick for positions that rise."""

    def __init__(self, scheme: Scheme, samples: int, before: IntArray) -> None:
        self._scheme, self._samples, self._begin = scheme, samples, before
        self._go_to_first()

    def at(self, positions: U64Array) -> tuple[IntArray, IntArray]:
        """The source of each position and the number of its item; int64, shape of the positions."""
        sources, numbers = np.empty((2, positions.size), dtype=np.int64)
        chunks = positions // np.uint64(_CHUNK)
        for chunk in np.unique(chunks).tolist():
            self._go_to(chunk)
            here = chunks == chunk
            within = (positions[here] - np.uint64(chunk * _CHUNK)).view(np.int64)
            sources[here], numbers[here] = self._drawn.take(within), self._numbers().take(within)
        return sources, numbers

    def counts_before(self, position: int) -> IntArray:
        """Items of each source drawn before a position, in all epochs; int64, shape (num_sources,)."""
        chunk, within = divmod(position, _CHUNK)
        self._go_to(chunk)
        return self._before + self._counts(self._drawn[:within])

    def _go_to_first(self) -> None:
        self._before, self._chunk, self._numbered = self._begin, 0, np.zeros(0, dtype=np.int64)
        self._drawn = self._draw(0)

    def _go_to(self, chunk: int) -> None:
        if chunk < self._chunk:
            self._go_to_first()
        while self._chunk < chunk:
            self._before = self._before + self._counts(self._drawn)
            self._chunk += 1
            self._drawn, self._numbered = self._draw(self._chunk), self._numbered[:0]

    def _draw(self, chunk: int) -> IntArray:
        begin, end = chunk * _CHUNK, min((chunk + 1) * _CHUNK, self._samples)
        if begin >= end:
            return np.zeros(0, dtype=np.int64)
        return self._scheme.classes(np.arange(begin, end, dtype=np.uint64)).astype(np.int64)

    def _counts(self, sources: IntArray) -> IntArray:
        return np.bincount(sources, minlength=self._begin.size)

    def _numbers(self) -> IntArray:
        """The number of the item at each position of the chunk."""
        if not self._numbered.size:
            by_source = np.argsort(self._drawn, kind="stable")
            counts = self._counts(self._drawn)
            first = np.repeat(self._before - (np.cumsum(counts) - counts), counts)
            self._numbered = np.empty_like(self._drawn)
            self._numbered[by_source] = first + np.arange(first.size)
        return self._numbered
