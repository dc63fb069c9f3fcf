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
    """What one rank of `world` did in one epoch; where that went on with another number of ranks, one for each.

    taken: its targets; given_out: indices of its sampler, which is_over where they are all of the epoch. end_batch: of
    the one-process stream. is_last: no other number of ranks went on with the epoch.
    """

    epoch: int
    rank: int
    world: int
    num_replicas: int
    taken: int
    given_out: int
    is_over: bool
    end_batch: int
    is_last: bool


@dataclass(frozen=True, eq=False)
class Evidence:
    """A run and what follows from it."""

    run: Run

    @property
    def ranks(self) -> int:
        """The number of ranks that trained, the most where it has changed."""
        return max([self.run.world, *(window.world for window in self.run.windows)])

    @property
    def shards_itself(self) -> bool:
        """Whether the sampler gives each rank its own part."""
        return any(window.plan.num_replicas > 1 for window in self.run.windows)

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
        grouped: dict[tuple[int, int, int], list[LoggedWindow]] = {}
        last: dict[int, tuple[int, int]] = {}  # epoch -> resumes and ranks of its last windows
        for window in self.run.windows:
            epoch, rank = window.draw[:2]
            grouped.setdefault((epoch, rank, window.world), []).append(window)
            last[epoch] = max(last.get(epoch, (0, 0)), (window.resumes, window.world))
        return tuple(
            self._rank_epoch(*key, windows, last[key[0]][1] == key[2]) for key, windows in sorted(grouped.items())
        )

    def _rank_epoch(self, epoch: int, rank: int, world: int, windows: list[LoggedWindow], is_last: bool) -> RankEpoch:
        given_out, plan = sum(int(window.draw.drawn.sum()) for window in windows), windows[0].plan
        part = RankBatches(self.samples, self.batch_size or 1, plan.num_replicas, 0, plan.drop_last)
        is_over = given_out >= part.length(StartPosition())
        taken_in_all, end = sum(map(taken, windows)), max(window.end_batch for window in windows)
        return RankEpoch(epoch, rank, world, plan.num_replicas, taken_in_all, given_out, is_over, end, is_last)

    @cached_property
    def taken(self) -> IntArray:
        """Targets of each epoch: int64, shape (epochs,)."""
        totals = dict.fromkeys(self.run.epochs, 0)
        for part in self.rank_epochs:
            totals[part.epoch] += part.taken
        return np.array(list(totals.values()), dtype=np.int64)

    @cached_property
    def spread(self) -> Spread:
        """Of the class counts of each epoch."""
        run, size = self.run, self.batch_size or 1
        scheme = run.plan.drawing if run.plan else "independent"
        return spread_of(run.planned, self.taken, self._extras, Draws(max(self.samples, 1), size, scheme))

    @cached_property
    def spread_of_run(self) -> Spread:
        """Of the class counts of the whole run, as if its draws were independent; one row."""
        planned, taken_in_all = self.run.planned.sum(axis=0, keepdims=True), self.taken.sum(keepdims=True)
        return spread_of(planned, taken_in_all, self._extras.sum(keepdims=True), Draws(1, 1, "independent"))

    @property
    def _extras(self) -> IntArray:
        """What was read ahead has not been trained on."""
        return np.minimum(self.run.extras, self.ranks * (self.batch_size or 1))

    @property
    def tests(self) -> int:
        """How many counts are looked at together: of each class in each epoch and in the whole run."""
        return (len(self.run.epochs) + 1) * self.run.class_counts.num_classes

    @cached_property
    def beyond_chance(self) -> BoolArray:
        """Whether each count trained is beyond chance; the last row is the whole run."""
        of_epochs, of_run = self.run.trained, self.run.trained.sum(axis=0, keepdims=True)
        return np.concatenate([
            self.spread.is_exceeded_by(of_epochs, self.tests), self.spread_of_run.is_exceeded_by(of_run, self.tests)
        ])  # fmt: skip

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
