"""What the data looks like: labels -> class counts.

The one contract here: draws never depend on the order in which somebody lists the classes. `ClassCounts.canonical`
is that one order (integers by value, text by code point, empty classes left out), and everything that draws uses it.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

ClassName: TypeAlias = int | str
IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.integer[Any]]
Labels: TypeAlias = ArrayLike  # also a torch tensor, a pandas Series or Categorical


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """Class names and how many samples each class has; a frozen, hashable value.

    `names` are all integers or all text, each once. `counts` is int64, shape (num_classes,), read-only, each >= 0;
    a class may be empty (it is never drawn), the whole may not.
    """

    names: tuple[ClassName, ...]
    counts: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(_plain_name(name) for name in self.names))
        object.__setattr__(self, "counts", _read_only(_checked_counts(self.counts, self.names)))
        if len({type(name) for name in self.names}) > 1:
            raise TypeError(f"class names must be all integers or all text, got {_shortened(self.names)}")
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise ValueError(f"class names must be distinct, got {twice!r} more than once")

    @classmethod
    def from_counts(cls, counts: Mapping[ClassName, int] | ArrayLike) -> ClassCounts:
        """From `{name: count}` (the order is kept) or from an integer array (its classes are named 0, 1, 2, ...)."""
        if isinstance(counts, Mapping):
            return cls(tuple(counts.keys()), _integer_array(list(counts.values()), "counts"))
        array = _integer_array(counts, "counts")
        return cls(tuple(range(array.size)), array)

    @classmethod
    def from_labels(cls, labels: Labels, classes: Sequence[ClassName] | None = None) -> ClassCounts:
        """Count labels (see `encode_labels`); the classes come sorted, integers by value and text by code point."""
        return encode_labels(labels, classes)[1]

    @classmethod
    def from_file(cls, path: str | PathLike[str], **options: Any) -> ClassCounts:
        """Count the labels in a file; `options` as in `datasets.reading.read_counts` (label="species", count=...).

        Warns about rows that are left out. `ReadingError`, a `ValueError`, with the next step when it cannot be read.
        """
        from sampler_core.datasets.reading import read_counts

        reading = read_counts(path, **options)
        if reading.dropped:
            warnings.warn(reading.sentence(), stacklevel=2)
        return reading.counts

    @classmethod
    def from_folder(cls, path: str | PathLike[str], extensions: Collection[str] | None = None) -> ClassCounts:
        """Count the files of the layout class/file; see `datasets.reading.count_folder`."""
        from sampler_core.datasets.reading import count_folder

        return count_folder(path, extensions)

    @property
    def num_classes(self) -> int:
        """Number of classes, empty ones included."""
        return len(self.names)

    @property
    def num_samples(self) -> int:
        """N, the number of samples."""
        return int(self.counts.sum())

    @property
    def frequencies(self) -> FloatArray:
        """f_c = n_c / N, float64, shape (num_classes,)."""
        return self.counts / self.num_samples

    @property
    def imbalance_ratio(self) -> float:
        """rho = n_max / n_min over the classes that are not empty."""
        present = self.counts[self.counts > 0]
        return float(present.max() / present.min())

    @property
    def empty(self) -> tuple[ClassName, ...]:
        """Names of the classes without a sample."""
        return tuple(self.names[c] for c in np.flatnonzero(self.counts == 0))

    @cached_property
    def canonical(self) -> IntArray:
        """Positions of the classes that are not empty, in canonical order; int64, read-only."""
        order = np.array(sorted(range(self.num_classes), key=self.names.__getitem__), dtype=np.int64)
        return _read_only(order[self.counts[order] > 0])

    @cached_property
    def present(self) -> ClassCounts:
        """The classes that are not empty, in canonical order: what targets are asked with and draws are made over."""
        if np.array_equal(self.canonical, np.arange(self.num_classes)):
            return self
        return ClassCounts(tuple(self.names[c] for c in self.canonical), self.counts[self.canonical])

    def position(self, name: ClassName) -> int:
        """Where a class stands; `ValueError` when there is none of that name."""
        if name not in self.names:
            raise ValueError(f"class must be one of {_shortened(self.names)}, got {name!r}")
        return self.names.index(name)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ClassCounts)
            and self.names == other.names
            and bool(np.array_equal(self.counts, other.counts))
        )

    def __hash__(self) -> int:
        return hash((self.names, self.counts.tobytes()))


CountsLike: TypeAlias = ClassCounts | Mapping[ClassName, int] | ArrayLike


def as_class_counts(counts: CountsLike) -> ClassCounts:
    """A `ClassCounts` as it is; anything else through `ClassCounts.from_counts`."""
    return counts if isinstance(counts, ClassCounts) else ClassCounts.from_counts(counts)


def encode_labels(labels: Labels, classes: Sequence[ClassName] | None = None) -> tuple[Codes, ClassCounts]:
    """Labels as (codes into the classes, shape (N,); `ClassCounts`), the classes sorted or as `classes` has them.

    Labels: list, tuple, NumPy array, torch tensor, pandas Series or Categorical, of integers (any values), integral
    floats or text. With `classes` the labels are codes 0..len(classes)-1 of these names. A class that is named by
    `classes` or by a Categorical and has no label is kept, with count 0.
    `ValueError` with the first offending position: None, NaN, a float with a fraction, mixed kinds; 2-D; empty.
    """
    codes, names, counts = _coded(labels)
    if classes is not None:
        return _named(codes, names, counts, classes)
    order = sorted(range(len(names)), key=lambda c: _plain_name(names[c]))
    if order != list(range(len(names))):
        rank = np.empty(len(names), dtype=codes.dtype)
        rank[order] = np.arange(len(names), dtype=codes.dtype)
        codes = rank[codes]
    return codes, ClassCounts(tuple(names[c] for c in order), counts[order])


def labels_of(dataset: object) -> Labels:
    """The labels of a data set, read from what it stores, never from its samples.

    Knows `.targets`, `.labels`, torch's TensorDataset (its last tensor), Subset and ConcatDataset of such.
    `TypeError` that says what to pass when none of these is there.
    """
    parts, inner, tensors = (getattr(dataset, name, None) for name in ("datasets", "dataset", "tensors"))
    for name in ("targets", "labels"):
        found = getattr(dataset, name, None)
        if found is not None and not callable(found):
            return found  # type: ignore[no-any-return]
    if inner is not None and hasattr(dataset, "indices"):
        return _as_array(labels_of(inner))[np.asarray(dataset.indices, dtype=np.int64)]
    if isinstance(parts, Sequence) and parts:
        return np.concatenate([_as_array(labels_of(part)) for part in parts])
    if isinstance(tensors, Sequence) and len(tensors) > 1:
        return tensors[-1]  # type: ignore[no-any-return]
    raise TypeError(
        "dataset must have .targets or .labels, or be a TensorDataset, Subset or ConcatDataset of such, "
        f"got {type(dataset).__name__}; pass the labels themselves, one per sample"
    )


# --- labels of every kind -> codes -------------------------------------------------------------------------------


def _coded(labels: Labels) -> tuple[Codes, Sequence[ClassName], IntArray]:
    """Codes, the names they stand for, and how often each comes."""
    categorical = getattr(labels, "cat", labels)  # a pandas Series of categories keeps them behind .cat
    if hasattr(categorical, "categories") and hasattr(categorical, "codes"):
        codes = np.asarray(categorical.codes)
        if (codes < 0).any():
            raise ValueError(f"labels must not be missing, got none at position {int((codes < 0).argmax())}")
        return _counted(codes, _names_of_categories(categorical.categories))
    array = _as_array(labels)
    if array.ndim != 1:
        raise ValueError(f"labels must be one per sample (1-D), got shape {array.shape}")
    if array.size == 0:
        raise ValueError("labels must hold at least one label, got none")
    if array.dtype.kind == "f":
        array = _integral(array)
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    if array.dtype.kind in "iu":
        return _integer_codes(array)
    if array.dtype.kind in "UT":
        distinct, inverse = np.unique(array, return_inverse=True)
        return _counted(inverse, [str(name) for name in distinct])
    if array.dtype.kind == "O":
        return _object_codes(array)
    raise ValueError(f"labels must be integers or text, got {array.dtype}")


def _as_array(labels: Labels) -> NDArray[Any]:
    """As a NumPy array that never turns a number into text or drops a text's trailing NUL (as dtype U would)."""
    if isinstance(labels, str | bytes) or not (isinstance(labels, Iterable) or hasattr(labels, "__array__")):
        raise TypeError(f"labels must be a sequence with one label per sample, got {labels!r:.100}")
    if hasattr(labels, "detach"):  # a torch tensor, wherever it lives
        labels = labels.detach().cpu()
    if hasattr(labels, "__array__"):
        return np.asarray(labels)
    values: list[Any] = list(labels)  # type: ignore[arg-type]  # `ArrayLike` cannot say that it is iterable here
    kinds = set(map(type, values))
    if kinds <= {int, bool}:
        return _array_of_integers(values)
    if kinds == {float}:
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    array[:] = [_plain(value) for value in values]
    return array


