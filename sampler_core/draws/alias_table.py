"""Alias tables: integer masses split over columns, at most two classes a column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import IntArray


class AliasTable(NamedTuple):
    """Columns of given heights; column i holds class i in its rows below `own[i]` and class `other[i]` above."""

    own: IntArray
    other: IntArray


def alias_table(masses: IntArray, heights: IntArray, slack: int = 0) -> AliasTable:
    """Split integer masses over columns, at most two classes a column (Walker 1977), in O(num_classes) array steps.

    masses, heights: int64, shape (columns,), same sum; class i is at home in column i; heights differ by at most 1.
    Light columns (too little mass) are filled, in order, by the heavy ones, in order: light column i whole by that
    heavy one in whose surplus its need begins. A heavy column that so gave more than it had is itself filled by the
    next heavy one.

    NOTE slack: a heavy column counts as used up when at most `slack` of its surplus is left, which then goes to the
    next one: masses are conserved to within `slack`. With masses made from floating point, needs and surpluses that are
    meant to be equal differ in their last bits, which are not the same on every processor; who fills whom must be.
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
    return AliasTable(own, other)
