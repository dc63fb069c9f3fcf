"""Parquet and Arrow (Feather) files, and arrays of Arrow: only the label column, in pieces.

The one contract here: nothing in a file is run. Metadata that pandas or others left (pickles, extension types) is not
looked at; values are taken as plain numbers or text, or refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.class_naming import Raw, too_long
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_tally import Piece, too_many_classes
from sampler_core.datasets.label_files.reading_limits import Limits

MAGIC = b"ARROW1"
TYPES = (
    "integer", "floating", "boolean", "null", "decimal", "date", "time", "timestamp", "string", "large_string",
    "string_view", "binary", "large_binary", "binary_view", "fixed_size_binary",
)  # fmt: skip
ROWS = 1 << 16
PREVIEW_COLUMNS = 40


def parquet_pieces(stream: BinaryIO, layout: Layout, limits: Limits) -> Iterator[Piece]:
    """The label column of a Parquet file, page by page."""
    import pyarrow.parquet as pq

    total, done = pq.read_metadata(stream).num_rows, 0
    if total > limits.rows:
        raise ReadingError(f"there are {total:,} rows, more than the {limits.rows:,} that are read")
    for batch in _parquet_batches(stream, [name for name in (layout.label, layout.count) if name is not None], ROWS):
        done += batch.num_rows
        yield _piece(batch, layout, limits)._replace(share=done / max(total, 1))


def arrow_pieces(stream: BinaryIO, layout: Layout, limits: Limits) -> Iterator[Piece]:
    """The label column of an Arrow file or stream, batch by batch."""
    for done, batch in _arrow_batches(stream, [layout.label, layout.count]):
        for start in range(0, max(batch.num_rows, 1), ROWS):
            yield _piece(batch.slice(start, ROWS), layout, limits)._replace(share=done)


def parquet_preview(stream: BinaryIO, rows: int) -> tuple[list[str], list[list[str]]]:
    """(columns that can hold labels, first rows as text)."""
    import pyarrow.parquet as pq

    columns = _usable(pq.read_schema(stream))
    batch = next(_parquet_batches(stream, columns[:PREVIEW_COLUMNS], rows), None)
    return columns, _as_text(batch, columns, rows)


def arrow_preview(stream: BinaryIO, rows: int) -> tuple[list[str], list[list[str]]]:
    """(columns that can hold labels, first rows as text)."""
    columns = _usable(_arrow_reader(stream).schema)
    batches = _arrow_batches(stream, list(columns[:PREVIEW_COLUMNS]))
    return columns, _as_text(next((batch for _, batch in batches if batch.num_rows), None), columns, rows)


def encode_arrow(array: Any, limits: Limits) -> tuple[Codes, list[Raw]]:
    """An Arrow array -> (codes, distinct values); nulls and NaN are -1. A dictionary keeps its unused values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_null(kind):
        return np.full(len(array), -1, dtype=np.int64), []
    if not pa.types.is_dictionary(kind):
        array = pc.dictionary_encode(_simple(array))
    if len(array.dictionary) > limits.classes:
        raise too_many_classes(limits)
    codes, distinct = _codes_of(array.indices.cast(pa.int64())), _simple(array.dictionary)
    _check_lengths(distinct, limits)
    values = distinct.to_pylist()
    missing = [i for i, value in enumerate(values) if value is None or value != value]
    if missing:
        codes[np.isin(codes, missing)] = -1
        return _without(codes, values, missing)
    return codes, values


def _check_lengths(values: Any, limits: Limits) -> None:
    """`ReadingError` for a name that is too long, before it is made a Python text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        lengths = pc.utf8_length(values)
        longest = pc.max(lengths).as_py() or 0
        if longest > limits.name_length:
            raise too_long(longest, _cut(values.slice(pc.index(lengths, longest).as_py(), 1), 40)[0].as_py(), limits)


def _cut(values: Any, length: int) -> Any:
    """Text and bytes shortened; others as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return pc.utf8_slice_codeunits(values, 0, length)
    return pc.binary_slice(values, 0, length) if pa.types.is_binary(values.type) else values


