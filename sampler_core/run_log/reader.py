"""Reads a log and those of the run's other ranks beside it; again and again while they grow, only what is new.

The one contract here: whatever a file holds, the only error is a `ValueError` (or `OSError`) of one sentence; a line
that is not whole JSON of this version is left out and counted, unknown kinds and fields are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.formatting import printable, several
from sampler_core.run_log.log_file import rank_path
from sampler_core.run_log.log_lines import MOST_LINE, LogLines
from sampler_core.run_log.rank_records import RankRecords
from sampler_core.run_log.run import Run, windows_that_count
from sampler_core.sampling.feedback import mean_over_ranks

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


def records_of_content(content: bytes, name: str, rank: int = 0) -> RankRecords:
    """A whole file of one rank; what follows its last newline is left out. `ValueError` without a plan.

    rank: where the file has no window yet; else its windows name it.
    """
    records = RankRecords(rank)
    for line in content.split(b"\n")[:-1]:
        if line.strip():
            records.add(line if len(line) <= MOST_LINE else b"")
    if not records.plans:
        raise _no_plan(name)
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

    def read(self) -> Run:
        """The run as it stands, the very same one where nothing has come since the last call; errors as in
        `read_run`."""
        first = self._read_rank(0, self._path)
        self._refused = {}
        for rank in range(1, min(_world(first), MOST_FILES)):
            try:
                self._read_rank(rank, rank_path(self._path, rank))
            except FileNotFoundError:
                pass
            except (ValueError, OSError) as error:
                self._refused[rank] = printable(str(error), 200)
        held = [(records.changes, lines.too_long) for lines, records in self._ranks.values()], self._refused
        if self._last is None or self._last[0] != held:
            self._last = held, self.assembled()
        return self._last[1]

    def add_file(self, records: RankRecords) -> None:
        """The file of another rank, in place of one that is read."""
        if records.rank in self._ranks:
            raise ValueError(f"run logs must be of one run, each of another rank, got rank {records.rank} twice")
        self._ranks[records.rank] = (LogLines(self._path), records)

    def assembled(self) -> Run:
        """The run of what was read so far; `ValueError` without a plan."""
        ranks = {rank: records for rank, (_, records) in sorted(self._ranks.items()) if records.plans}
        if not ranks:
            raise _no_plan(self._path.name)
        return self._assembled(ranks, self._notes(ranks))

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

    def _read_rank(self, rank: int, path: Path) -> RankRecords:
        if rank not in self._ranks:
            self._ranks[rank] = (LogLines(path), RankRecords(rank))
        lines, records = self._ranks[rank]
        lines.read(records.restart, records.add)
        return records

    def _assembled(self, ranks: Mapping[int, RankRecords], notes: list[str]) -> Run:
        windows = [window for records in ranks.values() for window in records.windows]
        resumes = tuple(resume for records in ranks.values() for resume in records.resumes)
        feedback = _feedback_of_ranks([*ranks.values()])
        epochs = tuple(sorted({epoch for values in feedback.values() for epoch in values}))
        metrics: dict[str, dict[str, FloatArray]] = {}
        for key, of_epochs in feedback.items():
            part, _, name = key.partition("/")
            shape = next(iter(of_epochs.values()))[0].shape
            empty = np.full(shape, np.nan)
            alike = {epoch: [row for row in rows if row.shape == shape] for epoch, rows in of_epochs.items()}
            means = [mean_over_ranks(alike.get(epoch, [])) for epoch in epochs]
            metrics.setdefault(part, {})[name] = np.array([empty if mean is None else mean for mean in means])
        return Run(
            tuple((rank, plan) for rank, records in ranks.items() for plan in records.plans), tuple(windows),
            tuple(sorted(windows_that_count(windows, resumes), key=lambda window: window[0][:3])), resumes, epochs,
            metrics, feedback, any(records.ended for records in ranks.values()),
            sum(records.skipped + lines.too_long for lines, records in self._ranks.values()), tuple(notes),
        )  # fmt: skip


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


def _no_plan(name: str) -> ValueError:
    return ValueError(f'run log must have a line of the kind "plan", version 1, got none in {printable(name)}')


def _world(records: RankRecords) -> int:
    return max((plan.world for plan in records.plans), default=1)


def _feedback_of_ranks(ranks: list[RankRecords]) -> dict[str, dict[int, list[FloatArray]]]:
    """{part/name: {epoch: the values of each rank that has some}}."""
    feedback: dict[str, dict[int, list[FloatArray]]] = {}
    for records in ranks:
        for (part, name, epoch), values in records.metrics.items():
            feedback.setdefault(f"{part}/{name}", {}).setdefault(epoch, []).append(values)
    return feedback
