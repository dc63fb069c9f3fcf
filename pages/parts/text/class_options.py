"""Names from data as options of a control: plain text, each a different one."""

from __future__ import annotations

from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import by_count
from sampler_core.figures.figure import distinct


def by_label(counts: ClassCounts) -> dict[str, int]:
    """Label -> position, from the largest class down."""
    return distinct(counts.names, by_count(counts).tolist())
