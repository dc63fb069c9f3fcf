"""Labels of any type, one per sample -> integer codes of their classes.

The one contract here: the same labels give the same codes and counts, whatever their container and type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import Codes, IntArray, Labels
from sampler_core.data.plain_values import ClassName, array_of_tensor, is_sequence, plain_name, plain_value


class EncodedLabels(NamedTuple):
    """codes: the class of each label, shape (N,). names, counts: name and number of labels of each class."""

    codes: Codes
    names: tuple[ClassName, ...]
    counts: IntArray


def encode_labels(labels: Labels, classes: Sequence[ClassName] | None = None) -> EncodedLabels:
    """Labels as codes of their classes, which are sorted or in the order of `classes`.

    labels: list, tuple, NumPy array, torch tensor, pandas Series or Categorical, of integers (any values), whole floats
    or text. With `classes` the labels are codes 0..len(classes)-1 of these names. A class of `classes` or of a
    Categorical without a label is kept, with count 0.
    `ValueError` with the first offending position for None, NaN, a float with a fraction and mixed types; also for
    labels that are 2-D or empty.
    """
    codes, names, counts = _codes_names_counts(labels)
    if classes is not None:
        return _codes_of_classes(codes, names, counts, classes)
    order = sorted(range(len(names)), key=lambda c: plain_name(names[c]))
    if order != list(range(len(names))):
        rank = np.empty(len(names), dtype=codes.dtype)
        rank[order] = np.arange(len(names), dtype=codes.dtype)
        codes = rank[codes]
    return EncodedLabels(codes, tuple(plain_name(names[c]) for c in order), counts[order])


def _codes_names_counts(labels: Labels) -> tuple[Codes, Sequence[ClassName], IntArray]:
    """The code of each label, and the name and number of labels of each code, in any order."""
    categorical = getattr(labels, "cat", labels)  # a pandas Series of categories has them as .cat
    if hasattr(categorical, "categories") and hasattr(categorical, "codes"):
        codes = np.asarray(categorical.codes)
        if (codes < 0).any():
            raise ValueError(f"labels must not be missing, got none at position {int((codes < 0).argmax())}")
        return _with_counts(codes, [plain_name(name) for name in categorical.categories])
    array = label_array(labels)
    if array.ndim != 1:
        raise ValueError(f"labels must be one per sample (1-D), got shape {array.shape}")
    if array.size == 0:
        raise ValueError("labels must hold at least one label, got none")
    if array.dtype.kind == "f":
        array = _floats_as_integers(array)
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    if array.dtype.kind in "iu":
        return _integer_codes(array)
    if array.dtype.kind in "UT":
        distinct, inverse = np.unique(array, return_inverse=True)
        return _with_counts(inverse, [str(name) for name in distinct])
    if array.dtype.kind == "O":
        return _object_codes(array)
    raise ValueError(f"labels must be integers or text, got {array.dtype}")


def label_array(labels: Labels) -> NDArray[Any]:
    """Labels as a NumPy array; numbers stay numbers, and text keeps its trailing NULs (dtype U would drop them)."""
    if not is_sequence(labels):
        raise TypeError(f"labels must be a sequence with one label per sample, got {labels!r:.100}")
    if hasattr(labels, "detach"):
        return array_of_tensor(labels, "labels")
    if isinstance(labels, np.ma.MaskedArray) and labels.mask.any():  # `asarray` would count what is masked
        raise ValueError(f"labels must not be missing, got none at position {labels.mask.argmax()}")
    if hasattr(labels, "__array__"):
        return np.asarray(labels)
    values: list[Any] = list(labels)  # type: ignore[arg-type]  # `ArrayLike` cannot say that it is iterable here
    kinds = set(map(type, values))
    if kinds <= {int, bool}:
        return _array_of_integers(values)
    if kinds == {float}:
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    array[:] = [plain_value(value) for value in values]
    return array


def _with_counts(codes: Codes, names: Sequence[ClassName]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    return codes, names, np.bincount(codes, minlength=len(names)).astype(np.int64)


def _integer_codes(array: NDArray[Any]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    max_span = 4 * array.size + 65536  # sparser labels are sorted, not counted in a table
    low, high = 0, int(array.view(np.uint64).max()) if array.dtype == np.int64 else -1
    if not 0 <= high <= max_span:  # some are negative (a huge number, seen as unsigned), or another type
        low, high = int(array.min()), int(array.max())
    if high - low > max_span:
        distinct, inverse = np.unique(array, return_inverse=True)
        return _with_counts(inverse, [int(name) for name in distinct])
    span = high - low + 1
    dtype = np.uint8 if span <= 256 else np.uint16 if span <= 65536 else np.int64
    shifted = array if low == 0 else array - array.dtype.type(low)
    codes: NDArray[Any] = shifted.astype(dtype, copy=False)
    counts = np.bincount(array if low == 0 and array.dtype == np.int64 else codes, minlength=span)  # int64 is fastest
    present = np.flatnonzero(counts)
    if present.size < span:
        table = np.zeros(span, dtype=dtype)
        table[present] = np.arange(present.size, dtype=dtype)
        codes = table[codes]
    return codes, [int(value) + low for value in present], counts[present]


def _object_codes(array: NDArray[Any]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    values = [plain_value(value) for value in array]
    kinds = set(map(type, values))
    if kinds <= {int, bool}:
        return _integer_codes(_array_of_integers(values))
    if kinds <= {int, bool, float}:
        return _integer_codes(_floats_as_integers(np.array(values, dtype=np.float64)))
    if kinds != {str}:
        first = type(values[0]) if isinstance(values[0], str | int) else str
        wrong = next(i for i, value in enumerate(values) if not isinstance(value, first) or value is None)
        raise ValueError(f"labels must be all integers or all text, got {values[wrong]!r} at position {wrong}")
    table: dict[object, int] = {}
    codes = np.fromiter((table.setdefault(value, len(table)) for value in values), dtype=np.int64, count=len(values))
    return _with_counts(codes, [str(name) for name in table])


def _codes_of_classes(
    codes: Codes, names: Sequence[ClassName], counts: IntArray, classes: Sequence[ClassName]
) -> EncodedLabels:
    """Labels (given as codes of `names`) that are themselves codes of `classes`: i means classes[i]."""
    if not (is_sequence(classes) and hasattr(classes, "__len__")):
        raise TypeError(f"classes must be a sequence of class names in order, got {classes!r:.100}")
    outside = [name for name in names if not isinstance(name, int) or not 0 <= name < len(classes)]
    if outside:
        raise ValueError(f"labels must be codes from 0 to {len(classes) - 1} of `classes`, got {outside[0]!r}")
    table = np.array([int(name) for name in names], dtype=np.int64)
    of_classes = np.zeros(len(classes), dtype=np.int64)
    of_classes[table] = counts
    return EncodedLabels(table[codes], tuple(classes), of_classes)


def _array_of_integers(values: list[Any]) -> IntArray:
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError:
        wrong = next(i for i, value in enumerate(values) if not -(1 << 63) <= value < 1 << 63)
        raise ValueError(
            f"labels must be integers of at most 64 bits, got {values[wrong]!r} at position {wrong}"
        ) from None


def _floats_as_integers(array: NDArray[Any]) -> IntArray:
    values = array.astype(np.float64)
    bad = ~((np.abs(values) < 2.0**63) & (values == np.floor(values)))
    if bad.any():
        first = int(bad.argmax())
        raise ValueError(f"labels must be whole numbers or text, got {array[first]} at position {first}")
    return values.astype(np.int64)
