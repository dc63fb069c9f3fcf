"""Class names as charts, tables and sentences show them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from sampler_core.data.plain_values import ClassName
from sampler_core.formatting import shortened

_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control and format characters, surrogates, line and paragraph ends


def class_label(name: ClassName) -> str:
    """A class name for readers: integers get a word, control characters become spaces."""
    if isinstance(name, int):
        return f"class {name}"
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
    """A class name for a sentence: its label, cut where it is long."""
    return shortened(class_label(name))


def plotly_text(text: str, longest: int = 24) -> str:
    """Text for a label of a chart: cut to `longest` characters, and without anything plotly would read as markup."""
    return shortened(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
