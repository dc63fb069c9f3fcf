"""Reads a log and those of the run's other ranks beside it; again and again while they grow, only what is new.

The one contract here: whatever a file holds, the only error is a `ValueError` (or `OSError`) of one sentence; a line
that is not whole JSON of this version is left out and counted, unknown kinds and fields are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sampler_core.formatting import printable, several
from sampler_core.run_log.log_file import rank_path
from sampler_core.run_log.log_lines import MOST_LINE, LogLines, Progress, no_progress
from sampler_core.run_log.packed_records import packed, unpacked
from sampler_core.run_log.rank_records import RankRecords
from sampler_core.run_log.ranks_together import run_of_ranks
from sampler_core.run_log.records import MOST_CLASSES
from sampler_core.run_log.run import Run

MOST_FILES = 1024  # of ranks of one run


def read_run(path: str | os.PathLike[str]) -> Run:
    """The last run in a log, with its other ranks (today.rank1.jsonl, ...) where their files lie beside it.

    `ValueError` for a file without a plan, for what is no plain file and for one above 1 GiB.
    """
    return RunReader(path).read()


def run_of_contents(contents: Sequence[bytes], name: str = "the upload") -> Run:
    """The last run in logs that were uploaded, in any order: of one rank, or of several; errors as in `read_run`.

    name: what sentences call them.
    """
    return run_of_files([records_of_content(content, name, rank) for rank, content in enumerate(contents)], name)


def records_of_content(
    content: bytes, name: str, rank: int = 0, progress: Progress = no_progress
) -> RankRecords:  # fmt: skip
    """A whole file of one rank; what follows its last newline is left out. `ValueError` without a plan.

    rank: where the file has no window yet; else its windows name it. progress: called with the part that was read.
    """
    records = RankRecords(rank)
    lines = content.split(b"\n")[:-1]
    for at, line in enumerate(lines):
        if line.strip():
            progress(at / len(lines))
            records.add(line if len(line) <= MOST_LINE else b"")
    if not records.plans:
        raise _no_plan([records], name)
    if records.windows:
        records.rank = records.windows[0].draw.rank
        records.resumes = [resume._replace(rank=records.rank) for resume in records.resumes]
    return records


def run_of_files(files: Iterable[RankRecords], name: str) -> Run:
    """The run of files that were uploaded, in any order; `ValueError` where two of them are of one rank."""
    reader = RunReader(name, uploaded=True)
    for records in files:
        reader.add_file(records)
    return reader.assembled()


class RunReader:
    """Follows the log of a run: each `read` reads only what was appended since the one before."""

    def __init__(self, path: str | os.PathLike[str], *, uploaded: bool = False) -> None:
        self._path, self._is_uploaded = Path(path), uploaded
        self._ranks: dict[int, tuple[LogLines, RankRecords]] = {}
        self._refused: dict[int, str] = {}  # rank -> why its file cannot be read
        self._last: tuple[object, Run] | None = None  # what the files held, and the run of it

    def read(self, progress: Progress = no_progress) -> Run:
        """The run as it stands, the very same one where nothing has come since the last call; errors as in
        `read_run`. progress: called with the part of a file that was read, for one file after the other."""
        first = self._read_rank(0, self._path, progress)
        self._refused = {}
        for rank in range(1, min(_world(first), MOST_FILES)):
            try:
                self._read_rank(rank, rank_path(self._path, rank), progress)
            except FileNotFoundError:
                pass
            except (ValueError, OSError) as error:
                self._refused[rank] = printable(str(error), 200)
        held = [(records.changes, lines.too_long) for lines, records in self._ranks.values()], self._refused
        if self._last is None or self._last[0] != held:
            self._last = held, self.assembled()
        return self._last[1]

    @property
    def entries(self) -> int:
        """Numbers in memory."""
        return sum(records.entries for _, records in self._ranks.values())

    def appended(self) -> int:
        """Bytes that the next `read` is the first to see, of the files that there were at the last one."""
        files, appended = [lines for lines, _ in self._ranks.values()] or [LogLines(self._path)], 0
        for lines in files:
            with suppress(OSError, ValueError):  # `read` says it
                appended += lines.appended()
        return appended

    def packed(self) -> tuple[list[Any], bytes]:
        """What was read so far as JSON and bytes, for `unpack` of a reader of the same path in another process."""
        parts = [(lines.position, *packed(records)) for lines, records in self._ranks.values()]
        return [[position, header, len(rows)] for position, header, rows in parts], b"".join(p[2] for p in parts)

    def unpack(self, headers: Sequence[Any], content: bytes) -> None:
        """Goes on from what another reader has read."""
        rows = memoryview(content)
        for position, header, size in headers:
            records, rows = unpacked(header, rows[:size]), rows[size:]
            self._ranks[records.rank] = LogLines(rank_path(self._path, records.rank), position), records

    def add_file(self, records: RankRecords) -> None:
        """The file of another rank, in place of one that is read."""
        if records.rank in self._ranks:
            raise ValueError(f"run logs must be of one run, each of another rank, got rank {records.rank} twice")
        self._ranks[records.rank] = (LogLines(self._path), records)

    def assembled(self) -> Run:
        """The run of what was read so far; `ValueError` without a plan."""
        ranks = {rank: records for rank, (_, records) in sorted(self._ranks.items()) if records.plans}
        if not ranks:
            raise _no_plan([records for _, records in self._ranks.values()], self._path.name)
        skipped = sum(records.skipped + lines.too_long for lines, records in self._ranks.values())
        return run_of_ranks(ranks, skipped, self._notes(ranks))

    def _notes(self, ranks: Mapping[int, RankRecords]) -> list[str]:
        """Sentences on what is not in the run."""
        first = next(iter(ranks.values()))
        notes = [f"Rank {rank} is left out: {reason}." for rank, reason in self._refused.items()]
        world = max(map(_world, ranks.values()))
        if missing := [r for r in range(min(world, MOST_FILES)) if r not in ranks and r not in self._refused]:
            notes.append(_missing_in_words(missing, world, self._path, self._is_uploaded))
        if first.runs > 1:
            notes.append(f"The file holds {first.runs:,} runs; this is the last of them.")
        if any(records.is_full for records in ranks.values()):
            notes.append("The log is larger than what is read of one: its later epochs are left out.")
        return notes

    def _read_rank(self, rank: int, path: Path, progress: Progress) -> RankRecords:
        if rank not in self._ranks:
            self._ranks[rank] = (LogLines(path), RankRecords(rank))
        lines, records = self._ranks[rank]
        lines.read(records.restart, records.add, progress)
        return records


def _missing_in_words(missing: Sequence[int], world: int, path: Path, uploaded: bool) -> str:
    def some(words: Sequence[object], most: int) -> str:
        return ", ".join(map(str, words[:most])) + (", ..." if len(words) > most else "")

    if not uploaded:
        name = printable(path.name)
        return f"Of {several(world, 'rank', 'ranks')}, the files of rank {some(missing, 8)} are not beside {name}."
    files = some([printable(rank_path(path, rank).name) for rank in missing[:3]], 2)
    if len(missing) == 1:
        return f"The file of rank {missing[0]} of {world:,} ({files}) was not brought: bring it too."
    return f"The files of ranks {some(missing, 8)} of {world:,} ({files}) were not brought: bring them too."


def _no_plan(files: Iterable[RankRecords], name: str) -> ValueError:
    if most := max((records.too_many_classes for records in files), default=0):
        return ValueError(f"run log must have at most {MOST_CLASSES:,} classes, got {most:,} in {printable(name)}")
    return ValueError(f'run log must have a line of the kind "plan", version 1, got none in {printable(name)}')


def _world(records: RankRecords) -> int:
    return max((plan.world for plan in records.plans), default=1)
