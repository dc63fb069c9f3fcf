"""Features from tables (CSV, Parquet, Arrow): numeric columns, or one column of vectors, beside the labels.

The labels, rows without one and the split are read by the readers of label files, so that both mean the same rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import BoolArray
from sampler_core.datasets.label_files import Layout, read_rows, sniff
from sampler_core.datasets.label_files.byte_source import ByteSource, File
from sampler_core.datasets.label_files.column_roles import NAMELESS_COLUMNS, plain_column_name
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.text_encoding import encoding_for_pyarrow
from sampler_core.formatting import listed, quoted
from sampler_core.training.labelled_features import MOST_COLUMNS, check_size

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".arrow", ".feather", ".ipc")


class TableArrays(NamedTuple):
    """As `feature_files.Arrays`."""

    features: NDArray[np.float32]
    labels: NDArray[Any]
    is_test: BoolArray | None
    names: None
    columns: tuple[str, ...]
    left_out: str


def read_table(file: File, source: ByteSource, label: str | None, split_column: str | None) -> TableArrays:
    """The features, labels and split of a table; `ReadingError` where there are none."""
    options: dict[str, Any] = {
        name: value for name, value in (("label", label), ("split_column", split_column)) if value is not None
    }
    layout = sniff(file, **options)
    if layout.kind not in ("table", "parquet", "arrow") or layout.indicators or layout.count is not None:
        raise ReadingError(
            f"{source.name} is read as {layout.title}, which holds no features. Choose a table with labels"
        )
    rows, labels = read_rows(file, replace(layout, split=()) if layout.split_column else layout)
    table = _arrow_table(source, layout)
    used = {layout.label, layout.split_column, layout.group}
    features, columns, left_out = _features(table, used, source.name)
    is_test = None
    if layout.split_column is not None:
        trained, _ = read_rows(file, layout)
        is_test = ~np.isin(rows, trained)
    return TableArrays(
        features[rows], labels, is_test if is_test is not None and is_test.any() else None, None, columns, left_out
    )


def _arrow_table(source: ByteSource, layout: Layout) -> Any:
    import pyarrow as pa
    from pyarrow import csv, feather, parquet

    if layout.kind == "parquet":
        return parquet.read_table(source.seekable())
    if layout.kind == "arrow":
        stream = source.seekable()
        table = (
            feather.read_table(stream) if source.head.startswith(b"ARROW1") else pa.ipc.open_stream(stream).read_all()
        )
        table.validate(full=True)  # the file may lie about its offsets
        return table
    if len(layout.columns) > MOST_COLUMNS + len(NAMELESS_COLUMNS):
        check_size(1, len(layout.columns))
    read = csv.ReadOptions(
        column_names=layout.columns,
        skip_rows=layout.skip_lines,
        encoding=encoding_for_pyarrow(layout.encoding or "utf-8"),
    )
    parse = csv.ParseOptions(
        delimiter=layout.separator or ",", newlines_in_values=True, invalid_row_handler=lambda row: "skip"
    )
    return csv.read_csv(source.stream(), read, parse)


def _features(table: Any, used: set[str | None], name: str) -> tuple[NDArray[np.float32], tuple[str, ...], str]:
    """(features, names of their columns, a sentence on columns that are none)."""
    import pyarrow as pa

    free = [field for field in table.schema if field.name not in used and table.schema.names.count(field.name) == 1]
    vectors = [field.name for field in free if _is_vector(field.type)]
    numbers = [field.name for field in free if _is_number(field.type) and not _is_identifier(table, field.name)]
    if len(vectors) == 1:
        features = _of_vectors(table.column(vectors[0]), vectors[0])
        return features, tuple(f"{vectors[0]}[{i}]" for i in range(features.shape[1])), _said(free, vectors)
    if not numbers:
        raise ReadingError(
            f"{name} has no column of numbers besides the labels. Add the features as columns, or as vectors"
        )
    check_size(table.num_rows, len(numbers))
    features = np.empty((table.num_rows, len(numbers)), dtype=np.float32)
    for place, column in enumerate(numbers):
        values = table.column(column)
        values = values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values
        features[:, place] = values.cast(pa.float64(), safe=False).to_numpy()
    return features, tuple(numbers), _said(free, numbers)


def _of_vectors(column: Any, name: str) -> NDArray[np.float32]:
    import pyarrow.compute as pc

    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise ReadingError(f"the vectors of column {quoted(name)} have different lengths. Make them of one length")
    check_size(len(column), lengths[0])
    flat = np.concatenate([chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks])
    return flat.astype(np.float32).reshape(len(column), lengths[0])


def _said(free: list[Any], used: list[str]) -> str:
    others = [field.name for field in free if field.name not in used]
    return f"Columns that are no features: {listed(others)}." if others else ""


def _is_vector(arrow_type: Any) -> bool:
    import pyarrow as pa

    is_list = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(check(arrow_type) for check in is_list) and _is_number(arrow_type.value_type)


def _is_number(arrow_type: Any) -> bool:
    import pyarrow as pa

    return any(check(arrow_type) for check in (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean))


def _is_identifier(table: Any, name: str) -> bool:
    """A column called id or index, with another number in each row; and pandas' own index."""
    if name.startswith("__index_level_"):
        return True
    return plain_column_name(name) in (*NAMELESS_COLUMNS, "row") and len(table.column(name).unique()) == table.num_rows
