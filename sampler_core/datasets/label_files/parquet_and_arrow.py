"""Parquet and Arrow (Feather) files, and arrays of Arrow: only the label column, in pieces.

The one contract here: nothing in a file is run. Metadata that pandas or others left (pickles, extension types) is not
looked at; values are taken as plain numbers or text, or refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.class_naming import Raw
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Cells, Layout, first_rows
from sampler_core.datasets.label_files.label_tally import NO_LABEL, LabelTally, Piece
from sampler_core.datasets.label_files.reading_limits import Limits

MAGIC = b"ARROW1"
TYPES = (
    "integer", "floating", "boolean", "null", "decimal", "date", "time", "timestamp", "string", "large_string",
    "string_view", "binary", "large_binary", "binary_view", "fixed_size_binary",
)  # fmt: skip
BATCH_ROWS = 1 << 16
PREVIEW_COLUMNS = 40


def parquet_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    import pyarrow.parquet as pq

    stream = source.seekable()
    columns = _label_columns(pq.read_schema(stream))
    batch = next(_parquet_batches(stream, columns[:PREVIEW_COLUMNS], PREVIEW_ROWS), None)
    return Layout(kind="parquet", columns=columns, rows=_preview(batch, columns))


def parquet_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The label column of a Parquet file, page by page."""
    import pyarrow.parquet as pq

    stream = source.seekable()
    total, done = pq.read_metadata(stream).num_rows, 0
    source.limits.check_rows(total)
    for batch in _parquet_batches(stream, layout.label_and_count, BATCH_ROWS):
        done += batch.num_rows
        yield _piece(batch, layout, source.limits)._replace(share=done / max(total, 1))


def arrow_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    stream = source.seekable()
    columns = _label_columns(_arrow_reader(stream).schema)
    batches = (batch for batch in _arrow_batches(stream, columns[:PREVIEW_COLUMNS]) if batch.num_rows)
    return Layout(kind="arrow", columns=columns, rows=_preview(next(batches, None), columns))


def arrow_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The label column of an Arrow file or stream, batch by batch."""
    for batch in _arrow_batches(source.seekable(), layout.label_and_count):
        for start in range(0, max(batch.num_rows, 1), BATCH_ROWS):  # a batch without rows may name categories
            yield _piece(batch.slice(start, BATCH_ROWS), layout, source.limits)


def encode_arrow(array: Any, limits: Limits) -> tuple[Codes, list[Raw | None]]:
    """An Arrow array -> (codes, distinct values), `NO_LABEL` for nulls. A dictionary keeps its unused values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_null(array.type):
        return np.full(len(array), NO_LABEL), []
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(_plain(array))
    limits.check_classes(len(array.dictionary))
    distinct = _plain(array.dictionary)
    _check_lengths(distinct, limits)
    return _codes(array.indices), distinct.to_pylist()


def _parquet_batches(stream: BinaryIO, columns: Sequence[str | None], rows: int) -> Iterator[Any]:
    """Record batches of text as dictionaries: one long name a million times takes no more memory than in the file."""
    import pyarrow.parquet as pq

    done = 0
    try:
        file = pq.ParquetFile(stream, read_dictionary=columns, buffer_size=1 << 20)
        for batch in file.iter_batches(batch_size=rows, columns=columns):
            done += batch.num_rows
            yield batch
    except OSError:  # a column in DELTA_BYTE_ARRAY cannot be read as a dictionary
        for batch in pq.ParquetFile(stream, buffer_size=1 << 20).iter_batches(batch_size=rows, columns=columns):
            skipped = min(done, batch.num_rows)
            done -= skipped
            yield batch.slice(skipped)


def _arrow_batches(stream: BinaryIO, columns: Sequence[str | None]) -> Iterator[Any]:
    """Record batches with these columns only."""
    names = _arrow_reader(stream).schema.names
    reader = _arrow_reader(stream, [i for i, name in enumerate(names) if name in columns])
    if hasattr(reader, "num_record_batches"):
        yield from map(reader.get_batch, range(reader.num_record_batches))
    else:
        yield from reader


