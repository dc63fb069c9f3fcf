"""Systematic rounding: expected counts -> whole counts that sum exactly to their total."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray


def floor_and_remainder(expected: FloatArray, upwards: bool = True) -> tuple[IntArray, FloatArray]:
    """The floor of each expected count and the chance of one more (int64 and float64, the shape of `expected`).

    NOTE snapping: an expectation that is whole but for floating point (the natural epoch, a cap on repeats) counts as
    whole (with `upwards` also from below): 2.9999999999 is 3 and no chance, not 2 and nearly surely one more. Without
    it a class could pass its cap once in ten million epochs.
    """
    near = np.maximum(1e-9, expected * 2.0**-46)
    floor = np.floor(expected + near if upwards else expected).astype(np.int64)
    remainder = expected - floor
    remainder[(remainder < near) & (floor > 0)] = 0.0
    return floor, remainder


class SystematicRounding:
    """Rounds expected counts with the sum `total` to whole ones: floor or ceil of each, with the right expectation.

    Each class gets its `floor`. Systematic sampling with one uniform offset (Madow 1949) distributes the `left_over`:
    class c gets one more where an integer plus the offset falls between `edges[c - 1]` and `edges[c]`, the cumulative
    remainders. What snapping takes (`floor_and_remainder`) goes to the other classes, in proportion to their room.

    NOTE example: expected 0.4, 1.2, 0.4 and total 2. Floors 0, 1, 0 leave one over; edges 0.4, 0.6, 1.0. The offset 0.5
    falls between 0.4 and 0.6, so class 1 gets one more: 0, 2, 0. It does for a fifth of all offsets, as it should.
    """

    def __init__(self, expected: FloatArray, total: int) -> None:
        floor, steps = floor_and_remainder(expected)
        if floor.sum() > total:
            floor, steps = floor_and_remainder(expected, upwards=False)
        self.floor: IntArray = floor
        self.left_over = total - int(floor.sum())
        self.edges: FloatArray = np.zeros(expected.size)
        if self.left_over:
            room = np.where(steps > 0, 1.0 - steps, 0.0)
            missing = self.left_over - float(steps.sum())
            steps += steps * (missing / steps.sum()) if missing < 0 else room * (missing / room.sum())
            self.edges = np.minimum(np.cumsum(steps), self.left_over)
            self.edges[np.flatnonzero(steps)[-1] :] = self.left_over
        self.ceiling: IntArray = floor + (np.diff(self.edges, prepend=0.0) > 0)

    def counts(self, offset: float) -> IntArray:
        """The rounded counts for one offset in [0, 1); int64, shape (num_classes,), sum exactly `total`."""
        if not self.left_over:
            return self.floor
        points_below = np.ceil(self.edges - offset).astype(np.int64)
        points_below[self.edges == self.left_over] = self.left_over  # whatever the subtraction rounded to
        return self.floor + np.diff(points_below, prepend=0)

    def extra_classes(self, offsets: FloatArray) -> IntArray:
        """The classes that get one more, for each of several offsets: int64, shape (len(offsets), left_over)."""
        offset_points = (np.arange(self.left_over) + offsets[:, None]).ravel()
        # an offset next to 1 can round up
        np.minimum(offset_points, np.nextafter(self.left_over, 0), out=offset_points)
        rounded_up = self._first_class_in_cell.take((offset_points * self._cells_per_unit).astype(np.int64))
        for _ in range(2):
            rounded_up += self.edges.take(rounded_up) <= offset_points
        beyond_cell = np.flatnonzero(self.edges.take(rounded_up) <= offset_points)  # many tiny classes in one cell
        rounded_up[beyond_cell] = self.edges.searchsorted(offset_points[beyond_cell], side="right")
        return rounded_up.reshape(offsets.size, self.left_over)

    @cached_property
    def _first_class_in_cell(self) -> IntArray:
        """The first class that a point in each cell can fall to; replaces most of a binary search."""
        cells = (self.edges * self._cells_per_unit).astype(np.int64)
        ends = np.bincount(cells, minlength=int(self.left_over * self._cells_per_unit) + 2)
        return np.cumsum(ends) - ends

    @cached_property
    def _cells_per_unit(self) -> float:
        return max(1.0, 2.0 * self.edges.size / max(1, self.left_over))
