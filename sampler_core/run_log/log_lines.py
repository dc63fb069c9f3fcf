"""The lines of one file as they are appended, read in pieces; any other file is an error of one sentence."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from typing import Any, TypeAlias

from sampler_core.formatting import printable

MOST_BYTES = 1 << 30  # of a file
MOST_LINE = 16 << 20  # bytes of a line
_PIECE = 1 << 20

Progress: TypeAlias = Callable[[float], object]  # called with the part that is done


def no_progress(part: float) -> None:
    """Nobody is told."""


class LogLines:
    """Follows a file: `read` gives what was appended since the last call.

    position: as plain JSON types, for a follower of the same file in another process. too_long: lines left out.
    """

    def __init__(self, path: Path, position: Sequence[Any] = (None, 0, 0, False, 0)) -> None:
        self.path = path
        self._identity, self._at, self._seen, self._skipping, self.too_long = position

    @property
    def position(self) -> list[Any]:
        return [self._identity, self._at, self._seen, self._skipping, self.too_long]

    def appended(self) -> int:
        """Bytes that have come since `read`; all of them, where the file is another one or shorter. Errors as there."""
        with open(self._descriptor(), "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            return found.st_size - (self._seen if self._is_same(found) else 0)

    def read(
        self, restart: Callable[[], None], add: Callable[[bytes], None], progress: Progress
    ) -> None:  # fmt: skip
        """Calls `add` with each new whole line; `restart` before, where the file is another one or shorter than before.

        progress: called with the part of the file that was read. `FileNotFoundError` where there is none; `ValueError`
        for what is no plain file, and for one above 1 GiB.
        """
        with open(self._descriptor(), "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            if not self._is_same(found):
                self._identity, self._at, self._skipping, self.too_long = [found.st_dev, found.st_ino], 0, False, 0
                restart()
            self._seen = found.st_size
            file.seek(self._at)
            self._add_lines(file, found.st_size - self._at, add, progress)

    def _is_same(self, found: os.stat_result) -> bool:
        return bool([found.st_dev, found.st_ino] == self._identity and found.st_size >= self._at)

    def _descriptor(self) -> int:
        """Opens without following a link or waiting for a pipe."""
        name = printable(self.path.name)
        if self.path.is_symlink():
            raise ValueError(f"run log must be a plain file, got the link {name}")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags)
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES:
            return descriptor
        os.close(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"run log must be a plain file, got {name}, which is a folder, pipe or device")
        raise ValueError(f"run log must have at most {MOST_BYTES >> 20:,} MiB, got {name} of {found.st_size >> 20:,}")

    def _add_lines(
        self, file: FileIO, size: int, add: Callable[[bytes], None], progress: Progress
    ) -> None:  # fmt: skip
        """The whole lines of the next `size` bytes; what follows the last newline is left for the next time."""
        rest, end = b"", self._at + size
        while size > 0 and (piece := file.read(min(_PIECE, size))):
            progress(1.0 - size / end)
            size -= len(piece)
            *whole, tail = piece.split(b"\n")
            for line in whole:
                line, rest = rest + line, b""
                self._at += len(line) + 1
                if line.strip() and not self._skipping:
                    add(line)
                self._skipping = False
            rest += tail
            if self._skipping or len(rest) > MOST_LINE:
                self._at, rest = self._at + len(rest), b""
                self.too_long += not self._skipping
                self._skipping = True
