"""Tables and columns in memory, of polars, DuckDB, pandas, pyarrow: whatever has the Arrow PyCapsule interface."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Protocol

COLUMN = "label"  # the name of a column that comes alone and has none


class ArrowStreamable(Protocol):
    """A table, a query or a column that gives its rows as a stream of Arrow data."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


def is_arrow_table(file: object) -> bool:
    """Whether this gives its rows by the Arrow PyCapsule interface."""
    return not isinstance(file, type) and (hasattr(file, "__arrow_c_stream__") or hasattr(file, "__arrow_c_array__"))


class ArrowTable:
    """The record batches of such an object, once. A look at the first ones takes nothing away: a query runs once."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._looked_at: list[Any] = []

    @property
    def schema(self) -> Any:
        """That of all batches."""
        return self._reader.schema

    def first_batch(self) -> Any:
        """The first batch that has a row; None where none has."""
        for batch in self._reader:
            self._looked_at.append(batch)
            if batch.num_rows:
                return batch
        return None

    def batches(self) -> Iterator[Any]:
        """All batches, those that were looked at too; then the table is let go of."""
        try:
            yield from self._looked_at
            yield from self._reader
        finally:
            self._reader.close()

    @cached_property
    def _reader(self) -> Any:
        import pyarrow as pa

        table = self._table
        if not hasattr(table, "__arrow_c_stream__"):
            return pa.table({COLUMN: pa.array(table)}).to_reader()
        try:
            return pa.RecordBatchReader.from_stream(table)
        except pa.ArrowInvalid as error:
            if "non-struct" not in str(error):
                raise
        name = getattr(table, "name", None)  # a column
        return pa.table({name if isinstance(name, str) and name else COLUMN: pa.chunked_array(table)}).to_reader()
