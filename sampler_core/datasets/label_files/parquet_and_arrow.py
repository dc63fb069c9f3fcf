"""Parquet and Arrow (Feather) files, and arrays of Arrow: only the label column, in pieces.

The one contract here: nothing in a file is run. Metadata that pandas or others left (pickles, extension types) is not
looked at; values are taken as plain numbers or text, or refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Cells, Layout, first_rows
from sampler_core.datasets.label_files.hugging_face import categories_of, class_names_of_schema
from sampler_core.datasets.label_files.label_tally import NO_LABEL, LabelTally, Piece, RawLabel, piece_of_columns
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import quoted

ARROW_MAGIC = b"ARROW1"
LABEL_TYPES = (
    "integer", "floating", "boolean", "null", "decimal", "date", "time", "timestamp", "string", "large_string",
    "string_view", "binary", "large_binary", "binary_view", "fixed_size_binary",
)  # fmt: skip
BATCH_ROWS = 1 << 16
PREVIEW_COLUMNS = 40


def parquet_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    import pyarrow.parquet as pq

    parquet_stream = source.seekable()
    parquet_columns = _arrow_columns_of_labels(pq.read_schema(parquet_stream))
    parquet_batch = next(_parquet_batches(parquet_stream, parquet_columns[:PREVIEW_COLUMNS], PREVIEW_ROWS), None)
    return Layout(kind="parquet", columns=parquet_columns, rows=_first_arrow_rows(parquet_batch, parquet_columns))


def parquet_pieces(
    source: ByteSource, layout: Layout, tally: LabelTally, constants: Mapping[str, str] = {}
) -> Iterator[Piece]:
    """The columns of a Parquet file that are read, page by page; `constants` are columns of one value."""
    import pyarrow.parquet as pq

    parquet_stream = source.seekable()
    parquet_rows, rows_done = pq.read_metadata(parquet_stream).num_rows, 0
    source.limits.check_rows(parquet_rows)
    columns = [name for name in layout.columns_read if name not in constants]
    names_in_lists = _take_class_names(pq.read_schema(parquet_stream), layout, tally)
    for parquet_batch in _parquet_batches(parquet_stream, columns, BATCH_ROWS):
        rows_done += parquet_batch.num_rows
        piece = _arrow_piece(parquet_batch, layout, source.limits, constants, names_in_lists)
        yield piece._replace(share=rows_done / max(parquet_rows, 1))


def arrow_layout(source: ByteSource) -> Layout:
    """The columns that can hold labels, and their first rows."""
    arrow_stream = source.seekable()
    arrow_columns = _arrow_columns_of_labels(_arrow_reader(arrow_stream).schema)
    arrow_batches = _arrow_batches(arrow_stream, arrow_columns[:PREVIEW_COLUMNS])
    arrow_batch = next((arrow_batch for arrow_batch in arrow_batches if arrow_batch.num_rows), None)
    return Layout(kind="arrow", columns=arrow_columns, rows=_first_arrow_rows(arrow_batch, arrow_columns))


def arrow_pieces(
    source: ByteSource, layout: Layout, tally: LabelTally, constants: Mapping[str, str] = {}
) -> Iterator[Piece]:
    """The columns of an Arrow file or stream that are read, batch by batch; `constants` are columns of one value."""
    arrow_stream = source.seekable()
    columns = [name for name in layout.columns_read if name not in constants]
    names_in_lists = _take_class_names(_arrow_reader(arrow_stream).schema, layout, tally)
    for arrow_batch in _arrow_batches(arrow_stream, columns):
        for start in range(0, max(arrow_batch.num_rows, 1), BATCH_ROWS):  # a batch without rows may name categories
            rows = arrow_batch.slice(start, BATCH_ROWS)
            yield _arrow_piece(rows, layout, source.limits, constants, names_in_lists)


def encode_arrow(arrow_array: Any, limits: Limits) -> tuple[Codes, list[RawLabel | None]]:
    """An Arrow array -> (codes, distinct values), `NO_LABEL` for nulls. A dictionary keeps its unused values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(arrow_array, pa.ExtensionArray):
        arrow_array = arrow_array.storage
    if pa.types.is_null(arrow_array.type):
        return np.full(len(arrow_array), NO_LABEL), []
    if not pa.types.is_dictionary(arrow_array.type):
        arrow_array = pc.dictionary_encode(_plain_arrow_array(arrow_array))
    limits.check_classes(len(arrow_array.dictionary))
    distinct_labels = _plain_arrow_array(arrow_array.dictionary)
    _check_arrow_text(distinct_labels, limits)
    return _codes_of_arrow_indices(arrow_array.indices), distinct_labels.to_pylist()


