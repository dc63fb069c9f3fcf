"""A file as a stream of bytes: from a path, from memory or from an upload; unpacked where it is packed.

Folders and tables in memory pass through: their readers know what to do with them.

The one contract here: nothing is unpacked past the limits, and a stream is read in pieces.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from threading import Lock
from typing import BinaryIO, TypeAlias, cast

from sampler_core.datasets.label_files.arrow_tables import ArrowTable
from sampler_core.datasets.label_files.reading_errors import ReadingError, only_reading_errors
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import printable

File: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
HEAD = 1 << 20
GZIP = b"\x1f\x8b"
_RATIO_FROM_BYTES = 64 << 20


class ByteSource:
    """A file to read. `name` may stand in sentences, `head` is its first MiB unpacked, `whole` whether that is all.

    `folder`, `table`: where it is a folder of data files or a table in memory instead; then there are no bytes.
    """

    def __init__(
        self, byte_stream: BinaryIO, name: str, limits: Limits,
        folder: Path | None = None, table: ArrowTable | None = None,
    ) -> None:  # fmt: skip
        self._byte_stream, self.name, self.limits, self.folder, self.table = byte_stream, name, limits, folder, table
        self._byte_size = byte_stream.seek(0, io.SEEK_END)
        byte_stream.seek(0)
        self._is_packed = byte_stream.read(2) == GZIP
        self.head = self.stream().read(HEAD)
        self.whole = len(self.head) < HEAD

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._byte_stream.tell() / max(self._byte_size, 1)

    def stream(self, most_bytes: int | None = None) -> BinaryIO:
        """From its start, unpacked, at most `most_bytes` of it. One at a time: a new stream ends the one before."""
        self._byte_stream.seek(0)
        if not self._is_packed:
            return self._byte_stream
        unpacked_stream = cast(BinaryIO, gzip.GzipFile(fileobj=self._byte_stream))
        return self.bounded(unpacked_stream, self._byte_size, most_bytes or self.limits.unpacked)

    def seekable(self) -> BinaryIO:
        """The same for readers that jump about; what is packed is unpacked into memory."""
        if self._is_packed:
            unpacked_bytes = self.stream(self.limits.in_memory).read()
            self._byte_stream, self._byte_size = io.BytesIO(unpacked_bytes), len(unpacked_bytes)
            self._is_packed = False
        return self.stream()

    def bounded(self, unpacked_stream: BinaryIO, packed_size: int, most_bytes: int) -> BinaryIO:
        """A stream that unpacks, ended with `ReadingError` where it grows past `most_bytes` bytes or `limits.ratio`."""
        most_bytes = min(most_bytes, max(_RATIO_FROM_BYTES, self.limits.ratio * packed_size))
        return cast(BinaryIO, _BoundedStream(unpacked_stream, most_bytes, self.name))


@contextmanager
def opened(file: File | ArrowTable, limits: Limits, name: str | None = None) -> Iterator[ByteSource]:
    """A file to read for a while; whatever goes wrong with it meanwhile is a `ReadingError`. name: default its own."""
    name = name or name_of(file)
    with only_reading_errors(name), closing(_byte_stream_of(file)) as byte_stream:
        folder = Path(file) if isinstance(file, str | os.PathLike) and os.path.isdir(file) else None
        yield ByteSource(byte_stream, name, limits, folder, file if isinstance(file, ArrowTable) else None)


def name_of(file: File | ArrowTable) -> str:
    """The name of a file as it may stand in a sentence."""
    if isinstance(file, ArrowTable):
        return "the table"
    file_path = file if isinstance(file, str | os.PathLike) else getattr(file, "name", "")
    file_name = PurePath(file_path).name if isinstance(file_path, str | os.PathLike) else ""
    return printable(file_name) or "the text"


def _byte_stream_of(file: File | ArrowTable) -> BinaryIO:
    if isinstance(file, ArrowTable):
        return io.BytesIO()
    if isinstance(file, bytes | bytearray | memoryview):
        return io.BytesIO(file)
    if isinstance(file, str | os.PathLike):
        return io.BytesIO() if os.path.isdir(file) else open(file, "rb")
    if not (hasattr(file, "read") and hasattr(file, "seek")):
        raise ReadingError(f"file must be a path, bytes or a binary file, got {type(file).__name__}")
    return cast(BinaryIO, _BorrowedFile(file))


class _BorrowedFile:
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


class _BoundedStream:
    closed = False

    def __init__(self, unpacked_stream: BinaryIO, most_bytes: int, name: str) -> None:
        self._unpacked_stream, self._name = unpacked_stream, name
        self._most_bytes, self._bytes_left = most_bytes, most_bytes + 1

    def read(self, size: int = -1) -> bytes:
        unpacked_bytes = self._unpacked_stream.read(self._bytes_left if size < 0 else min(size, self._bytes_left))
        self._bytes_left -= len(unpacked_bytes)
        if not self._bytes_left:
            raise ReadingError(
                f"{self._name} unpacks to more than {self._most_bytes >> 20:,} MiB, far more than label files do. "
                "If you trust it, unpack it and count it with read_counts(path)"
            )
        return unpacked_bytes
