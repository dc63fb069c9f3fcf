"""Corrections of labels that were read: pure functions from a `Reading` or `ClassCounts` to another of its kind.

The one contract here: samples are neither invented nor lost in silence; what a correction did is in
`Reading.corrections`, and rows that it leaves out are in `Reading.dropped`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal, TypeVar

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.binned_values import binned
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import class_names
from sampler_core.data.plain_values import ClassName
from sampler_core.datasets.label_files.reading import Dropped, Reading
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.formatting import listed, quoted

Labels = TypeVar("Labels", ClassCounts, Reading)


def rename(labels: Labels, names: Mapping[ClassName, ClassName]) -> Labels:
    """Other names for some classes. When one of them is text, all become text, as class names are of one kind."""
    renamed = Counter(str(names.get(name, name)) for name in _counts_of_labels(labels).names)
    twice, times = renamed.most_common(1)[0]
    if times > 1:
        raise ReadingError(f"two classes would be named {quoted(twice)}. Merge them instead")
    renamed_pairs = ", ".join(f"{quoted(old)} to {quoted(new)}" for old, new in list(names.items())[:8])
    return _labels_renamed(labels, names, f"Renamed {renamed_pairs}.")


def merge(labels: Labels, names: Collection[ClassName], into: ClassName) -> Labels:
    """Several classes as one, named `into`, standing where the first of them stood. `into` may be one of them."""
    not_merged = set(map(str, _counts_of_labels(labels).names)) - set(map(str, names))
    if not names or str(into) in not_merged:
        raise ReadingError(f"merge needs classes and a name that no other class has, got {quoted(into)}")
    return _labels_renamed(labels, dict.fromkeys(names, into), f"Merged {listed(names)} into {quoted(into)}.")


def put_in_bins(labels: Labels, bins: int, how: str = "equal width") -> Labels:
    """Classes that are numbers as bins of them (`binned`): of equal width, or with about equally many samples
    ("quantile"). A bin without a sample is no class. The correction is the call that bins a data set's values alike."""
    counts = _counts_of_labels(labels)
    values = numbers_of(counts)
    if values is None:
        raise ReadingError("only numbers can be put in bins, and some class is none")
    parts = np.linspace(0.0, 1.0, bins + 1)
    if how == "quantile":
        edges = np.unique(_quantiles(values, counts.counts, parts))
    else:
        edges = np.unique(np.linspace(values.min(), values.max(), bins + 1))
    in_bins = binned(values, edges.tolist() if edges.size > 1 else 1)
    bin_names = [str(in_bins.counts.names[code]) for code in in_bins.codes]
    call = f'binned(values, {bins}, "{how}")'
    renamed = _labels_renamed(
        labels, dict(zip(counts.names, bin_names, strict=True)), f"Put in bins: labels = {call}.labels."
    )
    samples = _samples_of_labels(renamed)
    return _corrected_labels(renamed, {name: samples[name] for name in in_bins.counts.names if name in samples}, "")


def _quantiles(values: FloatArray, samples: IntArray, parts: FloatArray) -> FloatArray:
    """As `numpy.quantile` of all samples, that many of each value."""
    order = np.argsort(values)
    last_places, places = np.cumsum(samples[order]), parts * (samples.sum() - 1)
    below, above = (
        values[order][np.searchsorted(last_places, end(places), side="right")] for end in (np.floor, np.ceil)
    )
    return np.asarray(below + (above - below) * (places % 1.0))


def numbers_of(counts: ClassCounts) -> FloatArray | None:
    """The class names as numbers; None where one is no finite number."""
    try:
        values = np.array([float(name) for name in counts.names])
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def drop(labels: Labels, names: Collection[ClassName]) -> Labels:
    """Without these classes and their samples."""
    return _labels_without(labels, names, f"Dropped {listed(names)}.", "class dropped")


def ignore(labels: Labels, name: ClassName) -> Labels:
    """Without the label that means "no label" in this file (-1, 255, "unknown")."""
    return _labels_without(labels, [name], "", f"label {quoted(name)} ignored")


def order(labels: Labels, by: Literal["name", "count"]) -> Labels:
    """Classes by name (integers by value, text by code point) or by count, the largest first, ties by name."""
    if by not in ("name", "count"):
        raise ReadingError(f"by must be 'name' or 'count', got {quoted(by)}")
    ordered_labels = sorted(_samples_of_labels(labels).items())
    if by == "count":
        ordered_labels.sort(key=lambda pair: -pair[1])
    return _corrected_labels(labels, dict(ordered_labels), "")


def _labels_renamed(labels: Labels, names: Mapping[ClassName, ClassName], correction: str) -> Labels:
    """Classes of the same new name are added up, where the first of them stood."""
    _check_labels_to_correct(labels, names)
    renamed = Counter[str]()
    for name, samples in _samples_of_labels(labels).items():
        renamed[str(names.get(name, name))] += samples
    corrected = dict(zip(class_names(list(renamed)), renamed.values(), strict=True))
    return _corrected_labels(labels, corrected, correction, names)


def _labels_without(labels: Labels, names: Collection[ClassName], correction: str, reason: str) -> Labels:
    _check_labels_to_correct(labels, names)
    remaining = _samples_of_labels(labels)
    dropped = sum(remaining.pop(name) for name in set(names))
    if not any(remaining.values()):
        raise ReadingError(f"no sample would be left without {listed(names)}. Keep at least one class")
    if isinstance(labels, Reading) and dropped:
        labels = replace(labels, dropped=(*labels.dropped, Dropped(reason, dropped)))
    return _corrected_labels(labels, remaining, correction)


def _counts_of_labels(labels: ClassCounts | Reading) -> ClassCounts:
    return labels.counts if isinstance(labels, Reading) else labels


def _samples_of_labels(labels: ClassCounts | Reading) -> dict[ClassName, int]:
    counts = _counts_of_labels(labels)
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


def _check_labels_to_correct(labels: ClassCounts | Reading, names: Collection[ClassName]) -> None:
    classes = _samples_of_labels(labels)
    if unknown := [name for name in names if name not in classes]:
        raise ReadingError(f"there is no class {listed(unknown)}. The classes are {listed(classes)}")


def _corrected_labels(
    labels: Labels, samples: Mapping[ClassName, int], correction: str, renamed: Mapping[ClassName, ClassName] = {}
) -> Labels:
    """With these samples of each class; a tally goes with its class, also under another name."""
    corrected = ClassCounts(tuple(samples), np.array(list(samples.values()), dtype=np.int64))
    if not isinstance(labels, Reading):
        return corrected
    place = {str(name): c for c, name in enumerate(corrected.names)}
    new_classes = np.array([place.get(str(renamed.get(name, name)), -1) for name in labels.counts.names])
    tallies = tuple(tally.with_classes(new_classes, corrected.counts) for tally in labels.tallies)
    corrections = (*labels.corrections, *filter(None, [correction]))
    return replace(labels, counts=corrected, corrections=corrections, tallies=tallies)
