"""Classes as options of a control: label -> position, each label different."""

from __future__ import annotations

from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import distinct_labels
from sampler_core.figures.class_series import by_count


def class_options(counts: ClassCounts) -> dict[str, int]:
    """Label -> position, from the largest class down."""
    return distinct_labels(counts.names, by_count(counts).tolist())
