"""Text files: encoding, separator, header, and the label column in pieces.

The one contract here: what `sniff` shows of the first rows is how `pieces` reads all of them. Labels stay bytes until
all distinct ones are known, so a single byte late in the file cannot break the reading.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, cast

from sampler_core.datasets.reading.columnar import encode_arrow
from sampler_core.datasets.reading.errors import ReadingError
from sampler_core.datasets.reading.layout import Layout
from sampler_core.datasets.reading.limits import Limits
from sampler_core.datasets.reading.naming import FALLBACK, Raw
from sampler_core.datasets.reading.tally import Piece

SEPARATORS = ("\t", ";", "|", ",")  # of equally good ones the first: a decimal comma parts numbers just as evenly
PREVIEW = 200
BLOCK = 1 << 20
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


class Start(NamedTuple):
    """The first rows of a table: their separator and fields, the lines before them, and those the first one takes."""

    separator: str
    rows: list[list[str]]
    skip_lines: int
    first_lines: int


def start_of(text: str, separator: str | None, whole: bool) -> Start:
    """Finds the separator, if none is given, as the one that parts the most rows alike; ',' when none does."""
    # newline="": a line ends at \r, \n or \r\n, as for the reader of the whole file.
    lines = list(islice(io.StringIO(text, newline=""), 5 * PREVIEW + 1))
    whole = whole and len(lines) <= 5 * PREVIEW
    skip = 1 if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5 else 0
    if skip and separator is None:
        separator = lines[0][4]
    body = lines[skip:]
    marks = (*SEPARATORS, " ") if text.lstrip().startswith('"') else SEPARATORS  # blanks: R's write.table quotes names
    found = {mark: _records(body, mark, whole) for mark in ([separator] if separator else marks)}
    best = separator or max(found, key=lambda mark: _evenness(found[mark][0]))
    if separator is None and _evenness(found[best][0])[0] == 0:
        best = ","
    return Start(best, found[best][0], skip, found[best][1])


def lines_of(text: str) -> list[str]:
    """The first lines, without their ends."""
    return [line.rstrip("\r\n") for line in islice(io.StringIO(text, newline=""), PREVIEW)]


def width_of(rows: Sequence[Sequence[str]]) -> int:
    """How many fields most of these rows have."""
    return Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 0


def table_pieces(stream: BinaryIO, layout: Layout, dropped: Counter[str]) -> Iterator[Piece]:
    """The label column of a CSV file, and that of the counts where there is one. Uneven rows go to `dropped`."""
    wanted = [str(layout.position(name)) for name in (layout.label, layout.count) if name is not None] or ["0"]
    names = [str(c) for c in range(max(1, len(layout.columns)))]
    for batch in _batches(stream, layout, dropped, names, wanted):
        counts = batch.column(wanted[1]).to_pylist() if layout.count is not None else None
        codes, values = encode_arrow(batch.column(wanted[0]), _NO_LIMITS)
        yield Piece(codes, _narrowed(values, layout), counts)


def line_pieces(stream: BinaryIO, layout: Layout, dropped: Counter[str]) -> Iterator[Piece]:
    """One label a line, or one word of each line."""
    import pyarrow.compute as pc

    pattern = _pattern(layout)
    for batch in _batches(stream, layout, dropped, ["0"], ["0"]):
        column = batch.column("0")
        if pattern is not None:
            column = pc.struct_field(pc.extract_regex(column, pattern), "label")
        codes, values = encode_arrow(column, _NO_LIMITS)
        yield Piece(codes, _narrowed(values, layout))


_NO_LIMITS = Limits(classes=BLOCK)  # of one piece; the tally has the real ones


def _pattern(layout: Layout) -> str | None:
    if layout.kind == "image list":
        return r"^\s*\S.*[ \t](?P<label>\S+)\s*$"  # a path may hold blanks, so the label is the last word
    if layout.kind != "words":
        return None
    position = layout.position(layout.label)
    if position == len(layout.columns) - 1:
        return r"(?P<label>\S+)\s*$"
    if position > 1000:  # more than pyarrow's expressions repeat
        raise ReadingError("its label column is behind more than 1,000 others. Save the labels alone, one a line")
    return rf"^\s*(?:\S+\s+){{{position}}}(?P<label>\S+)"


def _batches(
    stream: BinaryIO, layout: Layout, dropped: Counter[str], names: list[str], wanted: list[str]
) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    def leave_out(row: Any) -> str:
        dropped[f"not {row.expected_columns} fields in the row"] += 1
        return "skip"

    table = layout.kind == "table"
    parsing = arrow_csv.ParseOptions(
        delimiter=layout.separator or "," if table else "\x1f",  # lines: a separator that no text has
        quote_char='"' if table else False,
        newlines_in_values=table,
        ignore_empty_lines=table,
        invalid_row_handler=leave_out,
    )
    reading = arrow_csv.ReadOptions(column_names=names, skip_rows=layout.skip_lines, block_size=BLOCK)
    as_bytes = arrow_csv.ConvertOptions(include_columns=wanted, column_types={name: pa.binary() for name in wanted})
    plain = _as_utf8(stream, layout.encoding or "utf-8")
    yield from arrow_csv.open_csv(plain, read_options=reading, parse_options=parsing, convert_options=as_bytes)


def encoding_of_labels(encoding: str) -> str:
    """What the bytes are in that `table_pieces` and `line_pieces` give: the file's encoding, or UTF-8 made of it."""
    name = codecs.lookup(encoding).name
    return name if name in _AS_THEY_ARE else "utf-8"


