"""The records of one rank as JSON and bytes, handed from the process that has read a file to another one.

NOTE packed-records: a row of numbers as JSON would be read twice, which is most of the work; as bytes it is not copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sampler_core.data.class_counts import ClassCounts
from sampler_core.run_log.rank_records import RankRecords
from sampler_core.run_log.records import DrawLine, PlanLine, ResumeLine
from sampler_core.run_log.run import LoggedResume, LoggedValues, LoggedWindow

_NUMBERS = ("rank", "runs", "skipped", "too_many_classes", "ended", "is_full", "segment", "entries", "world")


def packed(records: RankRecords) -> tuple[dict[str, Any], bytes]:
    """What JSON can hold, and the rows of numbers."""
    at = {id(plan): i for i, plan in enumerate(records.plans)}
    rows = [row for window in records.windows for row in window.draw[4:7]]
    rows += [logged.values for logged in records.metrics.values()]
    return {
        "numbers": [getattr(records, name) for name in _NUMBERS],
        "plans": [_plan_to_json(plan) for plan in records.plans],
        "windows": [[*w.draw[:4], *w.draw[7:], at[id(w.plan)], *w[2:]] for w in records.windows],
        "resumes": [[*one.resume, one.number, one.segment] for one in records.resumes],
        "metrics": [[*key, *one.values.shape, one.resumes] for key, one in records.metrics.items()],
    }, b"".join(row.tobytes() for row in rows)  # fmt: skip


def unpacked(header: Mapping[str, Any], content: bytes | memoryview) -> RankRecords:
    """The inverse; its rows are views into the bytes."""
    records, rows = RankRecords(header["numbers"][0]), _Rows(content)
    for name, value in zip(_NUMBERS, header["numbers"], strict=True):
        setattr(records, name, value)
    records.plans = [_plan_of_json(plan) for plan in header["plans"]]
    for epoch, rank, first, batches, *rest, at, world, segment, resumes in header["windows"]:
        plan = records.plans[at]
        size = (plan.class_counts.num_classes,)
        planned, drawn, trained = (rows.next(size, kind) for kind in (np.float64, np.int64, np.int64))
        draw = DrawLine(epoch, rank, first, batches, planned, drawn, trained, *rest)
        records.windows.append(LoggedWindow(draw, plan, world, segment, resumes))
    for *line, number, segment in header["resumes"]:
        records.resumes.append(LoggedResume(ResumeLine(*line), records.rank, number, segment))
    for part, name, epoch, *shape, resumes in header["metrics"]:
        records.metrics[part, name, epoch] = LoggedValues(rows.next(tuple(shape), np.float64), resumes)
    return records


class _Rows:
    """One row after the other."""

    def __init__(self, content: bytes | memoryview) -> None:
        self._content, self._at = content, 0

    def next(self, shape: tuple[int, ...], kind: DTypeLike) -> NDArray[Any]:
        size = int(np.prod(shape))
        row = np.frombuffer(self._content, kind, size, self._at).reshape(shape)
        self._at += row.nbytes
        return row


def _plan_to_json(plan: PlanLine) -> list[Any]:
    counts = plan.class_counts
    return [*plan._replace(class_counts=[counts.names, counts.counts.tolist()])]  # type: ignore[arg-type]


def _plan_of_json(fields: list[Any]) -> PlanLine:
    plan = PlanLine(*fields)
    names, counts = fields[PlanLine._fields.index("class_counts")]
    return plan._replace(class_counts=ClassCounts(tuple(names), np.array(counts, dtype=np.int64)))
