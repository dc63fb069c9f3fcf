"""Alias tables: integer masses split over columns, at most two classes a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    light_columns, heavy_columns = np.flatnonzero(masses < heights), np.flatnonzero(masses >= heights)
    own_rows, other_class = np.minimum(masses, heights), np.arange(masses.size)
    if light_columns.size:
        rows_needed = np.cumsum(heights[light_columns] - masses[light_columns])
        rows_offered = np.cumsum(masses[heavy_columns] - heights[heavy_columns])
        need_begins = rows_needed - (heights[light_columns] - masses[light_columns])
        other_class[light_columns] = heavy_columns[
            np.minimum(rows_offered.searchsorted(need_begins + slack, side="right"), heavy_columns.size - 1)
        ]
        # the light column that uses up each heavy one
        last_filled = np.minimum(rows_needed.searchsorted(rows_offered - slack), light_columns.size - 1)
        overdrawn = np.where(rows_offered > 0, np.maximum(rows_needed[last_filled] - rows_offered, 0), 0)[:-1]
        debtors = np.flatnonzero(overdrawn)
        own_rows[heavy_columns[debtors]] -= overdrawn[debtors]
        other_class[heavy_columns[debtors]] = heavy_columns[debtors + 1]
    return own_rows, other_class


def alias_cell_classes(other_class: IntArray) -> NDArray[np.int32]:
    """The class of each cell: cell 2 i + 1 is the lower part of column i, of class i, and cell 2 i the part above."""
    return np.stack([other_class, np.arange(other_class.size)], axis=1).astype(np.int32).ravel()
