"""What is drawn as one line or one stack: single classes where they are few, bands of classes where they are many.

The one contract here: a class has one colour in all figures of a page, that of its series. Where the classes are few it
is by the class's rank among the class counts; where they are many it is its band's, or its own while it is followed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.figure import distinct
from sampler_core.figures.legend import key_text
from sampler_core.forecast.expectations import FEW, MANY, groups
from sampler_core.formatting import several

MOST_LINES, MOST_BARS = 12, 30
# Each reads on white and on near-black (contrast 3 or more on both). The first six differ for every kind of colour
# vision; the second six go with another dash.
COLOURS = (
    "#2377C5", "#D55E00", "#0E9A6B", "#B0469B", "#A07800", "#5E7FA3",
    "#7A62D9", "#C9506A", "#1B8A99", "#8F7A5C", "#6F8A1F", "#8A8A8A",
)  # fmt: skip
DASHES = ("solid", "dash")
BAND_COLOURS = ("#2377C5", "#A07800", "#C9506A")  # head, medium, tail
FOLLOW_COLOURS = ("#0E9A6B", "#7A62D9", "#D55E00", "#1B8A99", "#B0469B")  # of classes followed out of a band
FADED = 0.3
# Positions of followed classes, each at the place that has its colour. NOBODY keeps the place of one that was let go,
# so that the others stay as they are.
Followed = tuple[int, ...]
NOBODY = -1


class Series(NamedTuple):
    """One line or stack. members: positions of its classes, int64. opacity: below 1 where others are followed."""

    label: str
    members: IntArray
    colour: str
    dash: str
    opacity: float = 1.0

    @property
    def entry(self) -> str:
        """Its label in the key of a figure."""
        return key_text(self.label, 2)


def by_count(counts: ClassCounts) -> IntArray:
    """Positions of the classes from the largest to the smallest; of equals, the first listed comes first."""
    return np.argsort(-counts.counts, kind="stable")


def colour_of(rank: int) -> str:
    """The colour of the class with this rank (0: the largest)."""
    return COLOURS[rank % len(COLOURS)]


def class_rows(counts: ClassCounts) -> int:
    """Rows that a figure with a row a class needs; 0 where it shows a curve over ranks instead."""
    return counts.num_classes if counts.num_classes <= MOST_BARS else 0


def is_banded(counts: ClassCounts) -> bool:
    """Whether there are too many classes for a line each."""
    return counts.num_classes > MOST_LINES


def series_of(counts: ClassCounts, followed: Followed = ()) -> tuple[Series, ...]:
    """The classes one by one, up to `MOST_LINES`; beyond, the `bands` that are not empty. From the largest class down.

    followed: the classes to stand out. Among lines the others fade; out of a band each becomes its own series.
    """
    if is_banded(counts):
        colours = {c: FOLLOW_COLOURS[i % len(FOLLOW_COLOURS)] for i, c in enumerate(followed)}
        names = distinct(counts.names, standing_out(followed))
        left = [band for band in bands(counts, followed) if band.members.size]
        return (*left, *(_single(label, c, colours[c]) for label, c in names.items()))
    return tuple(
        _single(label, c, colour_of(rank), DASHES[rank // 6 % 2])._replace(opacity=opacity_of(c, followed))
        for rank, (label, c) in enumerate(distinct(counts.names, by_count(counts).tolist()).items())
    )


def colours_of(counts: ClassCounts, followed: Followed = ()) -> list[str]:
    """The colour of every class, by its position: that of its series."""
    colours = [""] * counts.num_classes
    for one in series_of(counts, followed):
        for c in one.members:
            colours[c] = one.colour
    return colours


def _single(label: str, position: int, colour: str, dash: str = "solid") -> Series:
    return Series(label, np.array([position]), colour, dash)


def standing_out(followed: Followed) -> tuple[int, ...]:
    """Positions of the classes that are followed, without the places of those that were let go."""
    return tuple(c for c in followed if c != NOBODY)


def opacity_of(position: int, followed: Followed) -> float:
    """1 for a followed class, and for all while none is followed; else faded."""
    return 1.0 if not standing_out(followed) or position in followed else FADED


def bands(counts: ClassCounts, without: Followed = ()) -> tuple[Series, ...]:
    """Head, medium and tail by number of samples; where one of these is empty, thirds of the classes by rank.

    without: classes that are shown on their own.
    """
    by_size = groups(counts.counts)
    if all(group.any() for group in by_size):
        sizes = (f"more than {MANY} samples", f"{FEW} to {MANY} samples", f"fewer than {FEW} samples")
        members = [np.flatnonzero(group) for group in by_size]
    else:
        sizes = ("largest third", "middle third", "smallest third")
        members = list(np.array_split(by_count(counts), 3))
    left = [classes[~np.isin(classes, without)] for classes in members]
    words = zip(("Head", "Medium", "Tail"), sizes, left, BAND_COLOURS, strict=True)
    return tuple(
        Series(f"{name}: {several(len(classes), 'class', 'classes')}, {size}", classes, colour, "solid")
        for name, size, classes, colour in words
    )
