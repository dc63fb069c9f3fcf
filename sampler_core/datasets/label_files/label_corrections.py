"""Corrections of what was read: pure functions from a `Reading` or `ClassCounts` to another of its kind.

The one contract here: samples are neither invented nor lost in silence; what a correction did is in
`Reading.corrections`, and rows that it leaves out are in `Reading.dropped`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal, TypeVar

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.datasets.label_files.errors import ReadingError, listed, quoted
from sampler_core.datasets.label_files.reading_result import Dropped, Reading
from sampler_core.datasets.published import class_names

Data = TypeVar("Data", ClassCounts, Reading)


def rename(data: Data, names: Mapping[ClassName, ClassName]) -> Data:
    """Other names for some classes. When one of them is text, all become text, as class names are of one kind."""
    counts = _counts(data)
    _known(counts, names)
    renamed = [names.get(name, name) for name in counts.names]
    twice, times = Counter(map(str, renamed)).most_common(1)[0]
    if times > 1:
        raise ReadingError(f"two classes would be named {quoted(twice)}. Merge them instead")
    pairs = ", ".join(f"{quoted(old)} to {quoted(new)}" for old, new in list(names.items())[:8])
    return _changed(data, ClassCounts(tuple(_one_kind(renamed)), counts.counts), f"Renamed {pairs}.")


def merge(data: Data, names: Collection[ClassName], into: ClassName) -> Data:
    """Several classes as one, named `into`, standing where the first of them stood. `into` may be one of them."""
    counts = _counts(data)
    _known(counts, names)
    if not names or (into in counts.names and into not in names):
        raise ReadingError(f"merge needs classes and a name that no other class has, got {quoted(into)}")
    gone, of = set(names), dict(zip(counts.names, counts.counts.tolist(), strict=True))
    first = next(name for name in of if name in gone)
    merged: dict[ClassName, int] = {}
    for name, n in of.items():
        if name not in gone:
            merged[name] = n
        elif name == first:
            merged[into] = sum(n for name, n in of.items() if name in gone)
    changed = ClassCounts(tuple(_one_kind(list(merged))), _integers(merged))
    return _changed(data, changed, f"Merged {listed(list(names))} into {quoted(into)}.")


def drop(data: Data, names: Collection[ClassName]) -> Data:
    """Without these classes and their samples."""
    return _without(data, names, f"Dropped {listed(list(names))}.", "class dropped")


def ignore(data: Data, name: ClassName) -> Data:
    """Without the label that means "no label" in this file (-1, 255, "unknown")."""
    return _without(data, [name], "", f"label {quoted(name)} ignored")


def order(data: Data, by: Literal["name", "count"]) -> Data:
    """Classes by name (integers by value, text by code point) or by count, the largest first, ties by name."""
    if by not in ("name", "count"):
        raise ReadingError(f"by must be 'name' or 'count', got {quoted(by)}")
    counts = _counts(data)
    positions = sorted(range(counts.num_classes), key=lambda c: counts.names[c])
    if by == "count":
        positions.sort(key=lambda c: -int(counts.counts[c]))
    return _changed(data, ClassCounts(tuple(counts.names[c] for c in positions), counts.counts[positions]), "")


def _without(data: Data, names: Collection[ClassName], sentence: str, reason: str) -> Data:
    counts = _counts(data)
    _known(counts, names)
    without = set(names)
    left = {name: n for name, n in zip(counts.names, counts.counts.tolist(), strict=True) if name not in without}
    if not any(left.values()):
        raise ReadingError(f"no sample would be left without {listed(list(names))}. Keep at least one class")
    gone = counts.num_samples - sum(left.values())
    if isinstance(data, Reading) and gone:
        data = replace(data, dropped=(*data.dropped, Dropped(reason, gone)))
    return _changed(data, ClassCounts(tuple(left), _integers(left)), sentence)


def _counts(data: ClassCounts | Reading) -> ClassCounts:
    return data.counts if isinstance(data, Reading) else data


def _changed(data: Data, counts: ClassCounts, sentence: str) -> Data:
    if isinstance(data, Reading):
        return replace(data, counts=counts, corrections=(*data.corrections, sentence) if sentence else data.corrections)
    return counts


def _known(counts: ClassCounts, names: Collection[ClassName]) -> None:
    known = set(counts.names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ReadingError(f"there is no class {listed(unknown)}. The classes are {listed(counts.names)}")


def _one_kind(names: list[ClassName]) -> list[ClassName]:
    return class_names([str(name) for name in names])


def _integers(counts: Mapping[ClassName, int]) -> IntArray:
    return np.array(list(counts.values()), dtype=np.int64)