def _codes_of(indices: Any) -> Codes:
    """Arrow's int64 indices, nulls as -1. `to_numpy` and `fill_null` would import pandas, which takes a second."""
    valid, size = indices.is_valid(), len(indices)
    codes: Codes = np.frombuffer(indices.buffers()[1] or b"", np.int64)[indices.offset :][:size].copy()
    bits = np.unpackbits(np.frombuffer(valid.buffers()[1] or b"", np.uint8), bitorder="little")
    codes[bits[valid.offset :][:size] == 0] = -1
    return codes


def _without(codes: Codes, values: list[Any], missing: list[int]) -> tuple[Codes, list[Raw]]:
    left = [i for i in range(len(values)) if i not in set(missing)]
    table = np.full(len(values) + 1, -1, dtype=np.int64)
    table[left] = np.arange(len(left))
    placed: Codes = table[codes]
    return placed, [values[i] for i in left]


def _simple(array: Any) -> Any:
    """As integers, floats, booleans, text or bytes; `ReadingError` for what holds more than one value."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind) or pa.types.is_decimal(kind):
        return array.cast(pa.string())
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind) or pa.types.is_fixed_size_binary(kind):
        return array.cast(pa.string() if pa.types.is_string_view(kind) else pa.binary())
    if not _holds_labels(kind):
        raise ReadingError(f"the column holds {quoted(kind)}, where labels are integers or text. Choose another column")
    return array


def _holds_labels(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _holds_labels(kind.value_type)
    return any(getattr(pa.types, f"is_{name}")(kind) for name in TYPES)


def _usable(schema: Any) -> list[str]:
    times = Counter(schema.names)
    columns = [field.name for field in schema if _holds_labels(field.type) and times[field.name] == 1]
    if not columns:
        raise ReadingError("no column holds integers or text. Save the labels as a column of their own")
    return columns


def _arrow_batches(stream: BinaryIO, columns: list[str | None]) -> Iterator[tuple[float | None, Any]]:
    """(share done where it is known, record batch) with these columns only."""
    names = _arrow_reader(stream).schema.names
    reader = _arrow_reader(stream, [i for i, name in enumerate(names) if name in columns])
    if (total := getattr(reader, "num_record_batches", None)) is None:
        yield from ((None, batch) for batch in reader)
    else:
        yield from (((i + 1) / total, reader.get_batch(i)) for i in range(total))


def _arrow_reader(stream: BinaryIO, fields: list[int] | None = None) -> Any:
    """pyarrow's reader of an Arrow file or stream, of all fields or of these."""
    import pyarrow as pa

    stream.seek(0)
    open_reader = pa.ipc.open_file if stream.read(len(MAGIC)) == MAGIC else pa.ipc.open_stream
    stream.seek(0)
    return open_reader(stream, options=pa.ipc.IpcReadOptions(included_fields=fields))


def _parquet_batches(stream: BinaryIO, columns: list[str], rows: int) -> Iterator[Any]:
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


def _piece(batch: Any, layout: Layout, limits: Limits) -> Piece:
    column = batch.column(layout.label)
    column.validate(full=True)  # the file may lie about its offsets
    codes, values = encode_arrow(column, limits)
    if layout.count is None:
        return Piece(codes, values)
    counts = batch.column(layout.count)
    counts.validate(full=True)
    return Piece(codes, values, counts.to_pylist())


def _as_text(batch: Any, columns: list[str], rows: int) -> list[list[str]]:
    if batch is None:
        return []
    texts = {name: _cells(batch.column(name).slice(0, rows)) for name in columns if name in batch.schema.names}
    return [[texts[name][r] if name in texts else "" for name in columns] for r in range(min(rows, batch.num_rows))]


def _cells(column: Any) -> list[str]:
    import pyarrow as pa

    column.validate(full=True)
    if not pa.types.is_dictionary(column.type):
        return ["" if value is None else str(value)[:80] for value in _cut(column, 80).to_pylist()]
    texts = [*_cells(column.dictionary), ""]  # index -1, no label, is the last of them
    return [texts[code] for code in _codes_of(column.indices.cast(pa.int64()))]
