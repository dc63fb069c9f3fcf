"""A file as a stream of bytes: from a path, from memory or from an upload; unpacked where it is packed.

The one contract here: nothing is unpacked past the limits, and a stream is read in pieces.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from threading import Lock
from types import TracebackType
from typing import BinaryIO, TypeAlias, cast

from sampler_core.datasets.label_files.errors import ReadingError, only_reading_errors, printable
from sampler_core.datasets.label_files.reading_limits import Limits

File: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
HEAD = 1 << 20
GZIP = b"\x1f\x8b"
_RATIO_FROM = 64 << 20


class Source:
    """A file to read. `name` may stand in sentences, `head` is its first MiB unpacked, `size` its bytes as it is."""

    def __init__(self, file: File, limits: Limits) -> None:
        self.limits = limits
        self.name = _name(file)
        self._raw = _opened(file)
        try:
            self.size = self._raw.seek(0, io.SEEK_END)
            self._raw.seek(0)
            self.packed = self._raw.read(2) == GZIP
            self.head = self.stream().read(HEAD)
        except BaseException:
            self._raw.close()
            raise
        self.whole = len(self.head) < HEAD

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._raw.close()

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._raw.tell() / max(self.size, 1)

    def stream(self, most: int | None = None) -> BinaryIO:
        """From its start, unpacked, at most `most` bytes of it. One at a time: a new stream ends the one before."""
        self._raw.seek(0)
        if not self.packed:
            return self._raw
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=self._raw, mode="rb"))
        return bounded(unpacked, self.size, most or self.limits.unpacked, self.limits, self.name)

    def seekable(self) -> BinaryIO:
        """The same for readers that jump about; what is packed is unpacked into memory."""
        return io.BytesIO(self.stream(self.limits.in_memory).read()) if self.packed else self.stream()


@contextmanager
def opened(file: File, limits: Limits) -> Iterator[Source]:
    """A `Source` for a while; whatever goes wrong with the file in it is a `ReadingError`."""
    with only_reading_errors(_name(file)), Source(file, limits) as source:
        yield source


def bounded(stream: BinaryIO, packed_size: int, most: int, limits: Limits, name: str) -> BinaryIO:
    """A stream that unpacks, ended with `ReadingError` where it grows past `most` bytes or `limits.ratio`."""
    most = min(most, max(_RATIO_FROM, limits.ratio * packed_size))
    return io.BufferedReader(_Bounded(stream, most, name), buffer_size=1 << 16)


class _Borrowed(io.RawIOBase):
    """Somebody's open file. Once closed nothing reads it any more, as pyarrow's threads would that read ahead.

    Closing leaves the file itself open, at its start.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._lock = file, Lock()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with self._lock:
            piece = b"" if self.closed else self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        with self._lock:
            if not self.closed:
                self._file.seek(0)
            super().close()


class _Bounded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, most: int, name: str) -> None:
        self._stream, self._most, self._name, self._done = stream, most, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        self._done += len(piece)
        if self._done > self._most:
            raise ReadingError(
                f"{self._name} unpacks to more than {self._most >> 20:,} MiB, far more than label files do. "
                "If you trust it, unpack it and count it with read_counts(path)"
            )
        buffer[: len(piece)] = piece
        return len(piece)


def _name(file: File) -> str:
    named = file if isinstance(file, str | os.PathLike) else getattr(file, "name", "")
    name = PurePath(named).name if isinstance(named, str | os.PathLike) else ""
    return printable(name) or "the text"


def _opened(file: File) -> BinaryIO:
    if isinstance(file, bytes | bytearray | memoryview):
        return io.BytesIO(file)
    if isinstance(file, io.BytesIO):
        return io.BytesIO(file.getvalue())  # the same memory, not a copy, with a position of its own
    if isinstance(file, str | os.PathLike):
        if os.path.isdir(file):
            raise ReadingError(f"{_name(file)} is a folder: read class/file folders with count_folder(path)")
        return open(file, "rb")
    if not (hasattr(file, "read") and hasattr(file, "seek")):
        raise ReadingError(f"file must be a path, bytes or a binary file, got {type(file).__name__}")
    return io.BufferedReader(_Borrowed(file))
