"""Several labels a sample (multi-label images, boxes): a sample is of its rarest label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sampler_core.data.array_types import Codes, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import encode_named
from sampler_core.data.plain_values import ClassName, array_of_tensor, is_sequence, plain_name, shown
from sampler_core.data.tallies import AdaptedLabels, Tally, added_up, samples_of_entries
from sampler_core.formatting import listed, several

NO_LABEL = "(no label)"
_SETS = (set, frozenset, list, tuple, np.ndarray)


class Items(NamedTuple):
    """Labels on samples: item i is on sample `sample[i]` and called `names[label[i]]`. num_samples: all there are."""

    sample: Codes
    label: Codes
    names: tuple[ClassName, ...]
    num_samples: int


def rarest_label(
    label_sets: Any, names: Sequence[ClassName] | None = None, *, empty: str = "class", item: str | None = None,
    counts: ArrayLike | None = None,
) -> AdaptedLabels:  # fmt: skip
    """Each sample as its rarest label, the one that the fewest samples have; a tally of all labels.

    label_sets: the labels of each sample as a set or list; or a table of 0 and 1, shape (num_samples, num_labels),
    whose columns are called `names` (0, 1, 2, ... without). Of equally rare labels the first one counts, integers by
    value, text by code point. empty: "class" puts samples without a label into a class "(no label)", "error" refuses
    them. item: what a label is that may come several times on a sample ("box"); a second tally of that title counts
    every one. counts: how many samples each entry stands for, where the entries are no single samples. `TypeError`,
    `ValueError` for anything else.

    Examples:
        >>> photos = rarest_label([{"person", "dog"}, {"person"}, {"person", "cat"}, {"dog"}])
        >>> photos.labels.tolist()
        ['dog', 'person', 'cat', 'dog']
        >>> photos.tallies[0].expected([2, 2, 2]).tolist()  # cats, dogs and persons of two draws of each class
        [2.0, 2.0, 5.0]
    """
    if not isinstance(empty, str) or empty not in ("class", "error"):
        raise ValueError(f'empty must be "class" or "error", got {shown(empty)}')
    if item is not None and (not isinstance(item, str) or item in ("", "label")):
        raise ValueError(f"item must be a text such as 'box', or None, got {shown(item)}")
    items = _items_of_table(label_sets, names) if _is_table(label_sets, names) else _items_of_sets(label_sets)
    return by_rarest_label(items, samples_of_entries(counts, items.num_samples), item, refuse_empty=empty == "error")


def by_rarest_label(items: Items, samples: IntArray, item: str | None, *, refuse_empty: bool = False) -> AdaptedLabels:
    """`rarest_label` of labels that are encoded. samples: how many samples each sample stands for."""
    num_labels = len(items.names)
    sample, label = _once_each(items)
    samples_with = added_up(label, samples[sample], num_labels)
    rarest = _rarest_of_each(sample, label, samples_with, items.num_samples)
    has_none = rarest == num_labels
    if refuse_empty and has_none.any():
        raise ValueError(
            f"label_sets must hold a label for each sample, got none at position {has_none.argmax()} "
            f'({np.count_nonzero(has_none):,} in all); empty="class" makes them a class'
        )
    present = np.bincount(rarest, minlength=num_labels + 1) > 0
    codes = (np.cumsum(present) - 1)[rarest]
    classes = ClassCounts(_class_names(items.names, present), added_up(codes, samples, int(present.sum())))
    every = [("label", sample, label), *([(item, items.sample, items.label)] if item else [])]
    tallies = tuple(
        Tally.of_items(title, items.names, codes[on_sample], of_label, samples[on_sample], classes.counts)
        for title, on_sample, of_label in every
    )
    never = [name for name, chosen in zip(items.names, present, strict=False) if not chosen]
    return AdaptedLabels(codes, classes, tallies, _warnings_about(never, int(samples[has_none].sum())))


def _once_each(items: Items) -> tuple[IntArray, IntArray]:
    """Sample and label of the items, sorted by sample, each label once a sample."""
    keys = np.asarray(items.sample, dtype=np.int64) * len(items.names) + items.label
    if not (np.diff(keys) > 0).all():  # those of a table are sorted
        keys.sort()
        keys = keys[np.diff(keys, prepend=-1) > 0]
    return keys // len(items.names), keys % len(items.names)


def _rarest_of_each(sample: IntArray, label: IntArray, samples_with: IntArray, num_samples: int) -> IntArray:
    """The label of each sample that the fewest have, the number of labels for none. sample: sorted."""
    by_rarity = np.argsort(samples_with, kind="stable")
    rank = np.empty(samples_with.size, dtype=np.int64)
    rank[by_rarity] = np.arange(samples_with.size)
    best = np.full(num_samples, samples_with.size)
    if sample.size:
        first_items = np.flatnonzero(np.diff(sample, prepend=-1))
        best[sample[first_items]] = np.minimum.reduceat(rank[label], first_items)
    rarest: IntArray = np.append(by_rarity, samples_with.size)[best]
    return rarest


def _class_names(label_names: Sequence[ClassName], present: NDArray[np.bool_]) -> tuple[ClassName, ...]:
    """Those of the labels that are some sample's rarest, and a name for none where some sample has none."""
    names = [name for name, chosen in zip(label_names, present, strict=False) if chosen]
    if not present[-1]:
        return tuple(names)
    if NO_LABEL in names:
        raise ValueError(f"label_sets must have a label for each sample where one is called {NO_LABEL!r}, got none")
    return (*map(str, names), NO_LABEL)


