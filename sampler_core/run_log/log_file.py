"""The file of one rank: lines are appended whole and flushed, and what an earlier process left half is cut off."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Any

from sampler_core.run_log.records import PlanLine, record_of_line
from sampler_core.run_log.written_lines import line_of

_PIECE = 1 << 16


def rank_path(path: Path, rank: int) -> Path:
    """The file of a rank: today.jsonl for rank 0, today.rank1.jsonl for rank 1."""
    return path if rank == 0 else path.with_name(f"{path.stem}.rank{rank}{path.suffix}")


def check_log_path(path: Path) -> None:
    """`ValueError` for what no log can be appended to; a path without a file is fine."""
    if path.exists() and not path.is_file():
        raise ValueError(f"path must be a file to append to, got {path}, which is none")


class LogFile:
    """A log to append to; its folder is made where there is none. Between two lines it is not open."""

    def __init__(self, path: Path) -> None:
        check_log_path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with open(path, "a+b", buffering=0) as file:
            _cut_to_last_newline(file)

    def append(self, record: Mapping[str, Any]) -> None:
        """One line, handed to the operating system at once: it outlives the process."""
        line = memoryview(line_of(record))
        with open(self._path, "ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            try:
                while line:
                    line = line[file.write(line) or 0 :]
            except OSError:  # a full disk, say: no half line before the next one
                file.truncate(size)
                raise

    def last_run(self) -> str | None:
        """The run that the last plan in the file is of; None without one."""
        for line in self._path.read_bytes().split(b"\n")[::-1]:
            if line.startswith(b'{"kind":"plan"'):
                plan = record_of_line(line, None)
                return plan.run if isinstance(plan, PlanLine) else None
        return None


def _cut_to_last_newline(file: FileIO) -> None:
    """Reads backwards, so that a long log costs no more than a short one."""
    end = size = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - _PIECE)
        file.seek(begin)
        newline = file.read(end - begin).rfind(b"\n")
        if newline >= 0:
            end = begin + newline + 1
            break
        end = begin
    if end < size:
        file.truncate(end)
