"""Text files (CSV, lines, words, image lists): separator, header and columns of one, and its labels in pieces.

The labels are read by pyarrow's CSV reader, uneven rows left out.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from sampler_core.datasets.label_files.arrow_columns import encode_arrow
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.column_guess import has_header, is_label_column
from sampler_core.datasets.label_files.column_roles import NUMBER
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.json_shapes import json_layout
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece, piece_of_columns
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.text_encoding import decoded, encoding_for_pyarrow, encoding_of, label_bytes
from sampler_core.formatting import printable, quoted

SEPARATORS = ("\t", ";", "|", ",")  # of equally good ones the first: a decimal comma parts numbers just as evenly
FIRST_LINES = 200
CSV_BLOCK_BYTES = 1 << 20
_JSON_ENDINGS = ("json", "jsonl", "ndjson")


class TableStart(NamedTuple):
    """The first rows of a table: their separator and fields, the lines before them, and those the first one takes."""

    separator: str
    table_rows: list[list[str]]
    skip_lines: int
    first_row_lines: int


def text_layout(
    source: ByteSource, kind: str | None, separator: str | None, encoding: str | None, header: bool | None
) -> Layout:
    """The layout of a text, no column chosen yet; what is given is taken instead of a guess."""
    text_encoding = encoding or encoding_of(source.head)
    text = decoded(source.head, text_encoding)
    if not text.strip():
        raise ReadingError(f"{source.name} holds nothing but blanks. Choose a file with at least one label")
    is_json = text.lstrip()[0] in ('{["' if _file_ending(source) in _JSON_ENDINGS else "{[")
    if is_json and separator is None and (kind or "json").startswith(("json", "coco")):
        try:
            return replace(json_layout(text, source.whole), encoding=text_encoding)
        except ReadingError:
            if kind is not None or _file_ending(source) in _JSON_ENDINGS or re.match(r'\s*(\{|\[\s*[\[{"\]\d-])', text):
                raise  # else "[cat]" is a label like any other
    return replace(_table_or_lines(source, text, kind, separator, header), encoding=text_encoding)


def _table_or_lines(
    source: ByteSource, text: str, kind: str | None, separator: str | None, header: bool | None
) -> Layout:
    table = _table_start(text, separator, source.whole)
    text_lines = [line.rstrip("\r\n") for line in islice(io.StringIO(text, newline=""), FIRST_LINES)]
    lines_of_words = [line.split() for line in text_lines if line.strip()]
    kind = kind or _kind_of_text(source, text, table, lines_of_words, separator)
    if kind == "table":
        return _table_layout(source, table, header)
    if kind == "lines":
        skip = is_label_column(text_lines[0]) if header is None else header
        return Layout(kind=kind, skip_lines=int(skip), header=skip, rows=first_rows(zip(text_lines[skip:])))
    if kind == "image list":
        image_rows = first_rows((" ".join(words[:-1]), words[-1]) for words in lines_of_words)
        return Layout(kind=kind, columns=("path", "label"), label="label", rows=image_rows)
    if kind == "words":
        return replace(_table_layout(source, TableStart(" ", lines_of_words, 0, 1), header), kind=kind)
    raise ReadingError(f"{source.name} is a text, which cannot be read as {quoted(kind)}. Leave the kind out")


def _kind_of_text(
    source: ByteSource, text: str, table: TableStart, lines_of_words: list[list[str]], separator: str | None
) -> str:
    if _usual_width(table.table_rows) > 1 or separator is not None:
        return "table"
    if lines_of_words and all(len(words) > 1 and _is_path(words[0]) for words in lines_of_words[:-1] or lines_of_words):
        return "image list"
    if _usual_width(lines_of_words) > 2 and len({len(words) for words in lines_of_words}) == 1 and any(
        all(NUMBER.fullmatch(words[c]) for words in lines_of_words[1:] or lines_of_words)
        for c in range(len(lines_of_words[0]))
    ):  # fmt: skip
        return "words"
    quoted_lines = any(len(line) > 1 and line[0] == line[-1] == '"' for line in text[:10000].splitlines())
    return "table" if _file_ending(source) in ("csv", "tsv") or quoted_lines else "lines"


def _table_layout(source: ByteSource, table: TableStart, header: bool | None) -> Layout:
    table_rows, width = table.table_rows, _usual_width(table.table_rows[1:] or table.table_rows)
    if not table_rows or not width:
        raise ReadingError(f"{source.name} holds no row that can be read. Check its quotes and its separator")
    source.limits.check_columns(width)
    with_header = has_header(table_rows) if header is None else header
    if with_header and len(table_rows) == 1:
        if not source.whole:
            long_row = f"a row of {source.name} is very long, usually because a quote is never closed"
            raise ReadingError(f"{long_row}. Check its quotes")
        only_row = quoted(", ".join(table_rows[0]))
        raise ReadingError(f"{source.name} holds only a header ({only_row}). Choose a file with rows")
    return Layout(
        kind="table",
        columns=_distinct_column_names(table_rows[0] if with_header else [], width),
        separator=table.separator,
        header=with_header,
        skip_lines=table.skip_lines + (table.first_row_lines if with_header else 0),
        rows=first_rows(row for row in table_rows[with_header : PREVIEW_ROWS + with_header] if len(row) == width),
    )


def _distinct_column_names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """One name a column. R leaves out the name of its first column, that of the rows."""
    header = ["row", *header] if len(header) == width - 1 and header else list(header)
    column_names = dict[str, None]()  # a set that keeps their order
    for c in range(width):
        column_name = (printable(header[c].strip(), 200) if c < len(header) else "") or f"column {c + 1}"
        while column_name in column_names:
            column_name = f"{column_name} ({c + 1})"
        column_names[column_name] = None
    return tuple(column_names)


def _table_start(text: str, separator: str | None, whole: bool) -> TableStart:
    """Finds the separator, if none is given, as the one that parts the most rows alike; ',' when none does."""
    # newline="": a line ends at \r, \n or \r\n, as for the reader of the whole file.
    text_lines = list(islice(io.StringIO(text, newline=""), 5 * FIRST_LINES + 1))
    whole = whole and len(text_lines) <= 5 * FIRST_LINES
    skip = int(text_lines[0].lower().startswith("sep=") and len(text_lines[0].strip()) == 5)
    if skip and separator is None:
        separator = text_lines[0][4]
    blank = (" ",) if text.lstrip().startswith('"') else ()  # R's write.table quotes names
    separators = (separator,) if separator else (*SEPARATORS, *blank)
    return max((_table_with_separator(text_lines, skip, mark, whole) for mark in separators), key=_evenness_of_rows)


def _table_with_separator(text_lines: list[str], skip: int, separator: str, whole: bool) -> TableStart:
    """The first rows by one separator; a last row that is cut off is left out."""
    text_lines = text_lines[skip:]
    csv_reader = csv.reader(text_lines, delimiter=separator)
    table_rows: list[list[str]] = []
    first_row_lines = 0
    with suppress(csv.Error):  # a field longer than the csv module takes: what came before it is enough
        for row in csv_reader:
            if row and (whole or csv_reader.line_num < len(text_lines)):
                table_rows.append(row)
                first_row_lines = first_row_lines or csv_reader.line_num
            if len(table_rows) == FIRST_LINES:
                break
    return TableStart(separator, table_rows, skip, first_row_lines)


def _evenness_of_rows(table: TableStart) -> tuple[float, int]:
    """(share of rows of the usual width, that width); 0 where nothing is parted, with ',' before the others."""
    width, table_rows = _usual_width(table.table_rows), table.table_rows
    even = [len(row) in (width, width - (row is table_rows[0])) for row in table_rows]  # R's first row lacks a name
    share_of_even = sum(even) / max(len(table_rows), 1)
    return (share_of_even, width) if width > 1 and share_of_even >= 0.8 else (0.0, table.separator == ",")


def _usual_width(table_rows: Sequence[Sequence[str]]) -> int:
    """How many fields most of these rows have."""
    return Counter(map(len, table_rows)).most_common(1)[0][0] if table_rows else 0


def _is_path(word: str) -> bool:
    return "/" in word or "\\" in word or ("." in word and not NUMBER.fullmatch(word))


def _file_ending(source: ByteSource) -> str:
    return source.name.lower().removesuffix(".gz").rpartition(".")[2]


def text_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of a text file, and their counts where there are some. Uneven rows go to `tally.dropped`."""
    encoding = layout.encoding or "utf-8"
    for csv_batch in _csv_batches(source, layout, tally, encoding):
        text_columns = (
            encode_arrow(_csv_column(csv_batch, layout, column), source.limits) for column in layout.key_columns
        )
        key_columns = [(codes, label_bytes(distinct_values, encoding)) for codes, distinct_values in text_columns]
        text_counts = None if layout.count is None else _csv_column(csv_batch, layout, layout.count).to_pylist()
        yield piece_of_columns(key_columns, text_counts)


