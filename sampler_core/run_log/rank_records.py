"""The records of one rank's file, line by line; where another run begins in it, those of before are let go."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.run_log.records import DrawLine, EndLine, MetricLine, PlanLine, ResumeLine, record_of_line
from sampler_core.run_log.run import LoggedResume, LoggedWindow

MOST_ENTRIES = 1 << 23  # numbers per class and window: 1,000 epochs of 1,000 classes on 8 ranks


class RankRecords:
    """What the lines so far hold, of the last run in them.

    runs: how many runs there were. skipped: lines that are not whole JSON of this version. changes: another number
    whenever a line has come.
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
        self.metrics: dict[tuple[str, str, int], FloatArray] = {}
        self.ended = self.is_full = False
        self._segment = self._lines = self._entries = 0
        self._world = 1

    def add(self, line: bytes) -> None:
        """The next line of the file."""
        record = record_of_line(line, self.plans[-1].class_counts.num_classes if self.plans else None)
        self._lines += 1
        self.changes += 1
        if record is None:
            self.skipped += 1
        elif isinstance(record, PlanLine):
            self._add_plan(record)
        elif isinstance(record, ResumeLine):
            self._segment, self._world, self.ended = self._segment + 1, record.world, False
            self.resumes.append(LoggedResume(record, self.rank, len(self.resumes) + 1, self._segment))
            still_true = record.epoch + (record.batch > 0)  # the epoch that goes on keeps what it had
            self.metrics = {key: values for key, values in self.metrics.items() if key[2] < still_true}
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
        self._segment, self._world = self._segment + 1, plan.world

    def _add_window(self, draw: DrawLine) -> None:
        if self._is_room_for(3 * draw.trained.size):
            place = (self.plans[-1], self._world, self._segment, len(self.resumes), self._lines)
            self.windows.append(LoggedWindow(draw, *place))

    def _add_metrics(self, record: MetricLine) -> None:
        for name, values in record.values.items():
            row = np.asarray(values, dtype=np.float64)
            if self._is_room_for(row.size):
                self.metrics[record.part, name, record.epoch] = row

    def _is_room_for(self, entries: int) -> bool:
        self._entries += entries
        self.is_full = self._entries > 3 * MOST_ENTRIES
        return not self.is_full
