"""The records of one rank's file, line by line; where another run begins in it, those of before are let go."""

from __future__ import annotations

import numpy as np

from sampler_core.run_log.records import (
    DrawLine,
    EndLine,
    MetricLine,
    PlanLine,
    ResumeLine,
    TooManyClasses,
    record_of_line,
)
from sampler_core.run_log.run import LoggedResume, LoggedValues, LoggedWindow

MOST_ENTRIES = 1 << 22  # of one rank, windows times classes: 1,000 epochs of 1,000 classes in four lines each
_LEAST_ENTRIES = 100  # numbers that whatever is held counts as, however few it has


class RankRecords:
    """What the lines so far hold, of the last run in them.

    runs: how many runs there were. skipped: lines that are not whole JSON of this version; too_many_classes: of a plan
    that is one of these. is_full: later windows are left out. changes: another number whenever something has come.
    segment, world: of the next window; entries: numbers held so far.
    """

    def __init__(self, rank: int) -> None:
        self.rank, self.changes = rank, 0
        self.restart()

    def restart(self) -> None:
        """Forgets all lines."""
        self.runs = self.skipped = 0
        self.changes += 1
        self._begin_run()

    def _begin_run(self) -> None:
        self.plans: list[PlanLine] = []
        self.windows: list[LoggedWindow] = []
        self.resumes: list[LoggedResume] = []
        self.metrics: dict[tuple[str, str, int], LoggedValues] = {}
        self.ended, self.is_full, self.too_many_classes = False, False, 0
        self.segment = self.entries = 0
        self.world = 1

    def add(self, line: bytes) -> None:
        """The next line of the file."""
        record = record_of_line(line, self.plans[-1].class_counts.num_classes if self.plans else None)
        if self.is_full and isinstance(record, DrawLine | MetricLine | ResumeLine):
            return
        self.changes += 1
        if record is None:
            self.skipped += 1
        elif isinstance(record, TooManyClasses):
            self.skipped, self.too_many_classes = self.skipped + 1, record.classes
        elif isinstance(record, PlanLine):
            self._add_plan(record)
        elif isinstance(record, ResumeLine) and self._is_room_for(1):
            self.segment, self.world, self.ended = self.segment + 1, record.world, False
            self.resumes.append(LoggedResume(record, self.rank, len(self.resumes) + 1, self.segment))
        elif isinstance(record, DrawLine):
            self._add_window(record)
        elif isinstance(record, MetricLine):
            self._add_metrics(record)
        elif isinstance(record, EndLine):
            self.ended = True

    def _add_plan(self, plan: PlanLine) -> None:
        if self.plans and plan.run != self.plans[-1].run:
            self._begin_run()
        self.runs += not self.plans
        if not self._is_room_for(plan.class_counts.num_classes):
            return
        self.plans.append(plan)
        self.segment, self.world = self.segment + 1, plan.world

    def _add_window(self, draw: DrawLine) -> None:
        if self._is_room_for(3 * draw.trained.size):
            self.windows.append(LoggedWindow(draw, self.plans[-1], self.world, self.segment, len(self.resumes)))

    def _add_metrics(self, record: MetricLine) -> None:
        for name, values in record.values.items():
            row = np.asarray(values, dtype=np.float64)
            if self._is_room_for(row.size):
                self.metrics[record.part, name, record.epoch] = LoggedValues(row, len(self.resumes))

    def _is_room_for(self, entries: int) -> bool:
        self.entries += max(entries, _LEAST_ENTRIES)
        self.is_full = self.entries > 3 * MOST_ENTRIES
        return not self.is_full
