"""The batches of one worker of one rank in the rest of an epoch, as lists of items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np

from sampler_core.draws.counter_rng import U64Array
from sampler_core.mixing.mix_draws import EpochItems
from sampler_core.mixing.source_passes import RestartedSource, SourceOfOnePass
from sampler_core.mixing.source_readers import END
from sampler_core.sampling.rank_batches import RankBatches, StartPosition

NumberedSource = RestartedSource | SourceOfOnePass


class Worker(NamedTuple):
    """One of the processes that read for a rank: every `workers`-th of its batches, from batch `number` on."""

    number: int = 0
    workers: int = 1


class MixBatches:
    """What a worker reads of an epoch from batch `first_batch` of the one-process stream on.

    Positions count from there. With several ranks the rest of the epoch is completed to whole rounds of batches by its
    own first positions, whose items are read in their turn and kept. Where a source stops the epoch, one rank has all
    items before the missing one, and several ranks have the whole rounds before it.
    """

    def __init__(
        self,
        items: EpochItems,
        sources: Sequence[NumberedSource],
        batches: RankBatches,
        first_batch: int,
        worker: Worker,
    ) -> None:
        self._items, self._sources, self._worker = items, sources, worker
        self._stopping = [source for source in sources if isinstance(source, SourceOfOnePass)]  # all, or none
        self._before = first_batch * batches.batch_size
        self._rest = batches._replace(samples=max(0, batches.samples - self._before))
        self._length = self._rest.length(StartPosition())
        self._num_batches = -(-self._length // batches.batch_size)
        self._kept: dict[int, Any] = {}

    def after(self, done: int) -> Iterator[list[Any]]:
        """The batches that are left after the first `done` items of this worker."""
        number, workers = self._worker
        skipped, within = divmod(done, self._rest.batch_size)
        first_batch = number + skipped * workers
        for batch in range(first_batch, self._num_batches, workers):
            positions = self._positions(batch)
            if batch == first_batch:
                positions = positions[within:]
                self._keep_repeated(positions)
            if not self._are_whole(batch):
                return
            items = self._items_at(positions)
            whole = len(items) == positions.size and self._are_whole(batch + 1)
            if whole or self._rest.num_replicas == 1:
                yield items
            if not whole:
                return

    def _positions(self, batch: int) -> U64Array:
        begin = batch * self._rest.batch_size
        return self._rest.positions(StartPosition(), begin, min(begin + self._rest.batch_size, self._length))

    def _keep_repeated(self, positions: U64Array) -> None:
        """Reads this worker's first positions together with those that its last batch repeats, in order."""
        last, (samples, size, replicas, rank, _) = self._num_batches - 1, self._rest
        if replicas > 1 and (last - self._worker.number) % self._worker.workers == 0:
            repeated = self._positions(last)[max(0, samples - (last * replicas + rank) * size) :]
            self._kept = self._read(np.union1d(positions, repeated)) if repeated.size else {}

    def _are_whole(self, rounds: int) -> bool:
        """Whether the sources have all items of so many rounds of batches."""
        if not self._stopping:
            return True
        end = min(rounds * self._rest.num_replicas * self._rest.batch_size, self._rest.samples)
        counts = self._items.counts_before(self._before + end).tolist()
        return all(source.has(count) for source, count in zip(self._stopping, counts, strict=True))

    def _items_at(self, positions: U64Array) -> list[Any]:
        """The items at these positions, up to the first that is missing."""
        new = positions[~np.isin(positions, list(self._kept))] if self._kept else positions
        found = self._kept | self._read(new)
        return [found[position] for position in takewhile(found.__contains__, positions.tolist())]

    def _read(self, positions: U64Array) -> dict[int, Any]:
        """Position -> item, up to the first that is missing."""
        sources, numbers = self._items.at(positions + np.uint64(self._before))
        items = (self._sources[s].item(n) for s, n in zip(sources.tolist(), numbers.tolist(), strict=True))
        return dict(zip(positions.tolist(), takewhile(lambda item: item is not END, items), strict=False))
