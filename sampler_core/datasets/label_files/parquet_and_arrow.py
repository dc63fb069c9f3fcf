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
from sampler_core.datasets.label_files.arrow_framing import MAGIC, largest_batch
from sampler_core.datasets.label_files.class_naming import Raw
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_tally import Piece, too_many_classes
from sampler_core.datasets.label_files.parquet_footer import largest_chunks
from sampler_core.datasets.label_files.reading_limits import Limits

ROWS = 1 << 16
PREVIEW_COLUMNS = 40


def parquet_pieces(stream: BinaryIO, layout: Layout, limits: Limits) -> Iterator[Piece]:
    """The label column of a Parquet file, page by page."""
    import pyarrow.parquet as pq

    wanted = [name for name in (layout.label, layout.count) if name is not None]
    chunks = largest_chunks(stream)
    if sum(chunks.get(name, 0) for name in wanted) > limits.in_memory:
        raise too_large(limits)
    # As a dictionary: one long name a million times takes no more memory than in the file.
    file = pq.ParquetFile(stream, read_dictionary=wanted, buffer_size=1 << 20)
    total, done = file.metadata.num_rows, 0
    if total > limits.rows:
        raise ReadingError(f"there are {total:,} rows, more than the {limits.rows:,} that are read")
    for batch in file.iter_batches(batch_size=ROWS, columns=wanted):
        done += batch.num_rows
        yield _piece(batch, layout, limits)._replace(share=done / max(total, 1))


def arrow_pieces(stream: BinaryIO, layout: Layout, limits: Limits) -> Iterator[Piece]:
    """The label column of an Arrow file or stream, batch by batch."""
    if largest_batch(stream) > limits.in_memory:
        raise too_large(limits)
    for done, batch in _arrow_batches(stream, layout):
        for start in range(0, max(batch.num_rows, 1), ROWS):
            yield _piece(batch.slice(start, ROWS), layout, limits)._replace(share=done)


def parquet_preview(stream: BinaryIO, rows: int, limits: Limits) -> tuple[list[str], list[list[str]]]:
    """(columns that can hold labels, first rows as text)."""
    import pyarrow.parquet as pq

    chunks = largest_chunks(stream)
    file = pq.ParquetFile(stream, buffer_size=1 << 20)
    columns = _usable(file.schema_arrow)
    shown = [name for name in columns if chunks.get(name, 0) <= limits.in_memory][:PREVIEW_COLUMNS]
    file = pq.ParquetFile(stream, read_dictionary=shown, buffer_size=1 << 20)
    batch = next(file.iter_batches(batch_size=rows, columns=shown), None)
    return columns, _as_text(batch, columns, rows)


def arrow_preview(stream: BinaryIO, rows: int, limits: Limits) -> tuple[list[str], list[list[str]]]:
    """(columns that can hold labels, first rows as text)."""
    import pyarrow as pa

    if largest_batch(stream) > limits.in_memory:
        raise too_large(limits)
    stream.seek(0)
    magic = stream.read(6)
    stream.seek(0)
    reader = pa.ipc.open_file(stream) if magic == MAGIC else pa.ipc.open_stream(stream)
    columns = _usable(reader.schema)
    batch = next((batch for _, batch in _arrow_batches(stream, None) if batch.num_rows), None)
    return columns, _as_text(batch, columns, rows)


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
    codes = _codes_of(array.indices.cast(pa.int64()))
    values = _simple(array.dictionary).to_pylist()
    missing = [i for i, value in enumerate(values) if value is None or value != value]
    if missing:
        codes[np.isin(codes, missing)] = -1
        return _without(codes, values, missing)
    return codes, values


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

    of = pa.types
    if of.is_dictionary(kind):
        return _holds_labels(kind.value_type)
    return bool(
        of.is_integer(kind) or of.is_floating(kind) or of.is_boolean(kind) or of.is_string(kind) or of.is_null(kind)
        or of.is_large_string(kind) or of.is_string_view(kind) or of.is_binary(kind) or of.is_large_binary(kind)
        or of.is_binary_view(kind) or of.is_fixed_size_binary(kind) or of.is_date(kind) or of.is_time(kind)
        or of.is_timestamp(kind) or of.is_decimal(kind)
    )  # fmt: skip


def too_large(limits: Limits) -> ReadingError:
    """What to say of a column that cannot be read in pieces because it was written as one."""
    return ReadingError(
        f"it unpacks to more than {limits.in_memory >> 20:,} MiB at once. Save the label column alone, as CSV"
    )


def _usable(schema: Any) -> list[str]:
    times = Counter(schema.names)
    columns = [field.name for field in schema if _holds_labels(field.type) and times[field.name] == 1]
    if not columns:
        raise ReadingError("no column holds integers or text. Save the labels as a column of their own")
    return columns


def _arrow_batches(stream: BinaryIO, layout: Layout | None) -> Iterator[tuple[float | None, Any]]:
    """(share done where it is known, record batch); of an Arrow file only the wanted columns are unpacked."""
    import pyarrow as pa

    stream.seek(0)
    if stream.read(6) != MAGIC:
        stream.seek(0)
        yield from ((None, batch) for batch in pa.ipc.open_stream(stream))
        return
    stream.seek(0)
    names = pa.ipc.open_file(stream).schema.names
    wanted = names[:PREVIEW_COLUMNS] if layout is None else [layout.label, layout.count]
    fields = [i for i, name in enumerate(names) if name in wanted]
    reader = pa.ipc.open_file(stream, options=pa.ipc.IpcReadOptions(included_fields=fields))
    for i in range(reader.num_record_batches):
        yield (i + 1) / reader.num_record_batches, reader.get_batch(i)


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
    shown = {name: batch.column(name).slice(0, rows) for name in columns if name in batch.schema.names}
    for column in shown.values():
        column.validate(full=True)
    values = {name: ["" if v is None else str(v)[:80] for v in column.to_pylist()] for name, column in shown.items()}
    return [[values[name][r] if name in values else "" for name in columns] for r in range(min(rows, batch.num_rows))]
