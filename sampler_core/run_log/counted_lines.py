"""Which lines of a run count: those that no later one has undone, on whatever ranks the run went on.

The one contract here: of windows of one rank and epoch that overlap the later one counts, and where a run goes on from
an earlier place, what it had done beyond it no longer counts, on any rank.

NOTE a run that begins on 4 ranks, goes on with 2 from batch 8 of epoch 0, and with 4 from batch 20, has resume lines
(8, 20) in the file of rank 0 and (20) in that of rank 3. That of rank 3 is the second time that the run went on, and
its windows before are the ones that the first time has undone: so resumes are numbered as in the file of the lowest
rank, which takes part each time. A process may be killed before all ranks have written their line: of equal ones a rank
takes the last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from sampler_core.data.array_types import FloatArray
from sampler_core.run_log.rank_records import RankRecords
from sampler_core.run_log.records import ResumeLine
from sampler_core.run_log.run import LoggedResume, LoggedValues, LoggedWindow

Place: TypeAlias = tuple[float, float]  # epoch and batch of the one-process stream
Metrics: TypeAlias = Mapping[tuple[str, str, int], LoggedValues]  # by part of the data, name and epoch

_NOWHERE: Place = (math.inf, math.inf)


class RankLines(NamedTuple):
    """What one rank has logged, with the numbers of resumes that all ranks share."""

    windows: list[LoggedWindow]
    resumes: list[LoggedResume]
    metrics: Metrics


def numbered_alike(ranks: Sequence[RankRecords]) -> list[RankLines]:
    """Those of each rank, the lowest one first."""
    of_lowest = [resume.resume for resume in ranks[0].resumes]
    return [_renumbered(records, of_lowest) for records in ranks]


def _renumbered(records: RankRecords, of_lowest: Sequence[ResumeLine]) -> RankLines:
    numbers = [0, *_numbers([resume.resume for resume in records.resumes], of_lowest)]
    if numbers == list(range(len(numbers))):
        return RankLines(records.windows, records.resumes, records.metrics)
    return RankLines(
        [window._replace(resumes=numbers[window.resumes]) for window in records.windows],
        [resume._replace(number=numbers[resume.number]) for resume in records.resumes],
        {key: logged._replace(resumes=numbers[logged.resumes]) for key, logged in records.metrics.items()},
    )


def _numbers(resumes: Sequence[ResumeLine], of_lowest: Sequence[ResumeLine]) -> list[int]:
    """The number of each: the last line of the lowest rank that is the same, in order; that of none is the next's."""
    numbers, before = list[int](), len(of_lowest) + 1
    same: dict[ResumeLine, list[int]] = {}
    for number, resume in enumerate(of_lowest, 1):
        same.setdefault(resume, []).append(number)
    for resume in reversed(resumes):
        left = same.get(resume, [])
        while left and left[-1] >= before:
            left.pop()
        before = left.pop() if left else before
        numbers.append(min(before, len(of_lowest)))
    return numbers[::-1]


def places_gone_back_to(resumes: Iterable[LoggedResume]) -> list[Place]:
    """By number of resumes before a line: the earliest place from which the run went on after it."""
    earliest: dict[int, Place] = {}
    for one in resumes:
        earliest[one.number] = min(earliest.get(one.number, _NOWHERE), (one.resume.epoch, one.resume.batch))
    backwards = [_NOWHERE, *(earliest.get(number, _NOWHERE) for number in range(max(earliest, default=0), 0, -1))]
    return [*accumulate(backwards, min)][::-1]


def metrics_that_count(
    metrics: Metrics, gone_back_to: Sequence[Place]
) -> Iterator[tuple[tuple[str, str, int], FloatArray]]:  # fmt: skip
    """Those of epochs before such a place; an epoch that goes on keeps what it had."""
    for key, logged in metrics.items():
        epoch, batch = gone_back_to[logged.resumes]
        if key[2] < epoch + (batch > 0):
            yield key, logged.values


def windows_that_count(windows: Iterable[LoggedWindow], gone_back_to: Sequence[Place]) -> list[LoggedWindow]:
    """Without those that lie beyond such a place, or that a later one overlaps; by epoch, rank and batch."""
    kept: dict[tuple[int, int], list[LoggedWindow]] = {}
    for window in windows:
        if (window.draw.epoch, window.end_batch) <= gone_back_to[window.resumes]:
            kept.setdefault((window.draw.epoch, window.draw.rank), []).append(window)
    counted = [window for of_epoch in kept.values() for window in _not_overlapped(of_epoch)]
    return sorted(counted, key=lambda window: window.draw[:3])


def _not_overlapped(windows: Sequence[LoggedWindow]) -> list[LoggedWindow]:
    """Those of one epoch and rank of whose batches no later one has any.

    NOTE walked backwards; of each stretch between two edges `free` has the next one that no later window holds.
    """
    if len(windows) == 1:
        return [*windows]
    edges = sorted({edge for window in windows for edge in (window.draw.first_batch, window.end_batch)})
    at, free, found = {edge: i for i, edge in enumerate(edges)}, list(range(len(edges))), list[LoggedWindow]()
    for window in reversed(windows):
        stretch, end = at[window.draw.first_batch], at[window.end_batch]
        is_free = True
        while stretch < end:
            next_free = _next_free(free, stretch)
            is_free = is_free and next_free == stretch
            if next_free < end:
                free[next_free] = next_free + 1
            stretch = next_free + 1
        found += [window] * is_free
    return found[::-1]


def _next_free(free: list[int], stretch: int) -> int:
    while free[stretch] != stretch:
        free[stretch] = stretch = free[free[stretch]]
    return stretch
