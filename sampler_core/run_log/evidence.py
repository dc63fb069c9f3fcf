"""What a run shows about its draws, put together for the causes: by epoch and rank, and what the plan asks of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.forecast.expectations import Draws
from sampler_core.run_log.chance import Spread, spread_of
from sampler_core.run_log.run import LoggedWindow, Run
from sampler_core.sampling.rank_batches import RankBatches, StartPosition


class RankEpoch(NamedTuple):
    """What one rank of `world` did in one epoch.

    taken: its targets; given_out: indices of its sampler, which is_over where they are all of the epoch. end_batch: of
    the one-process stream.
    """

    epoch: int
    rank: int
    world: int
    taken: int
    given_out: int
    is_over: bool
    end_batch: int


@dataclass(frozen=True, eq=False)
class Evidence:
    """A run and what follows from it."""

    run: Run

    @property
    def ranks(self) -> int:
        """The number of ranks that trained."""
        return self.run.world

    @property
    def shards_itself(self) -> bool:
        """Whether the sampler gives each rank its own part."""
        return self.run.first_plan.num_replicas > 1

    @property
    def batch_size(self) -> int | None:
        """Of the plan, for one rank."""
        return self.run.plan.batch_size if self.run.plan else None

    @property
    def samples(self) -> int:
        """Draws of an epoch in the plan, of all ranks; 0 where it is not known."""
        return self.run.plan.samples(self.run.class_counts) if self.run.plan else 0

    @property
    def batches(self) -> int:
        """Batches of an epoch of the one-process stream, a last smaller one included; 0 where they are not known."""
        return -(-self.samples // self.batch_size) if self.batch_size else 0

    @cached_property
    def rank_epochs(self) -> tuple[RankEpoch, ...]:
        """By epoch, then rank."""
        grouped: dict[tuple[int, int], list[LoggedWindow]] = {}
        for window in self.run.windows:
            grouped.setdefault((window.draw.epoch, window.draw.rank), []).append(window)
        return tuple(self._rank_epoch(*key, windows) for key, windows in sorted(grouped.items()))

    def _rank_epoch(self, epoch: int, rank: int, windows: list[LoggedWindow]) -> RankEpoch:
        given_out, plan = sum(int(window.draw.drawn.sum()) for window in windows), windows[0].plan
        part = RankBatches(self.samples, self.batch_size or 1, plan.num_replicas, 0, plan.drop_last)
        is_over = given_out >= part.length(StartPosition())
        taken_in_all, end = sum(map(taken, windows)), max(window.end_batch for window in windows)
        return RankEpoch(epoch, rank, windows[-1].world, taken_in_all, given_out, is_over, end)

    @cached_property
    def taken(self) -> IntArray:
        """Targets of each epoch: int64, shape (epochs,)."""
        totals = dict.fromkeys(self.run.epochs, 0)
        for part in self.rank_epochs:
            totals[part.epoch] += part.taken
        return np.array(list(totals.values()), dtype=np.int64)

    @cached_property
    def spread(self) -> Spread:
        """Of the class counts of each epoch, and in a last row of the whole run as if independent."""
        run, size = self.run, self.batch_size or 1
        scheme = run.plan.drawing if run.plan else "independent"
        extras = np.minimum(run.extras, self.ranks * size)  # what was read ahead has not been trained on
        of_epochs = spread_of(run.planned, self.taken, extras, Draws(max(self.samples, 1), size, scheme))
        total, taken_in_all = run.planned.sum(axis=0, keepdims=True), self.taken.sum(keepdims=True)
        of_run = spread_of(total, taken_in_all, extras.sum(keepdims=True), Draws(1, size, "independent"))
        return Spread(*(np.concatenate(parts) for parts in zip(of_epochs, of_run, strict=True)))

    @cached_property
    def beyond_chance(self) -> BoolArray:
        """Whether each count trained is beyond chance; the last row is the whole run."""
        counts = np.concatenate([self.run.trained, self.run.trained.sum(axis=0, keepdims=True)])
        return self.spread.is_exceeded_by(counts, counts.size)

    @cached_property
    def not_drawn(self) -> FloatArray:
        """Targets of each epoch and class beyond what the sampler gave out, shape (epochs, num_classes)."""
        return np.asarray(np.maximum(self.run.trained - self.run.drawn, 0.0))


def taken(window: LoggedWindow) -> int:
    """The targets of a window, those of no class too."""
    return int(window.draw.trained.sum()) + window.draw.other


def first_where(epochs: Sequence[int], holds: Sequence[bool] | BoolArray) -> int | None:
    """The first epoch where it holds."""
    return next((epoch for epoch, held in zip(epochs, holds, strict=True) if held), None)
