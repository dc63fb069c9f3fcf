"""Run: what a log holds, its ranks added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.run_log.records import MOST_CLASSES, DrawLine, PlanLine, ResumeLine


class LoggedWindow(NamedTuple):
    """A "draw" line and where it stands: `plan`, the last one before it; `segment`, the number of plan and resume
    lines before it in its file; `resumes`, how often the run had gone on before."""

    draw: DrawLine
    plan: PlanLine
    world: int
    segment: int
    resumes: int

    @property
    def end_batch(self) -> int:
        """The batches of the one-process stream up to the end of this window, those of the other ranks included."""
        return self.draw.first_batch + self.draw.batches * self.world


class LoggedResume(NamedTuple):
    """A "resume" line of a rank and where it stands: `number`, how often the run had gone on with it; `segment`, the
    number of plan and resume lines up to it in its file."""

    resume: ResumeLine
    rank: int
    number: int
    segment: int


class LoggedValues(NamedTuple):
    """A metric of one epoch: a number or one per class; `resumes`, how often the run had gone on before."""

    values: FloatArray
    resumes: int


@dataclass(frozen=True, eq=False)
class Run:
    """One run. `plans`: every plan line, by rank and in order; the first one of the lowest rank is the run's.

    all_windows: as they were written. windows: those that count. metrics: {part: {name: values}}, one row an epoch of
    `metric_epochs`, shape (epochs,) or (epochs, num_classes), NaN where there is none; of several ranks their mean.
    skipped_lines: how many were no whole line of this version. notes: sentences on what could not be read.
    """

    plans: tuple[tuple[int, PlanLine], ...]
    all_windows: tuple[LoggedWindow, ...]
    windows: tuple[LoggedWindow, ...]
    resumes: tuple[LoggedResume, ...]
    metric_epochs: tuple[int, ...]
    metrics: Mapping[str, Mapping[str, FloatArray]]
    rank_feedback: Mapping[str, Mapping[int, Sequence[FloatArray]]]
    ended: bool
    skipped_lines: int = 0
    notes: tuple[str, ...] = ()

    @property
    def first_plan(self) -> PlanLine:
        """What the run was about to draw."""
        return self.plans[0][1]

    @cached_property
    def class_counts(self) -> ClassCounts:
        """The classes and their counts, of the run's start; those that came later have none."""
        counts = self.first_plan.class_counts
        every = [name for _, plan in self.plans for name in plan.class_counts.names]
        of_run = dict.fromkeys([*counts.names, *(name for name in every if type(name) is type(counts.names[0]))], 0)
        of_run |= dict(zip(counts.names, counts.counts.tolist(), strict=True))
        is_same = not counts.num_classes < len(of_run) <= MOST_CLASSES
        return counts if is_same else ClassCounts.from_counts(of_run)

    @cached_property
    def plan(self) -> SamplingPlan | None:
        """The plan; None where the log has none that can be read."""
        text = self.first_plan.plan
        try:
            return None if text is None else SamplingPlan.read_json(text)[0]
        except ValueError:
            return None

    @property
    def world(self) -> int:
        """The number of ranks, of the run's start."""
        return self.first_plan.world

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """The ranks that have written windows."""
        return tuple(sorted({window.draw.rank for window in self.windows}))

    @cached_property
    def epochs(self) -> tuple[int, ...]:
        """The epochs of the rows of `planned`, `drawn`, `trained`, in order."""
        return tuple(sorted({window.draw.epoch for window in self.windows}))

    @cached_property
    def repeated(self) -> tuple[LoggedWindow, ...]:
        """Windows that the same process passed over again later: they were trained on, and the later ones count."""
        again: dict[tuple[int, int, int, int], list[LoggedWindow]] = {}
        for window in self.all_windows:
            if window.draw.drawn.any():
                key = (window.draw.epoch, window.draw.rank, window.segment, window.draw.first_batch)
                again.setdefault(key, []).append(window)
        return tuple(window for windows in again.values() for window in windows[:-1])

    @cached_property
    def passes_of_repeated(self) -> dict[int, int]:
        """Epoch -> how often one process passed over it, for those of more than one pass."""
        keys = [(w.draw.epoch, w.draw.rank, w.segment, w.draw.first_batch) for w in self.repeated]
        most: dict[int, int] = {}
        for (epoch, *_), times in Counter(keys).items():
            most[epoch] = max(most.get(epoch, 0), 1 + times)
        return most

    @cached_property
    def planned(self) -> FloatArray:
        """Expected counts: float64, shape (epochs, num_classes)."""
        return self._summed([(window, window.draw.planned) for window in self.windows])

    @cached_property
    def trained(self) -> IntArray:
        """Counts of the targets that reached the training step: int64, shape (epochs, num_classes)."""
        return self._summed([(window, window.draw.trained) for window in self.windows]).astype(np.int64)

    @cached_property
    def drawn(self) -> FloatArray:
        """Counts of what the sampler gave out: float64, shape (epochs, num_classes).

        Where each rank was given the whole stream (num_replicas=1 on several ranks), of each its share by batches.
        """
        of_all, of_rank = Counter[tuple[int, int]](), Counter[tuple[int, int, int]]()
        for window in self.windows:
            epoch, rank = window.draw[:2]
            of_all[epoch, window.world] += window.draw.batches
            of_rank[epoch, window.world, rank] += window.draw.batches
        rows: list[tuple[LoggedWindow, FloatArray | IntArray]] = []
        for window in self.windows:
            epoch, rank, world = *window.draw[:2], window.world
            is_whole = window.plan.num_replicas == 1 and world > 1 and len(self.ranks) > 1
            share = of_rank[epoch, world, rank] / max(of_all[epoch, world], 1) if is_whole else 1.0
            rows.append((window, np.asarray(share * window.draw.drawn, dtype=np.float64)))
        return self._summed(rows)

    @cached_property
    def extras(self) -> IntArray:
        """Indices beside the plan: read ahead, or drawn to complete a round of batches; int64, shape (epochs,)."""
        extras = dict.fromkeys(self.epochs, 0)
        for window in self.windows:
            extras[window.draw.epoch] += window.draw.extras
        return np.array(list(extras.values()), dtype=np.int64)

    def shares(self, counts: FloatArray | IntArray) -> FloatArray:
        """Counts, shape (epochs, num_classes), as shares of each epoch; 0 in an epoch without any."""
        return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300))

    def _summed(self, rows: list[tuple[LoggedWindow, FloatArray | IntArray]]) -> FloatArray:
        at = {epoch: i for i, epoch in enumerate(self.epochs)}
        position = {name: c for c, name in enumerate(self.class_counts.names)}
        total = np.zeros((len(self.epochs), len(position)))
        for window, row in rows:
            names = window.plan.class_counts.names
            if names != self.class_counts.names:
                known = [c for c, name in enumerate(names) if name in position]
                total[at[window.draw.epoch], [position[names[c]] for c in known]] += row[known]
            else:
                total[at[window.draw.epoch]] += row
        return total
