"""Shares for the classes of adapted labels: balanced over their groups, or repeated as LVIS repeats images."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, check_number, is_sequence, shown
from sampler_core.data.tallies import Tallied, Tally
from sampler_core.formatting import listed, percent

_MOST_ROUNDS, _DONE, _GOOD_ENOUGH = (
    2_000,
    1e-10,
    1e-7,
)  # how far a group's share may be off, relative to what it must be


class Grouping(NamedTuple):
    """Cells in groups. names: of the groups with a sample; of_cell: the group of each cell with a sample."""

    title: str
    names: list[ClassName]
    of_cell: IntArray

    def sums(self, shares: FloatArray) -> FloatArray:
        """The share of each group, times their number: 1 where the groups are balanced."""
        return np.asarray(np.bincount(self.of_cell, shares) * len(self.names), dtype=np.float64)


def balanced_shares(adapted: Tallied, balance: Any = ("class", "group")) -> dict[ClassName, float]:
    """Shares for the target `Shares` that draw every class equally often, every group, or both; they sum to 1.

    adapted: of `combined`, or what else has `counts` and `tallies`. balance: the title of a tally, or several. With one
    p = n_cell / n_class / num_classes. With several: iterative proportional fitting of the natural shares (Deming and
    Stephan 1940), which keeps the odds ratios of the data. `ValueError` where all of it cannot hold, or only if some
    cell were never drawn, as for two of three classes that come with one of two groups only.

    Examples:
        >>> cells = combined(["cat"] * 6 + ["dog"] * 4, ["A"] * 4 + ["B"] * 2 + ["A"] + ["B"] * 3)
        >>> {name: round(share, 4) for name, share in balanced_shares(cells, "class").items()}  # each class 0.5
        {'cat / A': 0.3333, 'cat / B': 0.1667, 'dog / A': 0.125, 'dog / B': 0.375}
        >>> {name: round(share, 4) for name, share in balanced_shares(cells).items()}  # each class and each group 0.5
        {'cat / A': 0.3551, 'cat / B': 0.1449, 'dog / A': 0.1449, 'dog / B': 0.3551}
    """
    counts = _checked(adapted).counts
    groupings = _checked_groupings(adapted, balance)
    present = counts.counts > 0
    shares = counts.frequencies
    shares[present] = _fitted(shares[present], groupings)
    return dict(zip(counts.names, shares.tolist(), strict=True))


def groupings_of(adapted: Tallied) -> dict[str, Grouping]:
    """Title -> grouping, of the tallies that group the cells: every sample of a cell has the same one name."""
    present = adapted.counts.counts > 0
    groupings = {}
    for tally in adapted.tallies:
        if (group_of_class := tally.group_of_class) is not None:
            used, of_cell = np.unique(group_of_class[present], return_inverse=True)
            groupings[tally.title] = Grouping(tally.title, [tally.names[i] for i in used], of_cell)
    return groupings


def repeat_factor_shares(adapted: Tallied, threshold: float = 0.001, power: float = 0.5) -> dict[ClassName, float]:
    """Shares for the target `Shares` that draw each image by its largest repeat factor, as LVIS does; they sum to 1.

    r = max over the labels c of an image of max(1, (threshold / f_c) ** power), f_c the share of images with label c.
    adapted: of `rarest_label`, or what else has `counts` and a tally called "label": an image's largest factor is that
    of its rarest label. Source: LVIS (arXiv 1908.03195, section 5.1).

    Examples:
        >>> photos = rarest_label([["person"]] * 15 + [["person", "cat"]])  # one in 16 has a cat
        >>> {name: round(share, 2) for name, share in repeat_factor_shares(photos, threshold=0.25).items()}
        {'cat': 0.12, 'person': 0.88}
    """
    check_number("threshold", threshold, "a number above 0 and at most 1", sys.float_info.min, 1.0)
    check_number("power", power, "a number from 0 to 10", 0.0, 10.0)
    counts = _checked(adapted).counts
    tally = next((tally for tally in adapted.tallies if tally.title == "label"), None)
    if tally is None:
        raise ValueError(f"adapted must have a tally called 'label', got {_titles(adapted.tallies)}")
    rarity = threshold * counts.num_samples / np.maximum(tally.totals, 1)
    factors = np.ones(counts.num_classes)
    np.maximum.at(factors, tally.classes, rarity[tally.positions] ** power)
    shares = counts.counts * factors
    return dict(zip(counts.names, (shares / shares.sum()).tolist(), strict=True))


def _fitted(natural: FloatArray, groupings: list[Grouping]) -> FloatArray:
    """The shares nearest to the natural ones under which each of the groupings is balanced."""
    shares = natural
    for _ in range(_MOST_ROUNDS):
        for grouping in groupings:
            shares = shares / grouping.sums(shares)[grouping.of_cell]
        off = max(float(np.abs(grouping.sums(shares) - 1.0).max()) for grouping in groupings)
        if off < _DONE:
            break
    if off > _GOOD_ENOUGH:
        either = " or ".join(repr(grouping.title) for grouping in groupings)
        raise ValueError(
            f"balance must be {either} alone for this data, got all of them: {_why_not(shares, groupings)}"
        )
    return shares


def _why_not(shares: FloatArray, groupings: list[Grouping]) -> str:
    """Of the groups that do not get their share: what they come with, which has no room for them.

    NOTE Fitting pushes against the limit and never gets there. Classes x and y of three come with hospital A of two
    only: x and y are to have 2/3 of the draws, A is to have 1/2.
    """
    first, second = groupings[:2]
    too_little = first.sums(shares) < 1.0 - _GOOD_ENOUGH
    come_with = np.unique(second.of_cell[too_little[first.of_cell]])
    need, room = float(too_little.mean()), come_with.size / len(second.names)
    if len(groupings) > 2 or need < room - _GOOD_ENOUGH:
        return "no shares have them all"
    squeezed, where = (
        listed(np.array(first.names, dtype=object)[too_little]),
        listed(second.names[i] for i in come_with),
    )
    return (
        f"{first.title} {squeezed} comes with {second.title} {where} only and needs {percent(need)} of the draws, "
        f"of which {second.title} {where} has {percent(room)}"
    )


def _checked(adapted: Any) -> Tallied:
    if not isinstance(getattr(adapted, "counts", None), ClassCounts) or not hasattr(adapted, "tallies"):
        raise TypeError(f"adapted must be labels that combined or rarest_label has made, got {adapted!r:.100}")
    return adapted  # type: ignore[no-any-return]


def _checked_groupings(adapted: Tallied, balance: Any) -> list[Grouping]:
    groupings = groupings_of(adapted)
    titles = [balance] if isinstance(balance, str) else list(balance) if is_sequence(balance) else []
    known = all(isinstance(title, str) and title in groupings for title in titles)
    if not titles or not known or len(set(titles)) < len(titles):
        among = ", ".join(map(repr, groupings)) or "those that group the classes (there is none)"
        raise ValueError(f"balance must be one or several of {among}, got {shown(balance)}")
    return [groupings[title] for title in titles]


def _titles(tallies: tuple[Tally, ...]) -> str:
    return listed(tally.title for tally in tallies) or "none"
