"""Systematic rounding: expected counts -> whole counts that sum exactly to their total, whatever floating point did."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray


def sure_and_chance(expected: FloatArray, upwards: bool = True) -> tuple[IntArray, FloatArray]:
    """Expected counts as whole ones that are sure and the chance of one more; shape of the expected.

    NOTE snapping: an expectation that is an integer but for floating point (the natural epoch, a cap on repeats) is
    taken as that integer (`upwards`: also from below). Without it a class could get one draw more than its cap, once in
    ten million epochs.
    """
    near = np.maximum(1e-9, expected * 2.0**-46)
    sure = np.floor(expected + near if upwards else expected).astype(np.int64)
    chance = expected - sure
    chance[(chance < near) & (sure > 0)] = 0.0
    return sure, chance


class SystematicRounding:
    """Rounds expected counts (sum: `total`) to whole ones: floor or ceil of each, with the right expectation.

    Class c surely gets `base[c]`; what is left over goes round by systematic sampling with one uniform offset (Madow
    1949): class c gets one more when an integer plus the offset falls between `edges[c-1]` and `edges[c]`.

    What snapped classes (`sure_and_chance`) lose goes to the others in proportion to their room, so that no step
    exceeds 1.
    """

    def __init__(self, expected: FloatArray, total: int) -> None:
        base, steps = sure_and_chance(expected)
        if base.sum() > total:
            base, steps = sure_and_chance(expected, upwards=False)
        self.base: IntArray = base
        self.left_over = total - int(base.sum())
        self.edges: FloatArray = np.zeros(expected.size)
        if self.left_over:
            room = np.where(steps > 0, 1.0 - steps, 0.0)
            missing = self.left_over - float(steps.sum())
            steps += steps * (missing / steps.sum()) if missing < 0 else room * (missing / room.sum())
            self.edges = np.minimum(np.cumsum(steps), self.left_over)
            self.edges[np.flatnonzero(steps)[-1] :] = self.left_over
        self.most: IntArray = base + (np.diff(self.edges, prepend=0.0) > 0)

    def counts(self, offset: float) -> IntArray:
        """The rounded counts for one offset in [0, 1); int64, shape (num_classes,), sum exactly `total`."""
        if not self.left_over:
            return self.base
        upto = np.ceil(self.edges - offset).astype(np.int64)
        upto[self.edges == self.left_over] = self.left_over  # whatever the subtraction rounded to
        return self.base + np.diff(upto, prepend=0)

    def extra_classes(self, offsets: FloatArray) -> IntArray:
        """The classes that get one more, for several offsets: shape (len(offsets), left_over)."""
        points = (np.arange(self.left_over) + offsets[:, None]).ravel()
        np.minimum(points, np.nextafter(self.left_over, 0), out=points)  # an offset next to 1 can round up
        drawn = self._guide.take((points * self._cells_per_unit).astype(np.int64))
        for _ in range(2):
            drawn += self.edges.take(drawn) <= points
        late = np.flatnonzero(self.edges.take(drawn) <= points)  # many tiny classes in one cell
        drawn[late] = self.edges.searchsorted(points[late], side="right")
        return drawn.reshape(offsets.size, self.left_over)

    @cached_property
    def _guide(self) -> IntArray:
        """The first class that a point in each cell can fall to: an index that spares most of a binary search."""
        cells = (self.edges * self._cells_per_unit).astype(np.int64)
        ends = np.bincount(cells, minlength=int(self.left_over * self._cells_per_unit) + 2)
        return np.cumsum(ends) - ends

    @cached_property
    def _cells_per_unit(self) -> float:
        return max(1.0, 2.0 * self.edges.size / max(1, self.left_over))
