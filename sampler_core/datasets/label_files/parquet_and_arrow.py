"""Parquet and Arrow (Feather) files and tables in memory: only the columns that are read, in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.arrow_columns import (
    cells_of_arrow_column,
    columns_of_labels,
    encode_arrow,
    is_arrow_list,
    text_of_lists,
)
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Cells, Layout, first_rows
from sampler_core.datasets.label_files.hugging_face import categories_of, class_names_of_schema
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece, RawLabel, piece_of_columns
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import quoted

ARROW_MAGIC = b"ARROW1"
BATCH_ROWS, MOST_BATCH_ROWS = 1 << 16, 1 << 20
PREVIEW_COLUMNS = 40


def parquet_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    import pyarrow.parquet as pq

    parquet_stream = source.seekable()
    parquet_columns = columns_of_labels(pq.read_schema(parquet_stream))
    parquet_batch = next(_parquet_batches(parquet_stream, parquet_columns[:PREVIEW_COLUMNS], PREVIEW_ROWS), None)
    return Layout(kind="parquet", columns=parquet_columns, rows=_first_arrow_rows(parquet_batch, parquet_columns))


def parquet_pieces(
    source: ByteSource, layout: Layout, tally: LabelTally, constants: Mapping[str, str | None] = {}
) -> Iterator[Piece]:
    """The columns of a Parquet file that are read, page by page; `constants` are columns of one value."""
    import pyarrow.parquet as pq

    parquet_stream = source.seekable()
    parquet_rows, rows_done = pq.read_metadata(parquet_stream).num_rows, 0
    source.limits.check_rows(parquet_rows)
    columns = [name for name in layout.columns_read if name not in constants]
    names_in_lists = _take_class_names(arrow_schema := pq.read_schema(parquet_stream), layout, tally)
    for parquet_batch in _parquet_batches(parquet_stream, columns, _batch_rows(layout, arrow_schema)):
        rows_done += parquet_batch.num_rows
        piece = _arrow_piece(parquet_batch, layout, source.limits, constants, names_in_lists)
        yield piece._replace(share=rows_done / max(parquet_rows, 1))


def arrow_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    arrow_stream = source.seekable()
    arrow_columns = columns_of_labels(_arrow_reader(arrow_stream).schema)
    arrow_batches = _arrow_batches(arrow_stream, arrow_columns[:PREVIEW_COLUMNS])
    arrow_batch = next((arrow_batch for arrow_batch in arrow_batches if arrow_batch.num_rows), None)
    return Layout(kind="arrow", columns=arrow_columns, rows=_first_arrow_rows(arrow_batch, arrow_columns))


def arrow_pieces(
    source: ByteSource, layout: Layout, tally: LabelTally, constants: Mapping[str, str | None] = {}
) -> Iterator[Piece]:
    """The columns of an Arrow file or stream that are read, batch by batch; `constants` are columns of one value."""
    arrow_stream = source.seekable()
    columns = [name for name in layout.columns_read if name not in constants]
    names_in_lists = _take_class_names(_arrow_reader(arrow_stream).schema, layout, tally)
    for arrow_batch in _arrow_batches(arrow_stream, columns):
        for rows in _slices(arrow_batch, layout):
            yield _arrow_piece(rows, layout, source.limits, constants, names_in_lists)


def table_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    assert source.table is not None
    arrow_columns = columns_of_labels(source.table.schema)
    arrow_batch = source.table.first_batch()
    if arrow_batch is not None:
        arrow_batch = arrow_batch.select(arrow_columns[:PREVIEW_COLUMNS])
    return Layout(kind="arrow table", columns=arrow_columns, rows=_first_arrow_rows(arrow_batch, arrow_columns))


def table_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The columns of a table in memory that are read, batch by batch."""
    assert source.table is not None
    names_in_lists = _take_class_names(source.table.schema, layout, tally)
    for arrow_batch in source.table.batches():
        for rows in _slices(arrow_batch, layout):
            yield _arrow_piece(rows, layout, source.limits, {}, names_in_lists)


def _slices(arrow_batch: Any, layout: Layout) -> Iterator[Any]:
    """A batch in pieces, at least one: a batch without rows may name categories."""
    rows = _batch_rows(layout, arrow_batch.schema)
    return (arrow_batch.slice(start, rows) for start in range(0, max(arrow_batch.num_rows, 1), rows))


