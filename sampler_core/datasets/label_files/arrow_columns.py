"""Columns of Arrow tables as labels: which may be, their codes and distinct values, and their first cells.

The one contract here: nothing in a file is run. Metadata that pandas or others left (pickles, extension types) is not
looked at; values are taken as plain numbers or text, or refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.label_tally import NO_LABEL, RawLabel
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import quoted

LABEL_TYPES = (
    "integer", "floating", "boolean", "null", "decimal", "date", "time", "timestamp", "string", "large_string",
    "string_view", "binary", "large_binary", "binary_view", "fixed_size_binary",
)  # fmt: skip


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


def is_arrow_list(arrow_type: Any) -> bool:
    """Whether a column holds several labels a row."""
    import pyarrow as pa

    is_list = pa.types.is_list(arrow_type) or pa.types.is_large_list(arrow_type)
    return is_list and _is_arrow_type(arrow_type.value_type, ("integer", "string", "large_string"))


def text_of_lists(arrow_lists: Any, class_names: Sequence[str]) -> Any:
    """Lists as JSON text, with class names for integers; an empty list is no label."""
    import pyarrow as pa

    def named(item: Any) -> Any:
        return class_names[item] if isinstance(item, int) and 0 <= item < len(class_names) else item

    lists = (None if not items else json.dumps([named(item) for item in items]) for items in arrow_lists.to_pylist())
    return pa.array(lists, pa.large_string())


def _codes_of_arrow_indices(indices: Any) -> Codes:
    """Indices, nulls as `NO_LABEL`. `to_numpy` and `fill_null` would import pandas, which takes a second."""
    import pyarrow as pa

    if not indices.null_count:
        whole: Codes = np.asarray(np.from_dlpack(indices))
        return whole
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

    return is_arrow_list(arrow_type) or _is_arrow_type(
        arrow_type.value_type if pa.types.is_dictionary(arrow_type) else arrow_type, LABEL_TYPES
    )


def _is_arrow_type(arrow_type: Any, types: Sequence[str]) -> bool:
    import pyarrow as pa

    return any(getattr(pa.types, f"is_{name}")(arrow_type) for name in types)


def columns_of_labels(arrow_schema: Any) -> tuple[str, ...]:
    """The columns that can hold labels; of the same name none, for they cannot be told apart."""
    times = Counter(arrow_schema.names)
    arrow_fields = [field for field in arrow_schema if times[field.name] == 1]
    arrow_columns = tuple(field.name for field in arrow_fields if _is_arrow_type_of_labels(field.type))
    if not arrow_columns:
        raise ReadingError("no column holds integers or text. Save the labels as a column of their own")
    return arrow_columns


def cells_of_arrow_column(arrow_column: Any) -> list[Any]:
    """The cells as Python values, text shortened."""
    import pyarrow as pa

    arrow_column.validate(full=True)
    if pa.types.is_dictionary(arrow_column.type):
        arrow_column = _cut_arrow_text(_plain_arrow_array(arrow_column.dictionary), 80).take(arrow_column.indices)
    return _cut_arrow_text(arrow_column, 80).to_pylist()  # type: ignore[no-any-return]
