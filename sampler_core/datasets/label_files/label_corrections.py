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

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import class_names
from sampler_core.data.plain_values import ClassName
from sampler_core.datasets.label_files.errors import ReadingError, listed, quoted
from sampler_core.datasets.label_files.reading_result import Dropped, Reading

Data = TypeVar("Data", ClassCounts, Reading)


def rename(data: Data, names: Mapping[ClassName, ClassName]) -> Data:
    """Other names for some classes. When one of them is text, all become text, as class names are of one kind."""
    renamed = Counter(str(names.get(name, name)) for name in _counts(data).names)
    twice, times = renamed.most_common(1)[0]
    if times > 1:
        raise ReadingError(f"two classes would be named {quoted(twice)}. Merge them instead")
    pairs = ", ".join(f"{quoted(old)} to {quoted(new)}" for old, new in list(names.items())[:8])
    return _renamed(data, names, f"Renamed {pairs}.")


def merge(data: Data, names: Collection[ClassName], into: ClassName) -> Data:
    """Several classes as one, named `into`, standing where the first of them stood. `into` may be one of them."""
    others = set(map(str, _counts(data).names)) - set(map(str, names))
    if not names or str(into) in others:
        raise ReadingError(f"merge needs classes and a name that no other class has, got {quoted(into)}")
    return _renamed(data, dict.fromkeys(names, into), f"Merged {listed(names)} into {quoted(into)}.")


def drop(data: Data, names: Collection[ClassName]) -> Data:
    """Without these classes and their samples."""
    return _without(data, names, f"Dropped {listed(names)}.", "class dropped")


def ignore(data: Data, name: ClassName) -> Data:
    """Without the label that means "no label" in this file (-1, 255, "unknown")."""
    return _without(data, [name], "", f"label {quoted(name)} ignored")


def order(data: Data, by: Literal["name", "count"]) -> Data:
    """Classes by name (integers by value, text by code point) or by count, the largest first, ties by name."""
    if by not in ("name", "count"):
        raise ReadingError(f"by must be 'name' or 'count', got {quoted(by)}")
    ordered = sorted(_samples_of(data).items())
    if by == "count":
        ordered.sort(key=lambda pair: -pair[1])
    return _corrected(data, dict(ordered), "")


def _renamed(data: Data, names: Mapping[ClassName, ClassName], sentence: str) -> Data:
    """Classes of the same new name are added up, where the first of them stood."""
    _check_names(data, names)
    samples = Counter[str]()
    for name, n in _samples_of(data).items():
        samples[str(names.get(name, name))] += n
    return _corrected(data, dict(zip(class_names(list(samples)), samples.values(), strict=True)), sentence)


def _without(data: Data, names: Collection[ClassName], sentence: str, reason: str) -> Data:
    _check_names(data, names)
    samples = _samples_of(data)
    dropped = sum(samples.pop(name) for name in set(names))
    if not any(samples.values()):
        raise ReadingError(f"no sample would be left without {listed(names)}. Keep at least one class")
    if isinstance(data, Reading) and dropped:
        data = replace(data, dropped=(*data.dropped, Dropped(reason, dropped)))
    return _corrected(data, samples, sentence)


def _counts(data: ClassCounts | Reading) -> ClassCounts:
    return data.counts if isinstance(data, Reading) else data


def _samples_of(data: ClassCounts | Reading) -> dict[ClassName, int]:
    counts = _counts(data)
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


def _check_names(data: ClassCounts | Reading, names: Collection[ClassName]) -> None:
    known = _samples_of(data)
    if unknown := [name for name in names if name not in known]:
        raise ReadingError(f"there is no class {listed(unknown)}. The classes are {listed(known)}")


def _corrected(data: Data, samples: Mapping[ClassName, int], sentence: str) -> Data:
    counts = ClassCounts(tuple(samples), np.array(list(samples.values()), dtype=np.int64))
    if isinstance(data, Reading):
        return replace(data, counts=counts, corrections=(*data.corrections, *filter(None, [sentence])))
    return counts
