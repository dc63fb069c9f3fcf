"""How large the column chunks of a Parquet file are unpacked, read from its footer before any is unpacked.

pyarrow knows these sizes too, but ends the whole process when it is asked for those of a damaged footer (26.0), so the
few numbers are read here. Format: https://parquet.apache.org/docs/file-format/metadata, in Thrift's compact protocol.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from sampler_core.datasets.label_files.errors import ReadingError

MOST = 16 << 20
_CUT = "its footer ends too early"
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_ROW_GROUPS, _COLUMNS, _META_DATA, _PATH, _UNPACKED = 4, 1, 3, 3, 6  # field numbers on the way


def largest_chunks(stream: BinaryIO) -> dict[str, int]:
    """Bytes of the largest chunk of each column, by its path ("a.b" for an inner one)."""
    end = stream.seek(-8, 2)
    (size,) = struct.unpack("<I", stream.read(4))
    if size > MOST:
        raise ReadingError(f"its footer takes {size >> 20:,} MiB. Save the label column alone, best as CSV")
    stream.seek(max(0, end - size))
    footer, largest = _Compact(stream.read(size)), dict[str, int]()
    for _ in footer.inner(_ROW_GROUPS):
        for _ in footer.inner(_COLUMNS):
            for path, unpacked in footer.chunks():
                largest[path] = max(largest.get(path, 0), unpacked)
    return largest


class _Compact:
    """A place in a text of Thrift's compact protocol. `struct.error` where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def inner(self, wanted: int) -> Iterator[None]:
        """Stops at each struct in the list that is field `wanted` of this struct; the caller reads it whole."""
        for field, kind in self._fields():
            if field == wanted and kind == _LIST:
                size, of = self._list()
                for _ in range(size):
                    if of == _STRUCT:
                        yield
                    else:
                        self._pass(of)
            else:
                self._skip(kind)

    def chunks(self) -> Iterator[tuple[str, int]]:
        """(path, unpacked size) of this column chunk, once."""
        path, unpacked = "", 0
        for field, kind in self._fields():
            if field != _META_DATA or kind != _STRUCT:
                self._skip(kind)
                continue
            for inner, inner_kind in self._fields():
                if inner == _PATH and inner_kind == _LIST:
                    size, of = self._list()
                    path = ".".join(self._binary().decode() if of == _BINARY else self._pass(of) for _ in range(size))
                elif inner == _UNPACKED and inner_kind not in (_BINARY, _LIST, _SET, _MAP, _STRUCT, _DOUBLE):
                    unpacked = self._integer()
                else:
                    self._skip(inner_kind)
        yield path, unpacked

    def _fields(self) -> Iterator[tuple[int, int]]:
        field = 0
        while (head := self._byte()) != 0:
            field = field + (head >> 4) if head >> 4 else self._integer()
            yield field, head & 15

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        return (head >> 4 if head >> 4 < 15 else self._varint()), head & 15

    def _pass(self, kind: int) -> str:
        """Over an element of a list or a map, where a truth value takes a byte."""
        self._byte() if kind in (_TRUE, _FALSE) else self._skip(kind)
        if self._at > len(self._data):
            raise struct.error(_CUT)
        return ""

    def _skip(self, kind: int) -> None:
        if kind in (_LIST, _SET):
            size, of = self._list()
            for _ in range(size):
                self._pass(of)
        elif kind == _MAP:
            size = self._varint()
            kinds = self._byte() if size else 0
            for _ in range(size):
                self._pass(kinds >> 4)
                self._pass(kinds & 15)
        elif kind == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner)
        elif kind == _BINARY:
            self._binary()
        elif kind in (_BYTE, _DOUBLE):
            self._at += 1 if kind == _BYTE else 8
        elif kind not in (_TRUE, _FALSE):
            self._varint()

    def _binary(self) -> bytes:
        size = self._varint()
        self._at += size
        return self._data[self._at - size : self._at]

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise struct.error("a number of its footer has too many digits")
        return value | byte << shift

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise struct.error(_CUT)
        self._at += 1
        return self._data[self._at - 1]
