"""Where a mix stands in its run: for the process that iterates it, and for the workers of its loaders.

The one contract here: the epoch, where it starts and the lengths of sources lie in shared memory, so that workers
follow `set_epoch`, also those that outlive an epoch. What a worker has read is its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch.utils.data import get_worker_info

from sampler_core.data.array_types import IntArray
from sampler_core.data.plain_values import whole_number
from sampler_core.mixing.mix_batches import Worker
from sampler_core.sampling.rank_batches import RankBatches, StartPosition

_EPOCH, _BATCHES, _DONE, _BY_WORKERS, _LENGTHS = range(5)


class MixPosition(NamedTuple):
    """Where an epoch goes on: after `batches` batches of the one-process stream, and `done` items of a worker since."""

    epoch: int = 0
    batches: int = 0
    done: int = 0
    worker: Worker = Worker()

    def is_over(self, batches: RankBatches) -> bool:
        """Whether the epoch has nothing left for this worker."""
        own_batches, within = divmod(self.done, batches.batch_size)
        next_batch = self.worker.number + own_batches * self.worker.workers
        return next_batch * batches.batch_size + within >= batches.length(StartPosition(self.batches))


@dataclass(slots=True)
class MixPass:
    """A pass over an epoch, and how much of it is done as `MixPosition` counts."""

    start: MixPosition
    done: int


class MixProgress:
    """lengths: of a pass of each source, 0 where not known."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._shared = torch.tensor([0] * _LENGTHS + list(lengths))
        self._shared.share_memory_()  # type: ignore[no-untyped-call]
        self._loaded: MixPosition | None = None  # by this worker
        self._pass: MixPass | None = None  # the newest of this process

    @property
    def epoch(self) -> int:
        """The epoch that is read next, or is being read."""
        return int(self._numbers[_EPOCH])

    @property
    def lengths(self) -> IntArray:
        """The length of a pass of each source, once a process has read to its end; what is written here is shared."""
        return self._numbers[_LENGTHS:]

    def new_pass(self) -> MixPass:
        """A pass of this process, from where the next one starts; `ValueError` where another worker has saved that."""
        info = get_worker_info()
        worker = Worker() if info is None else Worker(info.id, info.num_workers)
        start = self._next_start
        if start.worker.workers > 1 and start.worker != worker:
            must = f"state must be loaded by worker {start.worker.number} of {start.worker.workers}, which has saved it"
            raise ValueError(f"{must}, got worker {worker.number} of {worker.workers}")
        return MixPass(start._replace(worker=worker), start.done)

    def begin(self, new_pass: MixPass) -> None:
        """Its first item is asked for: frameworks make iterators that they never use."""
        self._pass, self._loaded, self._numbers[_BY_WORKERS] = new_pass, None, get_worker_info() is not None
        if get_worker_info() is None:
            self._numbers[[_BATCHES, _DONE]] = 0  # the pass after it is whole

    def start_at(self, position: MixPosition) -> None:
        """Sets where the next pass starts: that of this worker, or else those of this process and all workers."""
        self._pass = None
        if get_worker_info() is not None:
            self._loaded = position
        else:
            self._numbers[:_LENGTHS] = position.epoch, position.batches, position.done, False

    def position(self, batches: RankBatches, batches_delivered: int | None) -> MixPosition:
        """Where the newest pass stands: after what this process has handed out, or so many batches of a loader."""
        start = self._pass.start if self._pass else self._next_start
        done = self._pass.done if self._pass else start.done
        if batches_delivered is not None:
            delivered = whole_number("batches_delivered", batches_delivered) * batches.batch_size
            done = min(start.done + delivered, batches.length(StartPosition(start.batches)))
        elif self._numbers[_BY_WORKERS] and get_worker_info() is None:
            raise ValueError("batches_delivered must be given where the workers of a loader read the mix, got None")
        if start.worker.workers > 1:
            return start._replace(done=done)
        rest = batches.after(StartPosition(start.batches), done)
        return start._replace(batches=rest.batches, done=rest.within)

    @property
    def _next_start(self) -> MixPosition:
        return self._loaded or MixPosition(*self._numbers[: _DONE + 1].tolist())

    @property
    def _numbers(self) -> IntArray:
        numbers: IntArray = self._shared.numpy()
        return numbers

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pass": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._shared.share_memory_()  # type: ignore[no-untyped-call]  # a copy is in memory of its own
