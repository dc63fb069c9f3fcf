"""Reading run logs in a child process: the jobs, and what the process runs.

The process imports this module, so it imports no Streamlit: that is slow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakSet

from pages.parts.server.jobs import Job, JobError, start_spare
from sampler_core.run_log import RankRecords, RunReader, records_of_content
from sampler_core.run_log.packed_records import packed, unpacked

LOG_MODULES = (__name__,)
READING, READING_OF_FOLDER = f"{__name__}:read_brought", f"{__name__}:read_of_folder"
LOG_MEMORY = 1 << 30  # bytes
MOST_CLASSES = 10_000  # as of a label file: a page computes and draws each of them
_LARGE = 64 << 20  # bytes of a file that is not read at the cost of others


_of_folder: WeakSet[FolderLogJob] = WeakSet()


class BroughtFile(NamedTuple):
    """A file that a user brought: the run that it is of by its name, and its rank where no window in it says one."""

    run: str
    name: str
    rank: int
    content: bytes


class BroughtLogsJob(Job):
    """Reads run logs that a user brought."""

    def __init__(self, files: Sequence[BroughtFile]) -> None:
        self.names = [(file.run, file.name) for file in files]
        request = {"files": [[file.name, file.rank, len(file.content)] for file in files]}
        super().__init__(READING, request, b"".join(file.content for file in files), LOG_MODULES, LOG_MEMORY)
        start_spare(LOG_MODULES)

    def records(self) -> list[RankRecords | str]:
        """Of each file its records, or the end of a sentence why it has none. Waits until the job is done."""
        try:
            headers, content = self.result()
        except JobError as error:
            return [str(error)] * len(self.names)
        found, rows = list[RankRecords | str](), memoryview(content)
        for header, size in headers:
            found.append(header if isinstance(header, str) else unpacked(header, rows[:size]))
            rows = rows[size:]
        return found


class FolderLogJob(Job):
    """Reads a run of the folder from its beginning."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(READING_OF_FOLDER, {"path": str(path)}, b"", LOG_MODULES, LOG_MEMORY)
        start_spare(LOG_MODULES)
        _of_folder.add(self)

    @staticmethod
    def running() -> int:
        """How many there are."""
        return sum(not job.done for job in _of_folder)

    def reader(self) -> RunReader:
        """One that goes on from there; `JobError`. Waits until the job is done."""
        reader = RunReader(self.path)
        reader.unpack(*self.result())
        return reader


# --- in the child process --------------------------------------------------------------------------------------------


def read_brought(request: Mapping[str, Any], content: bytes, report: Callable[[float], object]) -> tuple[Any, bytes]:
    """Of each file [header, size of its rows], or [why it cannot be read, 0]; and the rows of all."""
    headers, rows, begin = list[list[Any]](), list[bytes](), 0
    for name, rank, size in request["files"]:
        try:
            records = records_of_content(content[begin : begin + size], name, rank, report)
            check_classes(max(plan.class_counts.num_classes for plan in records.plans))
        except ValueError as error:
            headers.append([str(error), 0])
        else:
            header, of_file = packed(records)
            headers.append([header, len(of_file)])
            rows.append(of_file)
        begin += size
    return headers, b"".join(rows)


def read_of_folder(request: Mapping[str, Any], _: bytes, report: Callable[[float], object]) -> tuple[Any, bytes]:
    """What `RunReader.packed` gives. Whatever is wrong with the file, the reader in the server will say."""
    reader = RunReader(request["path"])
    if reader.appended() > _LARGE:
        os.nice(10)
    with suppress(ValueError, OSError):
        reader.read(report)
    return reader.packed()


def check_classes(num_classes: int) -> None:
    """`ValueError` for more classes than a page shows."""
    if num_classes > MOST_CLASSES:
        raise ValueError(f"it has {num_classes:,} classes, and at most {MOST_CLASSES:,} are shown")