def _parquet_batches(parquet_stream: BinaryIO, columns: Sequence[str | None], rows: int) -> Iterator[Any]:
    """Record batches of text as dictionaries: one long name a million times takes no more memory than in the file."""
    import pyarrow.parquet as pq

    rows_done = 0
    arrow_schema = pq.read_schema(parquet_stream)
    parquet_stream.seek(0)
    plain = [
        name for name in columns if name in arrow_schema.names and not _is_arrow_list(arrow_schema.field(name).type)
    ]
    try:
        parquet_file = pq.ParquetFile(parquet_stream, read_dictionary=plain, buffer_size=1 << 20)
        for parquet_batch in parquet_file.iter_batches(batch_size=rows, columns=columns):
            rows_done += parquet_batch.num_rows
            yield parquet_batch
    except OSError:  # a column in DELTA_BYTE_ARRAY cannot be read as a dictionary
        parquet_file = pq.ParquetFile(parquet_stream, buffer_size=1 << 20)
        for parquet_batch in parquet_file.iter_batches(batch_size=rows, columns=columns):
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
    arrow_batch: Any, layout: Layout, limits: Limits, constants: Mapping[str, str], names_in_lists: list[str]
) -> Piece:
    key_columns: list[tuple[Codes, Sequence[RawLabel | None]]] = []
    for name in layout.key_columns:
        if (constant := constants.get(name or "")) is not None:
            key_columns.append((np.zeros(arrow_batch.num_rows, dtype=np.int64), [constant]))
        else:
            arrow_column = _checked_column(arrow_batch, name)
            if _is_arrow_list(arrow_column.type):
                arrow_column = _text_of_lists(arrow_column, names_in_lists if name == layout.label else [])
            key_columns.append(encode_arrow(arrow_column, limits))
    arrow_counts = None if layout.count is None else _checked_column(arrow_batch, layout.count).to_pylist()
    return piece_of_columns(key_columns, arrow_counts)


def _checked_column(arrow_batch: Any, name: str | None) -> Any:
    arrow_column = arrow_batch.column(name)
    arrow_column.validate(full=True)  # the file may lie about its offsets
    return arrow_column


def _take_class_names(arrow_schema: Any, layout: Layout, tally: LabelTally) -> list[str]:
    """The names of integer labels, where the file has them in its metadata: for the tally, or for those in lists."""
    class_names = class_names_of_schema(arrow_schema).get(layout.label or "", [])
    if class_names and _is_arrow_list(arrow_schema.field(layout.label).type):
        return class_names
    tally.categories = tally.categories or categories_of(class_names, tally.limits)
    return []


def _is_arrow_list(arrow_type: Any) -> bool:
    """Whether a column holds several labels a row."""
    import pyarrow as pa

    is_list = pa.types.is_list(arrow_type) or pa.types.is_large_list(arrow_type)
    return is_list and _is_arrow_type(arrow_type.value_type, ("integer", "string", "large_string"))


def _text_of_lists(arrow_lists: Any, class_names: Sequence[str]) -> Any:
    """Lists as JSON text, with class names for integers; an empty list is no label."""
    import pyarrow as pa

    def named(item: Any) -> Any:
        return class_names[item] if isinstance(item, int) and 0 <= item < len(class_names) else item

    lists = (None if not items else json.dumps([named(item) for item in items]) for items in arrow_lists.to_pylist())
    return pa.array(lists, pa.large_string())


