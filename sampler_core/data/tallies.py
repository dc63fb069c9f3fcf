"""What the samples of each class carry besides: their labels, boxes, groups; and how many of them draws will bring.

A sample has one class, which decides its draws. A tally says what comes with them: an image that is drawn for its
bicycle brings its persons along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sampler_core.data.array_types import Codes, FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, is_sequence

_ARRAYS = ("classes", "positions", "items", "samples")


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """How many items of each name the samples of each class have together; pairs without an item are left out.

    title: what an item is ("label", "box", "hospital"). names: those of the items. classes, positions, items: int64,
    shape (num_pairs,): the samples of class `classes[i]` have `items[i]` items called `names[positions[i]]`. samples:
    int64, shape (num_classes,), those of each class.

    NOTE Two images of class 0 with a cat and a dog each, one of class 1 with three dogs:
        Tally("animal", ("cat", "dog"), classes=[0, 0, 1], positions=[0, 1, 1], items=[2, 2, 3], samples=[2, 1])
    """

    title: str
    names: tuple[ClassName, ...]
    classes: IntArray
    positions: IntArray
    items: IntArray
    samples: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        for field in _ARRAYS:
            object.__setattr__(self, field, np.asarray(getattr(self, field), dtype=np.int64))

    @classmethod
    def of_items(
        cls,
        title: str,
        names: Sequence[ClassName],
        classes: Codes,
        positions: Codes,
        items: IntArray,
        samples: IntArray,
    ) -> Tally:
        """Adds up: `items[i]` items of name `positions[i]` on samples of class `classes[i]`, pairs in any order."""
        keys = np.asarray(classes, dtype=np.int64) * len(names) + positions
        if samples.size * len(names) <= 4 * keys.size + 65536:  # a table of all pairs is faster than a sort
            totals = added_up(keys, items, samples.size * len(names))
            pairs = np.flatnonzero(totals)
            totals = totals[pairs]
        else:
            pairs, pair_of_item = np.unique(keys, return_inverse=True)
            totals = added_up(pair_of_item, items, pairs.size)
        return cls(title, tuple(names), pairs // len(names), pairs % len(names), totals, samples)

    @property
    def totals(self) -> IntArray:
        """The items of each name in the data: int64, shape (num_names,)."""
        return added_up(self.positions, self.items, len(self.names))

    @property
    def per_sample(self) -> FloatArray:
        """The items of each name on one sample of each class, on average: float64, shape (num_classes, num_names)."""
        table = np.zeros((self.samples.size, len(self.names)))
        table[self.classes, self.positions] = self._items_per_sample
        return table

    @property
    def group_of_class(self) -> IntArray | None:
        """The name that all samples of each class have, -1 for an empty class; None where samples differ or have more.

        With it the tally groups the classes, as a class x group data set has it for its classes and for its groups.
        """
        groups = np.full(self.samples.size, -1, dtype=np.int64)
        groups[self.classes] = self.positions
        one_each = np.array_equal(np.sort(self.classes), np.flatnonzero(self.samples))
        return groups if one_each and np.array_equal(self.items, self.samples[self.classes]) else None

    def expected(self, draws: ArrayLike) -> FloatArray:
        """The items of each name that so many draws of each class bring: (..., num_classes) -> (..., num_names).

        Class shares instead of draws give the items a draw.
        """
        of_classes = np.asarray(draws, dtype=np.float64)
        if of_classes.ndim == 0 or of_classes.shape[-1] != self.samples.size:
            raise ValueError(f"draws must be one per class ({self.samples.size}), got shape {of_classes.shape}")
        per_sample, num_names = self._items_per_sample, len(self.names)
        rows = of_classes.reshape(-1, self.samples.size)
        of_names = [np.bincount(self.positions, row[self.classes] * per_sample, num_names) for row in rows]
        return np.array(of_names, dtype=np.float64).reshape(*of_classes.shape[:-1], len(self.names))

    def with_classes(self, new_classes: IntArray, samples: IntArray) -> Tally:
        """The same items after the classes changed: class c is `new_classes[c]` now, left out where that is -1.

        samples: those of each new class.
        """
        changed = new_classes[self.classes]
        kept = changed >= 0
        return Tally.of_items(self.title, self.names, changed[kept], self.positions[kept], self.items[kept], samples)

    def fields(self) -> dict[str, Any]:
        """Its fields as JSON holds them: `Tally(**fields)` is equal."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {"title": self.title, "names": list(self.names), **arrays}

    @property
    def _items_per_sample(self) -> FloatArray:
        return self.items / np.maximum(self.samples[self.classes], 1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally) or (self.title, self.names) != (other.title, other.names):
            return False
        return all(np.array_equal(getattr(self, field), getattr(other, field)) for field in _ARRAYS)

    def __hash__(self) -> int:
        return hash((self.title, self.names, *(getattr(self, field).tobytes() for field in _ARRAYS)))


@dataclass(frozen=True, eq=False, slots=True)
class AdaptedLabels:
    """One class a sample, made of labels that are more than that.

    codes: position in `counts.names` of each sample's class, shape (num_samples,). tallies: what the samples carry
    besides. warnings: sentences about what the classes do not show.
    """

    codes: Codes
    counts: ClassCounts
    tallies: tuple[Tally, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def labels(self) -> NDArray[Any]:
        """The class of each sample by name, for a sampler: int64, or text (dtype object), shape (num_samples,)."""
        is_text = any(isinstance(name, str) for name in self.counts.names)
        names: NDArray[Any] = np.array(self.counts.names, dtype=object if is_text else np.int64)
        return names[self.codes]


class Tallied(Protocol):
    """Classes and what their samples carry besides: adapted labels, a reading of a file."""

    @property
    def counts(self) -> ClassCounts: ...

    @property
    def tallies(self) -> tuple[Tally, ...]: ...


def samples_of_entries(counts: ArrayLike | None, entries: int) -> IntArray:
    """How many samples each of the entries stands for, 1 without `counts`; `ValueError` for anything else."""
    if counts is None:
        return np.ones(entries, dtype=np.int64)
    samples: NDArray[Any] = np.asarray(counts) if is_sequence(counts) else np.zeros(0)
    if samples.shape != (entries,) or samples.dtype.kind not in "iu" or samples.min() < 0:
        must = f"counts must be the number of samples of each of the {entries:,} labels"
        raise ValueError(f"{must}, got {counts!r:.100}")
    return samples.astype(np.int64)


def added_up(codes: Codes, numbers: IntArray, size: int) -> IntArray:
    """The sum of the numbers with each code: int64, shape (size,)."""
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, codes, numbers)
    return sums
