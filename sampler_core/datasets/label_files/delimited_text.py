"""Text files: separator, header, and the label column in pieces.

The one contract here: what `sniff` shows of the first rows is how the whole file is read.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from sampler_core.datasets.label_files.errors import ReadingError
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_tally import Piece
from sampler_core.datasets.label_files.parquet_and_arrow import encode_arrow
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.text_encoding import as_utf8, narrowed

SEPARATORS = ("\t", ";", "|", ",")  # of equally good ones the first: a decimal comma parts numbers just as evenly
SAMPLE_ROWS = 200
PREVIEW_ROWS = 100
BLOCK = 1 << 20


class Start(NamedTuple):
    """The first rows of a table: their separator and fields, the lines before them, and those the first one takes."""

    separator: str
    rows: list[list[str]]
    skip_lines: int
    first_lines: int


def start_of(text: str, separator: str | None, whole: bool) -> Start:
    """Finds the separator, if none is given, as the one that parts the most rows alike; ',' when none does."""
    # newline="": a line ends at \r, \n or \r\n, as for the reader of the whole file.
    lines = list(islice(io.StringIO(text, newline=""), 5 * SAMPLE_ROWS + 1))
    whole = whole and len(lines) <= 5 * SAMPLE_ROWS
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
    return [line.rstrip("\r\n") for line in islice(io.StringIO(text, newline=""), SAMPLE_ROWS)]


def width_of(rows: Sequence[Sequence[str]]) -> int:
    """How many fields most of these rows have."""
    return Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 0


def text_pieces(stream: BinaryIO, layout: Layout, dropped: Counter[str]) -> Iterator[Piece]:
    """The labels of a CSV file or of lines, and their counts where there are some. Uneven rows go to `dropped`."""
    is_table = layout.kind == "table"
    columns: list[str | None] = [layout.label, layout.count] if layout.count is not None else [layout.label]
    fields = [str(layout.position(name)) if is_table else "0" for name in columns]
    patterns = [None if is_table else _pattern(layout, name) for name in columns]
    for batch in _batches(stream, layout, dropped, fields):
        labels, *counts = (_word(batch.column(field), pattern) for field, pattern in zip(fields, patterns, strict=True))
        codes, values = encode_arrow(labels, _NO_LIMITS)
        yield Piece(codes, narrowed(values, layout.encoding or "utf-8"), counts[0].to_pylist() if counts else None)


_NO_LIMITS = Limits(classes=BLOCK)  # of one piece; the tally has the real ones


def _pattern(layout: Layout, column: str | None) -> str | None:
    """What finds the word of a column in a line; None where the line is the label."""
    if layout.kind == "image list":
        return r"^\s*\S.*[ \t](?P<word>\S+)\s*$"  # a path may hold blanks, so the label is the last word
    if layout.kind != "words":
        return None
    position = layout.position(column)
    if position == len(layout.columns) - 1:
        return r"(?P<word>\S+)\s*$"
    if position > 1000:  # more than pyarrow's expressions repeat
        raise ReadingError("its label column is behind more than 1,000 others. Save the labels alone, one a line")
    return rf"^\s*(?:\S+\s+){{{position}}}(?P<word>\S+)"


def _word(lines: Any, pattern: str | None) -> Any:
    import pyarrow.compute as pc

    return lines if pattern is None else pc.struct_field(pc.extract_regex(lines, pattern), "word")


def _batches(stream: BinaryIO, layout: Layout, dropped: Counter[str], fields: list[str]) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    def leave_out(row: Any) -> str:
        dropped[f"not {row.expected_columns} fields in the row"] += 1
        return "skip"

    table = layout.kind == "table"
    names = [str(c) for c in range(max(1, len(layout.columns)) if table else 1)]
    parsing = arrow_csv.ParseOptions(
        delimiter=layout.separator or "," if table else "\x1f",  # lines: a separator that no text has
        quote_char='"' if table else False,
        newlines_in_values=table,
        ignore_empty_lines=table,
        invalid_row_handler=leave_out,
    )
    reading = arrow_csv.ReadOptions(column_names=names, skip_rows=layout.skip_lines, block_size=BLOCK)
    as_bytes = arrow_csv.ConvertOptions(
        include_columns=list(dict.fromkeys(fields)), column_types=dict.fromkeys(fields, pa.binary())
    )
    plain = as_utf8(stream, layout.encoding or "utf-8")
    yield from arrow_csv.open_csv(plain, read_options=reading, parse_options=parsing, convert_options=as_bytes)


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
            if len(rows) == SAMPLE_ROWS:
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