def _codes_of_arrow_indices(indices: Any) -> Codes:
    """Indices, nulls as `NO_LABEL`. `to_numpy` and `fill_null` would import pandas, which takes a second."""
    import pyarrow as pa

    codes = np.full(len(indices), NO_LABEL)
    codes[np.from_dlpack(indices.is_valid().cast(pa.uint8())) == 1] = np.from_dlpack(indices.drop_null())
    return codes


def _check_arrow_text(arrow_values: Any, limits: Limits) -> None:
    """`ReadingError` for a name that is too long, before it is made a Python text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(arrow_values.type) or pa.types.is_large_string(arrow_values.type):
        lengths = pc.utf8_length(arrow_values)
        longest = pc.max(lengths).as_py() or 0
        longest_value = arrow_values.slice(pc.index(lengths, longest).as_py(), 1)
        limits.check_name_length(longest, _cut_arrow_text(longest_value, 40)[0].as_py())


def _cut_arrow_text(arrow_values: Any, length: int) -> Any:
    """Text and bytes shortened; others as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(arrow_values.type) or pa.types.is_large_string(arrow_values.type):
        return pc.utf8_slice_codeunits(arrow_values, 0, length)
    return pc.binary_slice(arrow_values, 0, length) if pa.types.is_binary(arrow_values.type) else arrow_values


def _plain_arrow_array(arrow_array: Any) -> Any:
    """As integers, floats, booleans, text or bytes; `ReadingError` for what holds more than one value."""
    import pyarrow as pa

    if not _is_arrow_type_of_labels(arrow_array.type):
        raise ReadingError(
            f"the column holds {quoted(arrow_array.type)}, where labels are integers or text. Choose another column"
        )
    if _is_arrow_type(arrow_array.type, ("date", "time", "timestamp", "decimal", "string_view")):
        return arrow_array.cast(pa.string())
    is_binary = _is_arrow_type(arrow_array.type, ("binary_view", "fixed_size_binary"))
    return arrow_array.cast(pa.binary()) if is_binary else arrow_array


def _is_arrow_type_of_labels(arrow_type: Any) -> bool:
    import pyarrow as pa

    return _is_arrow_list(arrow_type) or _is_arrow_type(
        arrow_type.value_type if pa.types.is_dictionary(arrow_type) else arrow_type, LABEL_TYPES
    )


def _is_arrow_type(arrow_type: Any, types: Sequence[str]) -> bool:
    import pyarrow as pa

    return any(getattr(pa.types, f"is_{name}")(arrow_type) for name in types)


def _arrow_columns_of_labels(arrow_schema: Any) -> tuple[str, ...]:
    times = Counter(arrow_schema.names)
    arrow_fields = [field for field in arrow_schema if times[field.name] == 1]
    arrow_columns = tuple(field.name for field in arrow_fields if _is_arrow_type_of_labels(field.type))
    if not arrow_columns:
        raise ReadingError("no column holds integers or text. Save the labels as a column of their own")
    return arrow_columns


def _first_arrow_rows(arrow_batch: Any, arrow_columns: Sequence[str]) -> Cells:
    if arrow_batch is None:
        return ()
    arrow_batch = arrow_batch.slice(0, PREVIEW_ROWS)
    empty = [None] * arrow_batch.num_rows
    arrow_cells = {name: _cells_of_arrow_column(arrow_batch.column(name)) for name in arrow_batch.schema.names}
    return first_rows(zip(*(arrow_cells.get(name, empty) for name in arrow_columns), strict=True))


def _cells_of_arrow_column(arrow_column: Any) -> list[Any]:
    import pyarrow as pa

    arrow_column.validate(full=True)
    if pa.types.is_dictionary(arrow_column.type):
        arrow_column = _cut_arrow_text(arrow_column.dictionary, 80).take(arrow_column.indices)
    return _cut_arrow_text(arrow_column, 80).to_pylist()  # type: ignore[no-any-return]
