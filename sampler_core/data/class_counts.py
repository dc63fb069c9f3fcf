"""The classes of a data set, and how many samples each has.

The one contract here: draws do not depend on the order in which the classes are listed. Everything that draws uses
`ClassCounts.canonical`: integers by value, text by code point, without empty classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sampler_core.data.array_types import FloatArray, IntArray, Labels
from sampler_core.data.label_encoding import encode_labels
from sampler_core.data.plain_values import ClassName, array_of_tensor, is_sequence, plain_name, plain_value


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """Class names and the number of samples of each; a frozen, hashable value.

    names: all integers or all text, distinct. counts: int64, shape (num_classes,), read-only, >= 0, sum > 0; an empty
    class is never drawn. `TypeError` or `ValueError` for anything else.
    """

    names: tuple[ClassName, ...]
    counts: IntArray

    def __post_init__(self) -> None:
        class_names: Any = self.names
        if not is_sequence(class_names):
            raise TypeError(f"class names must be a sequence of integers or texts, got {class_names!r:.100}")
        object.__setattr__(self, "names", tuple(plain_name(name) for name in class_names))
        object.__setattr__(self, "counts", _read_only(_checked_counts(self.counts, self.names)))
        if len({type(name) for name in self.names}) > 1:
            raise TypeError(f"class names must be all integers or all text, got {_first_names_or_counts(self.names)}")
        if len(set(self.names)) < len(self.names):
            repeated = Counter(self.names).most_common(1)[0][0]
            raise ValueError(f"class names must be distinct, got {repeated!r} more than once")

    @classmethod
    def from_counts(cls, counts: Mapping[ClassName, int] | ArrayLike) -> ClassCounts:
        """From `{name: count}`, in that order, or from an integer array, whose classes are named 0, 1, 2, ..."""
        if isinstance(counts, Mapping):
            return cls(tuple(counts.keys()), _counts_array(list(counts.values()), "counts"))
        counts_array = _counts_array(counts, "counts")
        return cls(tuple(range(counts_array.size)), counts_array)

    @classmethod
    def from_labels(cls, labels: Labels, classes: Sequence[ClassName] | None = None) -> ClassCounts:
        """Counts labels (see `encode_labels`); integers are sorted by value, text by code point."""
        encoded = encode_labels(labels, classes)
        return cls(encoded.names, encoded.counts)

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
    def rarest(self) -> int:
        """Position of the class with the fewest samples, empty ones aside; the first of equals."""
        return int(np.where(self.counts > 0, self.counts, np.iinfo(np.int64).max).argmin())

    @property
    def largest(self) -> int:
        """Position of the class with the most samples; the first of equals."""
        return int(self.counts.argmax())

    @property
    def empty(self) -> tuple[ClassName, ...]:
        """Names of the classes without a sample."""
        return tuple(self.names[c] for c in np.flatnonzero(self.counts == 0))

    @cached_property
    def canonical(self) -> IntArray:
        """Positions of the classes that are not empty, in canonical order; int64, read-only."""
        canonical_order = np.array(sorted(range(self.num_classes), key=self.names.__getitem__), dtype=np.int64)
        return _read_only(canonical_order[self.counts[canonical_order] > 0])

    @cached_property
    def present(self) -> ClassCounts:
        """The classes that are not empty, in canonical order: targets and draws see only these."""
        if np.array_equal(self.canonical, np.arange(self.num_classes)):
            return self
        return ClassCounts(tuple(self.names[c] for c in self.canonical), self.counts[self.canonical])

    def position(self, name: ClassName) -> int:
        """The position of a class in `names`; `ValueError` where there is none of that name."""
        class_name = plain_value(name)
        if isinstance(class_name, bool) or not isinstance(class_name, int | str) or class_name not in self.names:
            raise ValueError(f"class must be one of {_first_names_or_counts(self.names)}, got {name!r}")
        return self.names.index(class_name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClassCounts):
            return False
        return self.names == other.names and np.array_equal(self.counts, other.counts)

    def __hash__(self) -> int:
        return hash((self.names, self.counts.tobytes()))


CountsLike: TypeAlias = ClassCounts | Mapping[ClassName, int] | ArrayLike


def as_class_counts(counts: CountsLike) -> ClassCounts:
    """A `ClassCounts` unchanged; anything else through `ClassCounts.from_counts`."""
    return counts if isinstance(counts, ClassCounts) else ClassCounts.from_counts(counts)


def _counts_array(counts: ArrayLike, what: str) -> NDArray[Any]:
    if isinstance(counts, list | tuple) and (
        booleans := [class_count for class_count in counts if isinstance(class_count, bool | np.bool_)]
    ):
        raise TypeError(f"{what} must be integers, got {booleans[0]}")
    counts_array = array_of_tensor(counts, what) if hasattr(counts, "detach") else np.asarray(counts)
    if counts_array.ndim != 1:
        raise ValueError(f"{what} must be one integer per class (1-D), got shape {counts_array.shape}")
    if counts_array.size == 0:
        raise ValueError(f"{what} must hold at least one class, got none")
    if counts_array.dtype.kind not in "iu":
        raise TypeError(f"{what} must be integers, got {_first_names_or_counts(counts_array.tolist())}")
    if counts_array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{what} must be at most {np.iinfo(np.int64).max}, got {counts_array.max()}")
    return counts_array


def _checked_counts(counts: NDArray[Any], class_names: Sequence[ClassName]) -> IntArray:
    checked_counts = _counts_array(counts, "counts").astype(np.int64)
    if checked_counts.size != len(class_names):
        raise ValueError(f"counts must be one per class name ({len(class_names)}), got {checked_counts.size}")
    if checked_counts.min() < 0:
        c = int(checked_counts.argmin())
        raise ValueError(f"counts must be >= 0, got {checked_counts[c]} for class {class_names[c]!r}")
    if not checked_counts.any():
        raise ValueError("counts must hold at least one sample, got none")
    if checked_counts.sum(dtype=np.float64) >= 2.0**63:
        raise ValueError(f"counts must sum to at most {np.iinfo(np.int64).max}, got more")
    return checked_counts


def _read_only(array: IntArray) -> IntArray:
    array.flags.writeable = False
    return array


def _first_names_or_counts(names_or_counts: Sequence[object], most: int = 6) -> str:
    """The first values as text, and how many there are."""
    first_ones = ", ".join(repr(name_or_count) for name_or_count in names_or_counts[:most])
    return first_ones + (f", ... ({len(names_or_counts)} in all)" if len(names_or_counts) > most else "")
