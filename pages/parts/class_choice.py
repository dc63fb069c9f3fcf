"""Names from data as options of a control: plain text, each a different one."""

from __future__ import annotations

from collections.abc import Sequence

from sampler_core.counts import ClassCounts, ClassName
from sampler_core.figures.figure import class_label
from sampler_core.figures.series import by_count


def by_label(counts: ClassCounts) -> dict[str, int]:
    """Label -> position, from the largest class down; labels that look alike get their position."""
    return distinct(counts.names, [int(c) for c in by_count(counts)])


def distinct(names: Sequence[ClassName], order: Sequence[int]) -> dict[str, int]:
    """Label -> position of each name, in an order of positions."""
    labels: dict[str, int] = {}
    for position in order:
        label = class_label(names[position])
        labels[label if label not in labels else f"{label} ({position})"] = position
    return labels
