"""The metric value that a requirement bounds, and by how much the requirement is met."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.forecast.expectations import Draws
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.tuning.requirements import Requirement


def requirement_values(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> FloatArray:
    """The metric values that a requirement bounds: of each row and class (rows, classes), or of the run (1, classes).

    shares: (rows, num_classes); for a requirement over the run, the rows are the epochs it holds for. A metric of the
    whole mix has one column.
    """
    chosen = columns(counts, requirement.group, requirement.class_name)
    return metric_of(requirement.metric).values(shares, counts, chosen, draws)


def requirement_value(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> FloatArray:
    """The metric value of the worst class: of each row (rows,), or of the run (1,)."""
    values = requirement_values(requirement, shares, counts, draws)
    return np.asarray(values.max(axis=-1) if requirement.sense == "at most" else values.min(axis=-1))


def requirement_margin(requirement: Requirement, values: FloatArray) -> FloatArray:
    """Signed distance of values from the bound, relative to it; at least 0 (to 1e-9) where the requirement holds."""
    scale = max(requirement.bound, 1e-12)
    signed = values - requirement.bound if requirement.sense == "at least" else requirement.bound - values
    return np.asarray(signed / scale) + 1e-9
