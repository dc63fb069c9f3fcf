"""Class x group (hospital, scanner, sex, ...): the pairs that exist become the classes that are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sampler_core.data.array_types import IntArray, Labels
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import encode_labels, encode_named
from sampler_core.data.plain_values import ClassName, is_sequence, shown
from sampler_core.data.tallies import AdaptedLabels, Tally, added_up, samples_of_entries
from sampler_core.formatting import listed, several

FEW_SAMPLES = 20  # a pair with fewer of them is repeated often where the pairs are balanced
MOST_NAMED = 3


def combined(
    labels: Labels, groups: Labels, names: tuple[str, str] = ("class", "group"), *, counts: ArrayLike | None = None
) -> AdaptedLabels:
    """One class for each pair of a label and a group that exists, called "label / group"; a tally for each of the two.

    labels, groups: one per sample, as `ClassCounts.from_labels` takes them. names: what the two are called, the titles
    of the tallies. counts: how many samples each entry stands for, where the entries are no single samples. Different
    pairs have different names: a slash that stands alone within one is doubled there. Warnings tell of pairs without a
    sample and with few. `TypeError`, `ValueError` for anything else.

    Examples:
        >>> cells = combined(["cat", "cat", "dog"], ["A", "B", "A"])
        >>> cells.counts.names
        ('cat / A', 'cat / B', 'dog / A')
        >>> [tally.expected(cells.counts.counts).tolist() for tally in cells.tallies]  # cats, dogs; of A, of B
        [[2.0, 1.0], [2.0, 1.0]]
    """
    titles = _two_titles(names)
    of_label, of_group = encode_named("labels", labels), encode_named("groups", groups)
    num_labels, num_groups = len(of_label.names), len(of_group.names)
    if of_group.codes.size != of_label.codes.size:
        raise ValueError(f"groups must be one per label ({of_label.codes.size:,}), got {of_group.codes.size:,}")
    samples = samples_of_entries(counts, of_label.codes.size)
    pairs = encode_labels(of_label.codes.astype(np.int64) * num_groups + of_group.codes)
    label_of_pair, group_of_pair = np.divmod(np.array(pairs.names, dtype=np.int64), num_groups)
    pair_names = [
        pair_name(of_label.names[label], of_group.names[group])
        for label, group in zip(label_of_pair, group_of_pair, strict=True)
    ]
    cells = ClassCounts(tuple(pair_names), added_up(pairs.codes, samples, len(pair_names)))
    tallies = tuple(
        Tally.of_items(title, axis.names, np.arange(len(pair_names)), of_pair, cells.counts, cells.counts)
        for title, axis, of_pair in zip(titles, (of_label, of_group), (label_of_pair, group_of_pair), strict=True)
    )
    missing = np.ones(num_labels * num_groups, dtype=bool)
    missing[label_of_pair[cells.counts > 0] * num_groups + group_of_pair[cells.counts > 0]] = False
    without = (
        pair_name(of_label.names[pair // num_groups], of_group.names[pair % num_groups])
        for pair in np.flatnonzero(missing).tolist()
    )
    warnings = _about_missing(without, int(missing.sum()), titles) + _about_few(cells)
    return AdaptedLabels(pairs.codes, cells, tallies, (" ".join(warnings),) if warnings else ())


def pair_name(label: ClassName, group: ClassName) -> str:
    """ "cat / A". A word of slashes in either gets one more, so that the single one between them is found again."""
    return " / ".join(
        " ".join(f"{word}/" if word and not word.strip("/") else word for word in str(name).split(" "))
        for name in (label, group)
    )


def _two_titles(names: Any) -> tuple[str, str]:
    titles = tuple(names) if is_sequence(names) else ()
    if len(titles) != 2 or not all(isinstance(title, str) and title.strip() for title in titles) or len({*titles}) < 2:
        raise ValueError(f"names must be two different texts, as in ('class', 'hospital'), got {shown(names)}")
    return titles


def _about_missing(without: Iterable[str], number: int, titles: tuple[str, str]) -> list[str]:
    """A sentence about the pairs without a sample, which `without` names."""
    if not number:
        return []
    pairs = f"{several(number, 'pair', 'pairs')} of {titles[0]} and {titles[1]}"
    return [f"{pairs} {'has' if number == 1 else 'have'} no sample: {_first_names(without, number)}."]


def _about_few(cells: ClassCounts) -> list[str]:
    """A sentence about the pairs with few samples, from the smallest on."""
    few: IntArray = np.flatnonzero((cells.counts > 0) & (cells.counts < FEW_SAMPLES))
    if not few.size:
        return []
    names = (cells.names[c] for c in few[np.argsort(cells.counts[few], kind="stable")])
    pairs = several(few.size, "pair has", "pairs have")
    return [f"{pairs} fewer than {FEW_SAMPLES} samples: {_first_names(names, few.size)}."]


def _first_names(names: Iterable[ClassName], number: int) -> str:
    first = listed(islice(names, MOST_NAMED))
    return f"{first} and {number - MOST_NAMED:,} more" if number > MOST_NAMED else first
