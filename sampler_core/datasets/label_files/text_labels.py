"""The labels of text files (CSV, lines, words), in pieces, by pyarrow's CSV reader."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.errors import ReadingError
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece
from sampler_core.datasets.label_files.parquet_and_arrow import encode_arrow
from sampler_core.datasets.label_files.text_encoding import encoding_for_pyarrow, label_bytes

BLOCK_BYTES = 1 << 20


def text_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of a text file, and their counts where there are some. Uneven rows go to `tally.dropped`."""
    encoding = layout.encoding or "utf-8"
    for batch in _csv_batches(source, layout, tally, encoding):
        labels, *counts = (_column(batch, layout, column) for column in layout.label_and_count)
        codes, values = encode_arrow(labels, source.limits)
        yield Piece(codes, label_bytes(values, encoding), counts[0].to_pylist() if counts else None)


def _csv_batches(source: ByteSource, layout: Layout, tally: LabelTally, encoding: str) -> Iterator[Any]:
    """Record batches of the columns as bytes, named by position; of lines as column 0 where the file is no table."""
    import pyarrow as pa
    from pyarrow import csv

    def drop_row(row: Any) -> str:
        tally.dropped[f"not {row.expected_columns} fields in the row"] += 1
        return "skip"

    is_table = layout.kind == "table"
    fields = {str(layout.position(column)) if is_table else "0" for column in layout.label_and_count}
    stream = source.stream()
    if source.head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    yield from csv.open_csv(
        stream,
        csv.ReadOptions(
            column_names=[str(c) for c in range(max(1, len(layout.columns)) if is_table else 1)],
            skip_rows=layout.skip_lines,
            block_size=BLOCK_BYTES,
            encoding=encoding_for_pyarrow(encoding),
        ),
        csv.ParseOptions(
            delimiter=layout.separator or "," if is_table else "\x1f",  # lines: a separator that no text has
            quote_char='"' if is_table else False,
            newlines_in_values=is_table,
            ignore_empty_lines=is_table,
            invalid_row_handler=drop_row,
        ),
        csv.ConvertOptions(include_columns=list(fields), column_types=dict.fromkeys(fields, pa.binary())),
    )


def _column(batch: Any, layout: Layout, column: str | None) -> Any:
    """A column of a table; the word in its place in each line; or the lines themselves."""
    import pyarrow.compute as pc

    if layout.kind == "table":
        return batch.column(str(layout.position(column)))
    lines = batch.column(0)
    if layout.kind != "lines":
        lines = pc.struct_field(pc.extract_regex(lines, _word_pattern(layout, column)), 0)
    return lines


def _word_pattern(layout: Layout, column: str | None) -> str:
    if layout.kind == "image list":
        return r"^\s*\S.*[ \t](?P<word>\S+)\s*$"  # a path may hold blanks, so the label is the last word
    position = layout.position(column)
    if position == len(layout.columns) - 1:
        return r"(?P<word>\S+)\s*$"
    if position > 1000:  # more than pyarrow's expressions repeat
        raise ReadingError("its label column is behind more than 1,000 others. Save the labels alone, one a line")
    return rf"^\s*(?:\S+\s+){{{position}}}(?P<word>\S+)"
