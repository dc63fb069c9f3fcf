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

    labels: list, tuple, NumPy array, torch tensor, Series or Categorical of pandas, Series of polars or array of
    pyarrow, of integers (any values), whole floats or text. With `classes` the labels are codes 0..len(classes)-1 of
    these names. A class of `classes` or of a Categorical without a label is kept, with count 0.
    `ValueError` with the first offending position for None, NaN, a float with a fraction and mixed types; also for
    labels that are 2-D or empty.
    """
    codes, names, counts = _label_codes(labels)
    if classes is not None:
        return _labels_as_codes_of_classes(codes, names, counts, classes)
    order = sorted(range(len(names)), key=lambda c: plain_name(names[c]))
    if order != list(range(len(names))):
        rank = np.empty(len(names), dtype=codes.dtype)
        rank[order] = np.arange(len(names), dtype=codes.dtype)
        codes = rank[codes]
    return EncodedLabels(codes, tuple(plain_name(names[c]) for c in order), counts[order])


def encode_named(what: str, labels: Labels) -> EncodedLabels:
    """`encode_labels` of what a caller knows by another name, which stands in the errors."""
    try:
        return encode_labels(labels)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{what}{str(error).removeprefix('labels')}") from None


def _label_codes(labels: Labels) -> tuple[Codes, Sequence[ClassName], IntArray]:
    """The code of each label, and the name and number of labels of each code, in any order."""
    categorical = getattr(labels, "cat", labels)  # a pandas Series of categories has them as .cat
    if hasattr(categorical, "categories") and hasattr(categorical, "codes"):
        codes = np.asarray(categorical.codes)
        if (codes < 0).any():
            raise ValueError(f"labels must not be missing, got none at position {int((codes < 0).argmax())}")
        return _codes_with_counts(codes, [plain_name(name) for name in categorical.categories])
    labels_array = label_array(labels)
    if labels_array.ndim != 1:
        _refuse_table(labels)
        raise ValueError(f"labels must be one per sample (1-D), got shape {labels_array.shape}")
    if labels_array.size == 0:
        raise ValueError("labels must hold at least one label, got none")
    if labels_array.dtype.kind == "f":
        labels_array = _float_labels_as_integers(labels_array)
    if labels_array.dtype.kind == "b":
        labels_array = labels_array.astype(np.uint8)
    if labels_array.dtype.kind in "iu":
        return _codes_of_integer_labels(labels_array)
    if labels_array.dtype.kind in "UT":
        distinct_labels, inverse = np.unique(labels_array, return_inverse=True)
        return _codes_with_counts(inverse, [str(name) for name in distinct_labels])
    if labels_array.dtype.kind == "O":
        return _codes_of_object_labels(labels_array)
    raise ValueError(f"labels must be integers or text, got {labels_array.dtype}")


def label_array(labels: Labels) -> NDArray[Any]:
    """Labels as a NumPy array; numbers stay numbers, and text keeps its trailing NULs (dtype U would drop them)."""
    if not is_sequence(labels):
        _refuse_table(labels)
        raise TypeError(f"labels must be a sequence with one label per sample, got {labels!r:.100}")
    if hasattr(labels, "detach"):
        return array_of_tensor(labels, "labels")
    if isinstance(labels, np.ma.MaskedArray) and labels.mask.any():  # `asarray` would count what is masked
        raise ValueError(f"labels must not be missing, got none at position {labels.mask.argmax()}")
    if hasattr(labels, "__array__"):
        return np.asarray(labels)
    label_values: list[Any] = list(labels)  # type: ignore[arg-type]  # `ArrayLike` cannot say that it is iterable here
    label_types = set(map(type, label_values))
    if label_types <= {int, bool}:
        return _integer_labels(label_values)
    if label_types == {float}:
        return np.array(label_values)
    object_labels = np.empty(len(label_values), dtype=object)
    object_labels[:] = label_values if label_types == {str} else [plain_value(value) for value in label_values]
    return object_labels


def _refuse_table(labels: object) -> None:
    """`TypeError` for a table or query, whose text might be all of it."""
    if hasattr(labels, "__arrow_c_stream__"):
        raise TypeError(
            f"labels must be one column of a table, got {type(labels).__name__}; the class counts of all its rows are "
            "sampler_core.datasets.read_counts(table).counts"
        )


def labels_of(dataset: object) -> Labels:
    """The labels of a data set, without reading a sample.

    Reads `.targets` or `.labels`, the last tensor of torch's TensorDataset, and Subset and ConcatDataset of such.
    `TypeError` that says what to pass where none of these is there.
    """
    parts, inner, tensors = (getattr(dataset, name, None) for name in ("datasets", "dataset", "tensors"))
    for name in ("targets", "labels"):
        labels = getattr(dataset, name, None)
        if labels is not None and not callable(labels):
            return labels  # type: ignore[no-any-return]
    if inner is not None and hasattr(dataset, "indices"):
        return label_array(labels_of(inner))[np.asarray(dataset.indices, dtype=np.int64)]
    if isinstance(parts, Sequence) and parts and hasattr(dataset, "cumulative_sizes"):  # a StackDataset has parts too
        of_parts = [label_array(labels_of(part)) for part in parts]
        same_kind = len({part_labels.dtype.kind for part_labels in of_parts}) == 1
        if not same_kind:  # 1 is not "1"
            of_parts = [part_labels.astype(object) for part_labels in of_parts]
        return np.concatenate(of_parts)
    if isinstance(tensors, Sequence) and len(tensors) > 1:
        return tensors[-1]  # type: ignore[no-any-return]
    raise TypeError(
        "dataset must have .targets or .labels, or be a TensorDataset, Subset or ConcatDataset of such, "
        f"got {type(dataset).__name__}; pass the labels themselves, one per sample"
    )


def class_names(text_labels: Sequence[str]) -> list[ClassName]:
    """Labels written as text -> names: integers where all are written as such ("7", not "07" or "+7"), else text."""
    if all(label.removeprefix("-").isdecimal() and str(int(label)) == label for label in text_labels):
        return [int(label) for label in text_labels]
    return list(text_labels)


def _codes_with_counts(codes: Codes, names: Sequence[ClassName]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    return codes, names, np.bincount(codes, minlength=len(names)).astype(np.int64)


def _codes_of_integer_labels(labels_array: NDArray[Any]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    max_label_span = 4 * labels_array.size + 65536  # sparser labels are sorted, not counted in a table
    least_label, largest_label = 0, int(labels_array.view(np.uint64).max()) if labels_array.dtype == np.int64 else -1
    if not 0 <= largest_label <= max_label_span:  # some are negative (a huge number, seen as unsigned), or another type
        least_label, largest_label = int(labels_array.min()), int(labels_array.max())
    if largest_label - least_label > max_label_span:
        distinct_labels, inverse = np.unique(labels_array, return_inverse=True)
        return _codes_with_counts(inverse, [int(name) for name in distinct_labels])
    label_span = largest_label - least_label + 1
    code_type = np.uint8 if label_span <= 256 else np.uint16 if label_span <= 65536 else np.int64
    shifted_labels = labels_array if least_label == 0 else labels_array - labels_array.dtype.type(least_label)
    codes: NDArray[Any] = shifted_labels.astype(code_type, copy=False)
    int64_is_fastest = least_label == 0 and labels_array.dtype == np.int64
    counts = np.bincount(labels_array if int64_is_fastest else codes, minlength=label_span)
    labels_present = np.flatnonzero(counts)
    if labels_present.size < label_span:
        code_of_label = np.zeros(label_span, dtype=code_type)
        code_of_label[labels_present] = np.arange(labels_present.size, dtype=code_type)
        codes = code_of_label[codes]
    return codes, [int(value) + least_label for value in labels_present], counts[labels_present]


def _codes_of_object_labels(labels_array: NDArray[Any]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    label_values = labels_array.tolist()
    if set(map(type, label_values)) != {str}:
        label_values = [plain_value(value) for value in label_values]
    label_types = set(map(type, label_values))
    if label_types <= {int, bool}:
        return _codes_of_integer_labels(_integer_labels(label_values))
    if label_types <= {int, bool, float}:
        return _codes_of_integer_labels(_float_labels_as_integers(np.array(label_values, dtype=np.float64)))
    if label_types != {str}:
        label_type = type(label_values[0]) if isinstance(label_values[0], str | int) else str
        wrong = next(i for i, value in enumerate(label_values) if not isinstance(value, label_type) or value is None)
        raise ValueError(f"labels must be all integers or all text, got {label_values[wrong]!r} at position {wrong}")
    code_of_label = {label: code for code, label in enumerate(dict.fromkeys(label_values))}
    codes = np.fromiter(map(code_of_label.__getitem__, label_values), dtype=np.int64, count=len(label_values))
    return _codes_with_counts(codes, [str(name) for name in code_of_label])


def _labels_as_codes_of_classes(
    codes: Codes, names: Sequence[ClassName], counts: IntArray, classes: Sequence[ClassName]
) -> EncodedLabels:
    """Labels (given as codes of `names`) that are themselves codes of `classes`: i means classes[i]."""
    if not (is_sequence(classes) and hasattr(classes, "__len__")):
        raise TypeError(f"classes must be a sequence of class names in order, got {classes!r:.100}")
    not_a_code = [name for name in names if not isinstance(name, int) or not 0 <= name < len(classes)]
    if not_a_code:
        raise ValueError(f"labels must be codes from 0 to {len(classes) - 1} of `classes`, got {not_a_code[0]!r}")
    class_codes = np.array([int(name) for name in names], dtype=np.int64)
    counts_of_classes = np.zeros(len(classes), dtype=np.int64)
    counts_of_classes[class_codes] = counts
    return EncodedLabels(class_codes[codes], tuple(classes), counts_of_classes)


def _integer_labels(label_values: list[Any]) -> IntArray:
    try:
        return np.array(label_values, dtype=np.int64)
    except OverflowError:
        wrong_label = next(i for i, value in enumerate(label_values) if not -(1 << 63) <= value < 1 << 63)
        raise ValueError(
            f"labels must be integers of at most 64 bits, got {label_values[wrong_label]!r} at position {wrong_label}"
        ) from None


def _float_labels_as_integers(labels_array: NDArray[Any]) -> IntArray:
    label_values = labels_array.astype(np.float64)
    not_whole = ~((np.abs(label_values) < 2.0**63) & (label_values == np.floor(label_values)))
    if not_whole.any():
        wrong = int(not_whole.argmax())
        raise ValueError(f"labels must be whole numbers or text, got {labels_array[wrong]} at position {wrong}")
    return label_values.astype(np.int64)