def _batch_rows(layout: Layout, arrow_schema: Any) -> int:
    """Rows at a time: many, as each piece looks up its distinct labels; fewer of several columns and of lists."""
    columns = [name for name in layout.columns_read if name in arrow_schema.names]
    has_lists = any(is_arrow_list(arrow_schema.field(name).type) for name in columns)
    return BATCH_ROWS if has_lists else max(BATCH_ROWS, MOST_BATCH_ROWS // max(len(columns), 1))


def _parquet_batches(parquet_stream: BinaryIO, columns: Sequence[str | None], rows: int) -> Iterator[Any]:
    """Record batches of text as dictionaries: one long name a million times takes no more memory than in the file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows_done = 0
    arrow_schema = pq.read_schema(parquet_stream)
    parquet_stream.seek(0)
    plain = [field.name for field in arrow_schema if field.name in columns and not pa.types.is_nested(field.type)]
    try:
        parquet_file = pq.ParquetFile(parquet_stream, read_dictionary=plain, buffer_size=1 << 20)
        for parquet_batch in parquet_file.iter_batches(batch_size=rows, columns=columns):
            rows_done += parquet_batch.num_rows
            yield parquet_batch
    except OSError:  # a column in DELTA_BYTE_ARRAY cannot be read as a dictionary
        parquet_file = pq.ParquetFile(parquet_stream, buffer_size=1 << 20)
        for parquet_batch in parquet_file.iter_batches(batch_size=min(rows, BATCH_ROWS), columns=columns):
            rows_skipped = min(rows_done, parquet_batch.num_rows)
            rows_done -= rows_skipped
            yield parquet_batch.slice(rows_skipped)


def _arrow_batches(arrow_stream: BinaryIO, columns: Sequence[str | None]) -> Iterator[Any]:
    """Record batches with these columns only."""
    arrow_fields = _arrow_reader(arrow_stream).schema.names
    arrow_reader = _arrow_reader(arrow_stream, [i for i, name in enumerate(arrow_fields) if name in columns])
    if hasattr(arrow_reader, "num_record_batches"):
        yield from map(arrow_reader.get_batch, range(arrow_reader.num_record_batches))
    else:
        yield from arrow_reader


def _arrow_reader(arrow_stream: BinaryIO, fields: list[int] | None = None) -> Any:
    """pyarrow's reader of an Arrow file or stream, of all fields or of these."""
    import pyarrow as pa

    arrow_stream.seek(0)
    open_reader = pa.ipc.open_file if arrow_stream.read(len(ARROW_MAGIC)) == ARROW_MAGIC else pa.ipc.open_stream
    arrow_stream.seek(0)
    return open_reader(arrow_stream, options=pa.ipc.IpcReadOptions(included_fields=fields))


def _arrow_piece(
    arrow_batch: Any, layout: Layout, limits: Limits, constants: Mapping[str, str | None], names_in_lists: list[str]
) -> Piece:
    key_columns: list[tuple[Codes, Sequence[RawLabel | None]]] = []
    for name in layout.key_columns:
        if name is not None and name in constants:
            key_columns.append((np.zeros(arrow_batch.num_rows, dtype=np.int64), [constants[name]]))
        else:
            arrow_column = _checked_column(arrow_batch, name)
            if is_arrow_list(arrow_column.type):
                arrow_column = text_of_lists(arrow_column, names_in_lists if name == layout.label else [])
            key_columns.append(encode_arrow(arrow_column, limits))
    arrow_counts = None if layout.count is None else _checked_column(arrow_batch, layout.count).to_pylist()
    return piece_of_columns(key_columns, arrow_counts)


def _checked_column(arrow_batch: Any, name: str | None) -> Any:
    if name not in arrow_batch.schema.names:
        raise ReadingError(f"there is no column {quoted(name)}. Choose one that all files have")
    arrow_column = arrow_batch.column(name)
    arrow_column.validate(full=True)  # the file may lie about its offsets
    return arrow_column


def _take_class_names(arrow_schema: Any, layout: Layout, tally: LabelTally) -> list[str]:
    """The names of integer labels, where the file has them in its metadata: for the tally, or for those in lists."""
    class_names = class_names_of_schema(arrow_schema).get(layout.label or "", [])
    if class_names and is_arrow_list(arrow_schema.field(layout.label).type):
        return class_names
    tally.categories = tally.categories or categories_of(class_names, tally.limits)
    return []


def _first_arrow_rows(arrow_batch: Any, arrow_columns: Sequence[str]) -> Cells:
    if arrow_batch is None:
        return ()
    arrow_batch = arrow_batch.slice(0, PREVIEW_ROWS)
    empty = [None] * arrow_batch.num_rows
    arrow_cells = {name: cells_of_arrow_column(arrow_batch.column(name)) for name in arrow_batch.schema.names}
    return first_rows(zip(*(arrow_cells.get(name, empty) for name in arrow_columns), strict=True))