def _counted(codes: Codes, names: Sequence[ClassName]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    return codes, names, np.bincount(codes, minlength=len(names)).astype(np.int64)


def _integer_codes(array: NDArray[Any]) -> tuple[Codes, Sequence[ClassName], IntArray]:
    widest = 4 * array.size + 65536  # sparser labels are not counted in a table
    low, high = 0, int(array.view(np.uint64).max()) if array.dtype == np.int64 else -1
    if not 0 <= high <= widest:  # some are negative (a huge number, seen as unsigned), or another type
        low, high = int(array.min()), int(array.max())
    if high - low > widest:
        distinct, inverse = np.unique(array, return_inverse=True)
        return _counted(inverse, [int(name) for name in distinct])
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
    values = [_plain(value) for value in array]
    kinds = set(map(type, values))
    if kinds <= {int, bool}:
        return _integer_codes(_array_of_integers(values))
    if kinds <= {int, bool, float}:
        return _integer_codes(_integral(np.array(values, dtype=np.float64)))
    if kinds != {str}:
        first = type(values[0]) if isinstance(values[0], str | int) else str
        wrong = next(i for i, value in enumerate(values) if not isinstance(value, first) or value is None)
        raise ValueError(f"labels must be all integers or all text, got {values[wrong]!r} at position {wrong}")
    table: dict[object, int] = {}
    codes = np.fromiter((table.setdefault(value, len(table)) for value in values), dtype=np.int64, count=len(values))
    return _counted(codes, [str(name) for name in table])


def _named(
    codes: Codes, names: Sequence[ClassName], counts: IntArray, classes: Sequence[ClassName]
) -> tuple[Codes, ClassCounts]:
    """Labels that are codes of `classes`: code i means classes[i]."""
    outside = [name for name in names if not isinstance(name, int) or not 0 <= name < len(classes)]
    if outside:
        raise ValueError(f"labels must be codes from 0 to {len(classes) - 1} of `classes`, got {outside[0]!r}")
    table = np.array([int(name) for name in names], dtype=np.int64)
    of_classes = np.zeros(len(classes), dtype=np.int64)
    of_classes[table] = counts
    return table[codes], ClassCounts(tuple(classes), of_classes)


def _names_of_categories(categories: Iterable[object]) -> Sequence[ClassName]:
    return [_plain_name(name) for name in categories]


def _array_of_integers(values: list[Any]) -> IntArray:
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError:
        wrong = next(i for i, value in enumerate(values) if not -(1 << 63) <= value < 1 << 63)
        raise ValueError(
            f"labels must be integers of at most 64 bits, got {values[wrong]!r} at position {wrong}"
        ) from None


def _integral(array: NDArray[Any]) -> IntArray:
    values = array.astype(np.float64)
    bad = ~((np.abs(values) < 2.0**63) & (values == np.floor(values)))
    if bad.any():
        first = int(bad.argmax())
        raise ValueError(f"labels must be whole numbers or text, got {array[first]} at position {first}")
    return values.astype(np.int64)


# --- checks --------------------------------------------------------------------------------------------------------


def _plain(value: object) -> object:
    """NumPy and torch scalars as Python's own."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value


def _plain_name(name: object) -> ClassName:
    plain = _plain(name)
    if isinstance(plain, bool):
        return int(plain)
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)
    if not isinstance(plain, int | str):
        raise TypeError(f"class name must be an integer or text, got {name!r}")
    return plain


def _integer_array(values: ArrayLike, what: str) -> NDArray[Any]:
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{what} must be one integer per class (1-D), got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{what} must hold at least one class, got none")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what} must be integers, got {_shortened(array.tolist())}")
    if array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{what} must be at most {np.iinfo(np.int64).max}, got {array.max()}")
    return array


def _checked_counts(counts: NDArray[Any], names: Sequence[ClassName]) -> IntArray:
    array = _integer_array(counts, "counts").astype(np.int64)
    if array.size != len(names):
        raise ValueError(f"counts must be one per class name ({len(names)}), got {array.size}")
    if array.min() < 0:
        c = int(array.argmin())
        raise ValueError(f"counts must be >= 0, got {array[c]} for class {names[c]!r}")
    if not array.any():
        raise ValueError("counts must hold at least one sample, got none")
    return array


def _read_only(array: IntArray) -> IntArray:
    array.flags.writeable = False
    return array


def _shortened(values: Sequence[object], most: int = 6) -> str:
    shown = ", ".join(repr(value) for value in values[:most])
    return shown + (f", ... ({len(values)} in all)" if len(values) > most else "")
