"""The series of a chart, one line or stack each: single classes where they are few, bands of classes where many.

The one contract here: a class has the colour of its series in all figures of a page. Few classes are coloured by their
rank among the class counts; of many, each has the colour of its band, or its own while it is selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_options, distinct_labels
from sampler_core.figures.legend import MAX_LINE, legend_text, phone_legend_height, row_label
from sampler_core.forecast.expectations import FEW, MANY, groups
from sampler_core.formatting import COLOURS, several

MOST_LINES = 12
ONE_OF_TWO_COLUMNS = 14  # characters of an entry
MOST_LEGEND_HEIGHT = 126  # pixels: that of `MOST_LINES` entries in two columns
DASHES = ("solid", "dash")  # of the first six colours, of the second six
BAND_COLOURS = ("#2377C5", "#A07800", "#C9506A")  # head, medium, tail
SELECTED_COLOURS = ("#0E9A6B", "#7A62D9", "#D55E00", "#1B8A99", "#B0469B")  # of classes selected out of a band
FADED = 0.3
# Positions of the selected classes, one slot per colour. NO_CLASS fills the slot of a class that is no longer selected,
# so that the others keep their colours.
SelectedClasses = tuple[int, ...]
NO_CLASS = -1


class Series(NamedTuple):
    """One line or stack. members: positions of its classes, int64. opacity: below 1 where others are selected."""

    label: str
    members: IntArray
    colour: str
    dash: str
    opacity: float = 1.0

    def total(self, per_class: NDArray[Any]) -> NDArray[Any]:
        """The sum over its classes. per_class: shape (rows, num_classes), one row per epoch or batch."""
        return np.asarray(per_class[:, self.members].sum(axis=1))


def is_banded(counts: ClassCounts) -> bool:
    """Whether there are too many classes for a line each."""
    return counts.num_classes > MOST_LINES


def series_of(counts: ClassCounts, selected: SelectedClasses = ()) -> tuple[Series, ...]:
    """One series per class up to `MOST_LINES`, from the largest down; beyond, the `bands` that are not empty.

    selected: the classes to highlight. Of single classes the others fade; out of a band each becomes its own series.
    """
    if is_banded(counts):
        colours = {c: SELECTED_COLOURS[slot % len(SELECTED_COLOURS)] for slot, c in enumerate(selected)}
        labels = distinct_labels(counts.names, selected_positions(selected))
        bands_left = [band for band in bands(counts, selected) if band.members.size]
        return (*bands_left, *(Series(label, np.array([c]), colours[c], "solid") for label, c in labels.items()))
    labels = class_options(counts)
    return tuple(
        Series(label, np.array([c]), COLOURS[rank % len(COLOURS)], DASHES[rank // 6 % 2], opacity_of(c, selected))
        for rank, (label, c) in enumerate(labels.items())
    )


def legend_entries(counts: ClassCounts, series: Sequence[Series]) -> list[str]:
    """Their labels in the legend of a figure, all different; in full where that leaves the figure its height.

    Else what is long is cut to its two ends: to one line beside bands, to one of two columns on a phone where each
    class has its own series. The hover text and the table have the names in full.
    """
    labels = [one.label for one in series]
    entries = [legend_text(label, 2) for label in labels]
    if phone_legend_height(entries) <= MOST_LEGEND_HEIGHT:
        return entries
    longest = MAX_LINE if is_banded(counts) else ONE_OF_TWO_COLUMNS
    if len({row_label(label, longest) for label in labels}) < len(labels):
        longest -= len(" (11)")  # what tells them apart
    return list(distinct_labels(labels, range(len(labels)), lambda label: row_label(str(label), longest)))


def colours_of(counts: ClassCounts, selected: SelectedClasses = ()) -> list[str]:
    """The colour of each class, by position: that of its series."""
    colours = [""] * counts.num_classes
    for series in series_of(counts, selected):
        for c in series.members:
            colours[c] = series.colour
    return colours


def selected_positions(selected: SelectedClasses) -> tuple[int, ...]:
    """Positions of the selected classes, without empty slots."""
    return tuple(c for c in selected if c != NO_CLASS)


def opacity_of(position: int, selected: SelectedClasses) -> float:
    """1 for a selected class, and for all where none is selected; else `FADED`."""
    return 1.0 if not selected_positions(selected) or position in selected else FADED


def bands(counts: ClassCounts, without: SelectedClasses = ()) -> tuple[Series, ...]:
    """Head, medium and tail by number of samples; where one of these is empty, thirds of the classes by rank.

    without: classes with a series of their own.
    """
    masks = groups(counts.counts)
    if all(group.any() for group in masks):
        band_sizes = (f"more than {MANY} samples", f"{FEW} to {MANY} samples", f"fewer than {FEW} samples")
        band_members = [np.flatnonzero(group) for group in masks]
    else:
        band_sizes = ("largest third", "middle third", "smallest third")
        band_members = list(np.array_split(by_count(counts), 3))
    left = [classes[~np.isin(classes, without)] for classes in band_members]
    band_parts = zip(("Head", "Medium", "Tail"), band_sizes, left, BAND_COLOURS, strict=True)
    return tuple(
        Series(f"{name}: {several(len(classes), 'class', 'classes')}, {size}", classes, colour, "solid")
        for name, size, classes, colour in band_parts
    )
