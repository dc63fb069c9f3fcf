"""Which encoding a text is in, and how pyarrow reads it.

The one contract here: labels stay bytes until all distinct ones are known, so a single byte late in a file cannot break
its reading.

NOTE latin-1: a text in UTF-8 may turn out not to be one in its last row, and pyarrow wants UTF-8 where a row is uneven.
So its bytes are read as if they were Latin-1, in which every byte is a letter, and put back label by label in
`label_bytes`: the 5 bytes of "café" are read as the 5 letters "cafÃ©", and put back as the same 5 bytes.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Any

from sampler_core.datasets.label_files.class_naming import FALLBACK, Raw
from sampler_core.datasets.label_files.errors import ReadingError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_AS_LATIN_1 = ("utf-8", "ascii", FALLBACK, "iso8859-1")  # a separator or a line end is the same byte in all of these


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its mark, its zeros, or UTF-8 where that fits, else Latin-1 as Windows has it."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _utf_16_without_mark(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def decoded(head: bytes, encoding: str) -> str:
    """The start of a text for a preview: broken characters replaced, the mark left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")


def encoding_for_pyarrow(encoding: str) -> str:
    """The encoding in which pyarrow is to read a text."""
    return "latin-1" if codecs.lookup(encoding).name in _AS_LATIN_1 else encoding


def encoding_of_labels(encoding: str) -> str:
    """The encoding of the bytes that `label_bytes` gives: the file's, or UTF-8 made of it."""
    return encoding if encoding_for_pyarrow(encoding) == "latin-1" else "utf-8"


def label_bytes(values: Sequence[Any], encoding: str) -> Sequence[Raw]:
    """Labels that pyarrow read, as the bytes that they are in the file, or in UTF-8."""
    if encoding_for_pyarrow(encoding) != "latin-1":
        return values
    return [value if value.isascii() else value.decode().encode("latin-1") for value in values]


def _utf_16_without_mark(head: bytes) -> str:
    """In most scripts every second byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(odd, even) > 0.4 * half and min(odd, even) < 0.05 * half and "\0" not in decoded(head, encoding):
        return encoding
    raise ReadingError("it holds NUL bytes, so it is not a text. If it is a table, save it as CSV in UTF-8")
