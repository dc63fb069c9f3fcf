"""A file as a stream of bytes: from a path, from memory or from an upload; unpacked where it is packed.

The one contract here: nothing is unpacked past the limits, and a stream is read in pieces.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import PurePath
from threading import Lock
from typing import BinaryIO, TypeAlias, cast

from sampler_core.datasets.label_files.errors import ReadingError, only_reading_errors, printable
from sampler_core.datasets.label_files.reading_limits import Limits

File: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
HEAD = 1 << 20
GZIP = b"\x1f\x8b"
_RATIO_FROM = 64 << 20


class ByteSource:
    """A file to read. `name` may stand in sentences, `head` is its first MiB unpacked, `whole` whether that is all."""

    def __init__(self, raw: BinaryIO, name: str, limits: Limits) -> None:
        self._raw, self.name, self.limits = raw, name, limits
        self._size = raw.seek(0, io.SEEK_END)
        raw.seek(0)
        self._packed = raw.read(2) == GZIP
        self.head = self.stream().read(HEAD)
        self.whole = len(self.head) < HEAD

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._raw.tell() / max(self._size, 1)

    def stream(self, most: int | None = None) -> BinaryIO:
        """From its start, unpacked, at most `most` bytes of it. One at a time: a new stream ends the one before."""
        self._raw.seek(0)
        if not self._packed:
            return self._raw
        unpacking = cast(BinaryIO, gzip.GzipFile(fileobj=self._raw))
        return self.bounded(unpacking, self._size, most or self.limits.unpacked)

    def seekable(self) -> BinaryIO:
        """The same for readers that jump about; what is packed is unpacked into memory."""
        if self._packed:
            data = self.stream(self.limits.in_memory).read()
            self._raw, self._size, self._packed = io.BytesIO(data), len(data), False
        return self.stream()

    def bounded(self, unpacking: BinaryIO, packed_size: int, most: int) -> BinaryIO:
        """A stream that unpacks, ended with `ReadingError` where it grows past `most` bytes or `limits.ratio`."""
        most = min(most, max(_RATIO_FROM, self.limits.ratio * packed_size))
        return cast(BinaryIO, _Bounded(unpacking, most, self.name))


@contextmanager
def opened(file: File, limits: Limits) -> Iterator[ByteSource]:
    """A file to read for a while; whatever goes wrong with it meanwhile is a `ReadingError`."""
    with only_reading_errors(name_of(file)), closing(_raw_bytes(file)) as raw:
        yield ByteSource(raw, name_of(file), limits)


def name_of(file: File) -> str:
    """The name of a file as it may stand in a sentence."""
    named = file if isinstance(file, str | os.PathLike) else getattr(file, "name", "")
    name = PurePath(named).name if isinstance(named, str | os.PathLike) else ""
    return printable(name) or "the text"


def _raw_bytes(file: File) -> BinaryIO:
    if isinstance(file, bytes | bytearray | memoryview):
        return io.BytesIO(file)
    if isinstance(file, str | os.PathLike):
        if os.path.isdir(file):
            raise ReadingError(f"{name_of(file)} is a folder: read class/file folders with count_folder(path)")
        return open(file, "rb")
    if not (hasattr(file, "read") and hasattr(file, "seek")):
        raise ReadingError(f"file must be a path, bytes or a binary file, got {type(file).__name__}")
    return cast(BinaryIO, _Borrowed(file))


class _Borrowed:
    """Somebody's open file. Once closed nothing reads it any more, as pyarrow's threads would that read ahead.

    Closing leaves the file itself open, at its start.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._lock, self.closed = file, Lock(), False
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        with self._lock:
            return b"" if self.closed else self._file.read(size)

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        with self._lock:
            self.closed = True
            self._file.seek(0)


class _Bounded:
    closed = False

    def __init__(self, unpacking: BinaryIO, most: int, name: str) -> None:
        self._unpacking, self._most, self._left, self._name = unpacking, most, most + 1, name

    def read(self, size: int = -1) -> bytes:
        data = self._unpacking.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        if not self._left:
            raise ReadingError(
                f"{self._name} unpacks to more than {self._most >> 20:,} MiB, far more than label files do. "
                "If you trust it, unpack it and count it with read_counts(path)"
            )
        return data