def _arrow_reader(stream: BinaryIO, fields: list[int] | None = None) -> Any:
    """pyarrow's reader of an Arrow file or stream, of all fields or of these."""
    import pyarrow as pa

    stream.seek(0)
    open_reader = pa.ipc.open_file if stream.read(len(MAGIC)) == MAGIC else pa.ipc.open_stream
    stream.seek(0)
    return open_reader(stream, options=pa.ipc.IpcReadOptions(included_fields=fields))


def _piece(batch: Any, layout: Layout, limits: Limits) -> Piece:
    columns = [batch.column(name) for name in layout.label_and_count]
    for column in columns:
        column.validate(full=True)  # the file may lie about its offsets
    return Piece(*encode_arrow(columns[0], limits), columns[1].to_pylist() if columns[1:] else None)


def _codes(indices: Any) -> Codes:
    """Indices, nulls as `NO_LABEL`. `to_numpy` and `fill_null` would import pandas, which takes a second."""
    import pyarrow as pa

    codes = np.full(len(indices), NO_LABEL)
    codes[np.from_dlpack(indices.is_valid().cast(pa.uint8())) == 1] = np.from_dlpack(indices.drop_null())
    return codes


def _check_lengths(values: Any, limits: Limits) -> None:
    """`ReadingError` for a name that is too long, before it is made a Python text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        lengths = pc.utf8_length(values)
        longest = pc.max(lengths).as_py() or 0
        limits.check_name_length(longest, _cut(values.slice(pc.index(lengths, longest).as_py(), 1), 40)[0].as_py())


def _cut(values: Any, length: int) -> Any:
    """Text and bytes shortened; others as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return pc.utf8_slice_codeunits(values, 0, length)
    return pc.binary_slice(values, 0, length) if pa.types.is_binary(values.type) else values


def _plain(array: Any) -> Any:
    """As integers, floats, booleans, text or bytes; `ReadingError` for what holds more than one value."""
    import pyarrow as pa

    if not _holds_labels(array.type):
        raise ReadingError(
            f"the column holds {quoted(array.type)}, where labels are integers or text. Choose another column"
        )
    if _is_one_of(array.type, ("date", "time", "timestamp", "decimal", "string_view")):
        return array.cast(pa.string())
    return array.cast(pa.binary()) if _is_one_of(array.type, ("binary_view", "fixed_size_binary")) else array


def _holds_labels(kind: Any) -> bool:
    import pyarrow as pa

    return _is_one_of(kind.value_type if pa.types.is_dictionary(kind) else kind, TYPES)


def _is_one_of(kind: Any, types: Sequence[str]) -> bool:
    import pyarrow as pa

    return any(getattr(pa.types, f"is_{name}")(kind) for name in types)


def _label_columns(schema: Any) -> tuple[str, ...]:
    times = Counter(schema.names)
    columns = tuple(field.name for field in schema if _holds_labels(field.type) and times[field.name] == 1)
    if not columns:
        raise ReadingError("no column holds integers or text. Save the labels as a column of their own")
    return columns


def _preview(batch: Any, columns: Sequence[str]) -> Cells:
    if batch is None:
        return ()
    batch = batch.slice(0, PREVIEW_ROWS)
    empty = [None] * batch.num_rows
    cells = {name: _cells(batch.column(name)) for name in batch.schema.names}
    return first_rows(zip(*(cells.get(name, empty) for name in columns), strict=True))


def _cells(column: Any) -> list[Any]:
    import pyarrow as pa

    column.validate(full=True)
    if pa.types.is_dictionary(column.type):
        column = _cut(column.dictionary, 80).take(column.indices)
    return _cut(column, 80).to_pylist()  # type: ignore[no-any-return]
