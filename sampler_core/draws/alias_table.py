"""Alias tables: integer masses split over columns, at most two classes a column."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import IntArray


def alias_table(masses: IntArray, heights: IntArray, slack: int = 0) -> tuple[IntArray, IntArray]:
    """Splits integer masses over columns, at most two classes a column (Walker 1977), in O(num_classes) array steps.

    Returns (own, other): column i holds class i in its rows below own[i] and class other[i] in the rows from there on.
    masses, heights: int64, shape (columns,), same sum; heights differ by at most 1. Column i first holds class i.
    Heavy columns (mass above height) fill the light ones, both in order. A light column is filled by one heavy column
    only: the one in whose surplus its need begins. Where that takes more than the surplus, the next heavy column fills
    the gap.

    NOTE example: masses 1, 4, 4 and heights 3, 3, 3. Column 0 needs 2 and takes both from class 1, whose surplus is 1;
    class 2 fills the gap of 1 in column 1. own = 1, 2, 3 and other = 1, 2, 2: class 1 has 2 rows in column 0 and 2 in
    column 1.

    NOTE slack: a surplus of at most `slack` counts as used up and goes to the next column, so masses are conserved to
    within `slack`. Masses made from floating point differ in their last bits between processors; the assignment of
    heavy to light columns must not.
    """
    light, heavy = np.flatnonzero(masses < heights), np.flatnonzero(masses >= heights)
    own, other = np.minimum(masses, heights), np.arange(masses.size)
    if light.size:
        needed = np.cumsum(heights[light] - masses[light])
        offered = np.cumsum(masses[heavy] - heights[heavy])
        begins = needed - (heights[light] - masses[light])
        other[light] = heavy[np.minimum(offered.searchsorted(begins + slack, side="right"), heavy.size - 1)]
        # the light column that uses up each heavy one
        last = np.minimum(needed.searchsorted(offered - slack), light.size - 1)
        overdrawn = np.where(offered > 0, np.maximum(needed[last] - offered, 0), 0)[:-1]
        debtors = np.flatnonzero(overdrawn)
        own[heavy[debtors]] -= overdrawn[debtors]
        other[heavy[debtors]] = heavy[debtors + 1]
    return own, other
