"""Which encoding a text is in, how pyarrow reads it, and its labels decoded.

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

from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.formatting import listed, several

FALLBACK = "cp1252"  # what Windows programs mean by Latin-1
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_AS_LATIN_1 = ("utf-8", "ascii", FALLBACK, "iso8859-1")  # a separator or a line end is the same byte in all of these


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its mark, its zeros, or UTF-8 where that fits, else Latin-1 as Windows has it."""
    for byte_order_mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(byte_order_mark):
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


def label_bytes(labels: Sequence[Any], encoding: str) -> Sequence[Any]:
    """Labels that pyarrow read, as the bytes that they are in the file, or in UTF-8."""
    if encoding_for_pyarrow(encoding) != "latin-1":
        return labels
    return [label if label.isascii() else label.decode("utf-8").encode("latin-1") for label in labels]


def decoded_labels(byte_labels: Sequence[bytes], encoding: str, notes: list[str]) -> list[str]:
    """As text without blanks around it; in Latin-1 where the encoding is UTF-8 by name only."""
    for fitting_encoding in (encoding, FALLBACK, "latin-1"):
        try:
            text_labels = [label.decode(fitting_encoding) for label in byte_labels]
        except UnicodeDecodeError:
            if encoding not in ("utf-8", FALLBACK):
                raise ReadingError(f"the labels are not in {encoding}. Choose another encoding") from None
        else:
            break
    if fitting_encoding != encoding:
        not_ascii = listed((label for label in text_labels if not label.isascii()), 3)
        notes.append(f"The labels are not in UTF-8; they were read as Latin-1: {not_ascii}.")
    if spaced := sum(label != label.strip() != "" for label in text_labels):
        notes.append(f"Blanks around {several(spaced, 'label was', 'labels were')} removed.")
    return [label.strip() for label in text_labels]


def _utf_16_without_mark(head: bytes) -> str:
    """In most scripts every second byte is zero."""
    even_zeros, odd_zeros = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    encoding = "utf-16-le" if odd_zeros > even_zeros else "utf-16-be"
    fewer_zeros, more_zeros = sorted((even_zeros, odd_zeros))
    if more_zeros > 0.4 * half and fewer_zeros < 0.05 * half and "\0" not in decoded(head, encoding):
        return encoding
    raise ReadingError("it holds NUL bytes, so it is not a text. If it is a table, save it as CSV in UTF-8")
