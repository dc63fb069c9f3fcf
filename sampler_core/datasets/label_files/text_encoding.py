"""Text in any encoding -> UTF-8 for the readers, and back to the bytes of a label.

The one contract here: labels stay bytes until all distinct ones are known, so a single byte late in a file cannot break
its reading.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from sampler_core.datasets.label_files.class_naming import FALLBACK, Raw
from sampler_core.datasets.label_files.errors import ReadingError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_AS_THEY_ARE = ("utf-8", "ascii", FALLBACK, "iso8859-1")  # a separator or a line end is the same byte in all of these


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its mark, its zeros, or UTF-8 where that fits, else Latin-1 as Windows has it."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _wide(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def decoded(head: bytes, encoding: str) -> str:
    """The start of a text for a preview: broken characters replaced, the mark left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")


def encoding_of_labels(encoding: str) -> str:
    """What the bytes are in that `text_pieces` gives: the file's encoding, or UTF-8 made of it."""
    name = codecs.lookup(encoding).name
    return name if name in _AS_THEY_ARE else "utf-8"


def as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """A stream that pyarrow can read as UTF-8, whatever is in it."""
    return cast(BinaryIO, io.BufferedReader(_Recoded(stream, codecs.lookup(encoding).name), 1 << 18))


# NOTE Bytes as they are. A text in UTF-8 may turn out not to be one in its last row, and pyarrow wants UTF-8 where a
# row is uneven. So its bytes are read as if they were Latin-1, in which every byte is a letter, and put back label by
# label in `narrowed`. Pieces in ASCII, that is nearly all, pass untouched.


def narrowed(values: Sequence[Any], encoding: str) -> list[Raw]:
    """Labels as the bytes that they are in the file, where `encoding_of_labels` leaves the encoding as it is."""
    if encoding_of_labels(encoding) != codecs.lookup(encoding).name:
        return list(values)
    return [value if value.isascii() else value.decode().encode("latin-1") for value in values]


class _Recoded(io.RawIOBase):
    """A text in any encoding as UTF-8, in pieces, without its mark."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._encoding, self._mark = encoding, "\ufeff"
        if encoding in _AS_THEY_ARE:
            encoding, self._mark = "latin-1", codecs.BOM_UTF8.decode("latin-1")
        self._text = io.TextIOWrapper(stream, encoding, newline="")
        self._text._CHUNK_SIZE = 1 << 18  # type: ignore[attr-defined]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            text = self._text.read(len(buffer) // 4)  # a character takes four bytes at most
        except UnicodeError:
            raise ReadingError(f"the text is not in {self._encoding}. Choose another encoding") from None
        data, self._mark = text.removeprefix(self._mark).encode(), ""
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._text.detach()  # the stream itself stays open
        super().close()


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: in most scripts every second byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if max(odd, even) > 0.4 * half and min(odd, even) < 0.05 * half and "\0" not in decoded(head, name):
        return name
    raise ReadingError("it holds NUL bytes, so it is not a text. If it is a table, save it as CSV in UTF-8")