def _warnings_about(never_rarest: Sequence[ClassName], without_label: int) -> tuple[str, ...]:
    warnings = []
    if never_rarest:
        comes = "it is" if len(never_rarest) == 1 else "they are"
        warnings.append(f"Never the rarest label of a sample: {listed(never_rarest)}; {comes} drawn along with others.")
    if without_label:
        have = several(without_label, "sample has", "samples have")
        warnings.append(f"{have} no label: class '{NO_LABEL}'.")
    return tuple(warnings)


def _is_table(label_sets: Any, names: object) -> bool:
    """Arrays of two dimensions are tables, and whatever comes with names of its columns."""
    return names is not None or getattr(label_sets, "ndim", 1) == 2


def _items_of_table(table: Any, names: Any) -> Items:
    """Those of a table of 0 and 1."""
    try:
        cells = array_of_tensor(table, "label_sets") if hasattr(table, "detach") else np.asarray(table)
    except ValueError:  # rows of different lengths
        cells = np.zeros(0)
    if cells.ndim != 2 or 0 in cells.shape or cells.dtype.kind not in "biuf" or not _all_0_or_1(cells):
        must = "label_sets must be a table of 0 and 1 with a row for each sample and a column for each label"
        raise ValueError(f"{must}, got {table!r:.100}")
    names = getattr(table, "columns", range(cells.shape[1])) if names is None else names
    column_names = tuple(map(plain_name, names)) if is_sequence(names) else ()
    if len(column_names) != cells.shape[1]:
        raise ValueError(f"names must be one per column of label_sets ({cells.shape[1]}), got {names!r:.100}")
    columns = ClassCounts(column_names, np.ones(cells.shape[1], dtype=np.int64))
    sample, column = np.nonzero(cells)
    if not sample.size:
        raise ValueError("label_sets must hold at least one label, got none")
    return Items(sample, np.argsort(columns.canonical)[column], columns.present.names, cells.shape[0])


def _all_0_or_1(cells: NDArray[Any]) -> bool:
    return cells.dtype.kind == "b" or bool(((cells == 0) | (cells == 1)).all())


def _items_of_sets(label_sets: Any) -> Items:
    """Those of a list of sets or lists of labels."""
    if not is_sequence(label_sets):
        raise TypeError(f"label_sets must be a sequence with the labels of each sample, got {label_sets!r:.100}")
    sets: list[Any] = list(label_sets)
    if not all(issubclass(kind, _SETS) for kind in set(map(type, sets))):
        wrong = next(i for i, labels in enumerate(sets) if not isinstance(labels, _SETS))
        must = "label_sets must hold a set or list of labels for each sample"
        raise ValueError(f"{must}, got {sets[wrong]!r:.100} at position {wrong}")
    flat = list(chain.from_iterable(sets))
    try:
        place = {label: i for i, label in enumerate(dict.fromkeys(flat))}
    except TypeError:
        raise ValueError(f"label_sets must hold integers or text, got {next(_unhashable(flat))!r:.100}") from None
    try:
        encoded = encode_named("label_sets", list(place))
    except (TypeError, ValueError) as error:  # its position is that among the different labels
        raise ValueError(re.sub(r" at position \d+$", "", str(error))) from None
    flat_codes = np.fromiter(map(place.__getitem__, flat), dtype=np.int64, count=len(flat))
    sizes = np.fromiter(map(len, sets), dtype=np.int64, count=len(sets))
    return Items(np.repeat(np.arange(len(sets)), sizes), encoded.codes[flat_codes], encoded.names, len(sets))


def _unhashable(labels: Sequence[object]) -> Any:
    for label in labels:
        try:
            hash(label)
        except TypeError:
            yield label
