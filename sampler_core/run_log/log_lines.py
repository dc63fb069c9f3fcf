"""The lines of one file as they are appended, read in pieces; any other file is an error of one sentence."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from sampler_core.formatting import printable

MOST_BYTES = 1 << 30  # of a file
MOST_LINE = 16 << 20  # bytes of a line
_PIECE = 1 << 20


class LogLines:
    """Follows a file: `read` gives what was appended since the last call. `too_long`: lines left out."""

    def __init__(self, path: Path) -> None:
        self.path, self.too_long = path, 0
        self._identity: tuple[int, int] | None = None
        self._at, self._skipping = 0, False

    def read(self, restart: Callable[[], None], add: Callable[[bytes], None]) -> None:
        """Calls `add` with each new whole line; `restart` before, where the file is another one or shorter than before.

        `FileNotFoundError` where there is none; `ValueError` for what is no plain file, and for one above 1 GiB.
        """
        with open(self._descriptor(), "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            identity = (found.st_dev, found.st_ino)
            if identity != self._identity or found.st_size < self._at:
                self._identity, self._at, self._skipping, self.too_long = identity, 0, False, 0
                restart()
            file.seek(self._at)
            self._add_lines(file, found.st_size - self._at, add)

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

    def _add_lines(self, file: FileIO, size: int, add: Callable[[bytes], None]) -> None:
        """The whole lines of the next `size` bytes; what follows the last newline is left for the next time."""
        rest = b""
        while size > 0 and (piece := file.read(min(_PIECE, size))):
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
