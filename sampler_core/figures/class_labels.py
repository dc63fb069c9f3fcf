"""Class names as charts, tables, controls and sentences show them, and the order of the classes by count."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.formatting import shortened

_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control and format characters, surrogates, line and paragraph ends


def class_label(name: ClassName) -> str:
    """A class name for readers: integers get a word, control characters become spaces."""
    if isinstance(name, int):
        return f"class {name}"
    if name.isprintable() and name.strip():  # most are, and a run asks for hundreds
        return name
    label = "".join(" " if unicodedata.category(character) in _INVISIBLE else character for character in name)
    return label if label.strip() else "(no name)"


def distinct_labels(
    names: Sequence[ClassName], order: Iterable[int], label_of: Callable[[ClassName], str] = class_label
) -> dict[str, int]:
    """Label -> position of each name, for the positions in `order`; equal labels get their position."""
    labels: dict[str, int] = {}
    for position in order:
        label = label_of(names[position])
        while label in labels:
            label = f"{label} ({position})"
        labels[label] = position
    return labels


def class_in_words(name: ClassName) -> str:
    """A class name for a sentence: its label, cut where it is long; one of digits alone is said to be a class."""
    label = shortened(class_label(name))
    return f"class {label}" if label.isdecimal() else label


def by_count(counts: ClassCounts) -> IntArray:
    """Positions of the classes from the largest to the smallest; equals in their own order."""
    return np.argsort(-counts.counts, kind="stable")


def class_options(counts: ClassCounts) -> dict[str, int]:
    """Label -> position, from the largest class down: the classes as options of a control."""
    return distinct_labels(counts.names, by_count(counts).tolist())


def class_index(counts: ClassCounts, order: IntArray) -> pd.Index:
    """The index of a table with one row per class."""
    return pd.Index([class_label(counts.names[c]) for c in order], name="class")