def _csv_batches(source: ByteSource, layout: Layout, tally: LabelTally, encoding: str) -> Iterator[Any]:
    """Record batches of the columns as bytes, named by position; of lines as column 0 where the file is no table."""
    import pyarrow as pa
    from pyarrow import csv

    def drop_uneven_row(row: Any) -> str:
        tally.dropped[f"not {row.expected_columns} fields in the row"] += 1
        return "skip"

    is_table = layout.kind == "table"
    csv_columns = {str(layout.position(column)) if is_table else "0" for column in layout.columns_read}
    text_stream = source.stream()
    if source.head.startswith(codecs.BOM_UTF8):
        text_stream.read(len(codecs.BOM_UTF8))
    yield from csv.open_csv(
        text_stream,
        csv.ReadOptions(
            column_names=[str(c) for c in range(max(1, len(layout.columns)) if is_table else 1)],
            skip_rows=layout.skip_lines,
            block_size=CSV_BLOCK_BYTES,
            encoding=encoding_for_pyarrow(encoding),
        ),
        csv.ParseOptions(
            delimiter=layout.separator or "," if is_table else "\x1f",  # lines: a separator that no text has
            quote_char='"' if is_table else False,
            newlines_in_values=is_table,
            ignore_empty_lines=is_table,
            invalid_row_handler=drop_uneven_row,
        ),
        csv.ConvertOptions(include_columns=list(csv_columns), column_types=dict.fromkeys(csv_columns, pa.binary())),
    )


def _csv_column(csv_batch: Any, layout: Layout, column: str | None) -> Any:
    """A column of a table; the word in its place in each line; or the lines themselves."""
    import pyarrow.compute as pc

    if layout.kind == "table":
        return csv_batch.column(str(layout.position(column)))
    text_lines = csv_batch.column(0)
    if layout.kind != "lines":
        text_lines = pc.struct_field(pc.extract_regex(text_lines, _pattern_of_word(layout, column)), 0)
    return text_lines


def _pattern_of_word(layout: Layout, column: str | None) -> str:
    if layout.kind == "image list":
        return r"^\s*\S.*[ \t](?P<word>\S+)\s*$"  # a path may hold blanks, so the label is the last word of the line
    position = layout.position(column)
    if position == len(layout.columns) - 1:
        return r"(?P<word>\S+)\s*$"
    if position > 1000:  # more than pyarrow's expressions repeat
        raise ReadingError("its label column is behind more than 1,000 others. Save the labels alone, one a line")
    return rf"^\s*(?:\S+\s+){{{position}}}(?P<word>\S+)"
