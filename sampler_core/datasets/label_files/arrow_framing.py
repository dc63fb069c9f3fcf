"""How much memory the packed batches of an Arrow file ask for, read before anything is unpacked.

pyarrow unpacks a batch as a whole and has no bound on it, and 25 kB can hold 800 MB of zeros. The format keeps the
unpacked size in front of every packed buffer; this walks to those numbers and nowhere else.
Layout: https://arrow.apache.org/docs/format/Columnar.html (encapsulated messages, file format, body compression).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

MAGIC = b"ARROW1"
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


def largest_batch(stream: BinaryIO) -> int:
    """Bytes that the largest packed batch unpacks to, 0 where none is packed. `struct.error` on a damaged file."""
    stream.seek(0)
    starts = _of_file(stream) if stream.read(len(MAGIC)) == MAGIC else _of_stream(stream)
    return max((_unpacked(stream, start)[0] for start in starts), default=0)


def _of_file(stream: BinaryIO) -> list[int]:
    """Where the batches start, from the footer; what stands elsewhere is never read."""
    end = stream.seek(-10, 2)
    (size,) = struct.unpack("<i", stream.read(4))
    _go(stream, end - size)
    footer = _Table.root(stream.read(max(size, 0)))
    return [start for field in (2, 3) for (start,) in footer.structs(field, "<q", 24)]


def _of_stream(stream: BinaryIO) -> Iterator[int]:
    start = 0
    while True:
        _go(stream, start)
        head = stream.read(8)
        if len(head) < 8 or struct.unpack("<ii", head)[1] == 0:
            return
        yield start
        start = max(_unpacked(stream, start)[1], start + 8)


def _unpacked(stream: BinaryIO, start: int) -> tuple[int, int]:
    """(bytes that the message at `start` unpacks to, where the next one starts)."""
    _go(stream, start)
    (size,) = struct.unpack("<i", stream.read(4))
    if size == -1:  # since format 0.15 a mark stands before the size
        (size,) = struct.unpack("<i", stream.read(4))
    message = _Table.root(stream.read(max(size, 0)))
    body = stream.tell()
    after = body + message.number(3, "<q")
    kind, header = message.number(1, "<B"), message.table(2)
    batch = header.table(1) if header is not None and kind == _DICTIONARY_BATCH else header
    if batch is None or kind not in (_DICTIONARY_BATCH, _RECORD_BATCH) or batch.table(3) is None:
        return 0, after
    total = 0
    for offset, length in batch.structs(2, "<qq", 16):
        if length >= 8:
            _go(stream, body + offset)
            total += max(length, struct.unpack("<q", stream.read(8))[0])
    return total, after


def _go(stream: BinaryIO, position: int) -> None:
    if not 0 <= position < 1 << 62:
        raise struct.error("a position in it lies outside of the file")
    stream.seek(position)


class _Table:
    """A table of a flatbuffer: fields by number, 0 or None where they are left out."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        self._fields = at - struct.unpack_from("<i", data, at)[0]

    @classmethod
    def root(cls, data: bytes) -> _Table:
        return cls(data, struct.unpack_from("<I", data)[0])

    def _position(self, field: int) -> int | None:
        (size,) = struct.unpack_from("<H", self._data, self._fields)
        if 4 + 2 * field >= size:
            return None
        (offset,) = struct.unpack_from("<H", self._data, self._fields + 4 + 2 * field)
        return self._at + int(offset) if offset else None

    def number(self, field: int, form: str) -> int:
        position = self._position(field)
        return 0 if position is None else int(struct.unpack_from(form, self._data, position)[0])

    def table(self, field: int) -> _Table | None:
        position = self._position(field)
        if position is None:
            return None
        return _Table(self._data, position + int(struct.unpack_from("<I", self._data, position)[0]))

    def structs(self, field: int, form: str, size: int) -> list[tuple[int, ...]]:
        position = self._position(field)
        if position is None:
            return []
        start = position + int(struct.unpack_from("<I", self._data, position)[0])
        (length,) = struct.unpack_from("<I", self._data, start)
        return [struct.unpack_from(form, self._data, start + 4 + size * i) for i in range(length)]