def _as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Recoded(stream, codecs.lookup(encoding).name), 1 << 18))


# NOTE Bytes as they are. A text in UTF-8 may turn out not to be one in its last row, and pyarrow wants UTF-8 where a
# row is uneven. So its bytes are read as if they were Latin-1, in which every byte is a letter, and put back label by
# label in `_narrowed`. Pieces in ASCII, that is nearly all, pass untouched.


def _narrowed(values: Sequence[Any], layout: Layout) -> list[Raw]:
    if encoding_of_labels(layout.encoding or "utf-8") == "utf-8" != codecs.lookup(layout.encoding or "utf-8").name:
        return list(values)
    return [value if value.isascii() else value.decode().encode("latin-1") for value in values]


class _Recoded(io.RawIOBase):
    """A text in any encoding as UTF-8, in pieces, without its mark."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._encoding, self._left = stream, encoding, b""
        self._decoder = codecs.getincrementaldecoder("latin-1" if encoding in _AS_THEY_ARE else encoding)()
        self._start = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            data = self._stream.read(1 << 18)
            self._left = self._recoded(data)
            if not data:
                break
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _recoded(self, data: bytes) -> bytes:
        if self._encoding in _AS_THEY_ARE:
            data, self._start = data.removeprefix(codecs.BOM_UTF8) if self._start else data, False
            if data.isascii():
                return data
        try:
            return self._decoder.decode(data, final=not data).encode()
        except UnicodeError:
            raise ReadingError(f"the text is not in {self._encoding}. Choose another encoding") from None


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: in most scripts every second byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if max(odd, even) > 0.4 * half and min(odd, even) < 0.05 * half and "\0" not in decoded(head, name):
        return name
    raise ReadingError("it holds NUL bytes, so it is not a text. If it is a table, save it as CSV in UTF-8")


def _records(lines: list[str], separator: str, whole: bool) -> tuple[list[list[str]], int]:
    """(first rows, lines up to the end of the first); a last row that is cut off is left out."""
    reader = csv.reader(lines, delimiter=separator)
    rows: list[list[str]] = []
    first_lines = 0
    try:
        for row in reader:
            if row and (whole or reader.line_num < len(lines)):
                rows.append(row)
                first_lines = first_lines or reader.line_num
            if len(rows) == PREVIEW:
                break
    except csv.Error:
        pass  # a field longer than the csv module takes: what came before it is enough
    return rows, first_lines


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """(share of rows of the usual width, that width), 0 where they are not parted at all."""
    width = width_of(rows)
    if width < 2:
        return 0.0, 0
    share = sum(len(row) in (width, width - (row is rows[0])) for row in rows) / len(rows)  # R leaves a name out
    return (share, width) if share >= 0.8 else (0.0, 0)
