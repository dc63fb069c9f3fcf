"""Systematic rounding: expected counts -> whole counts that sum exactly to their total."""

from __future__ import annotations

from collections.abc import Sequence

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


def floors_and_chances(expected: FloatArray, total: int) -> tuple[IntArray, FloatArray]:
    """What systematic rounding to `total` surely gives, and the chance of one more; (..., num_classes), as expected.

    Floors that sum to more than the total are not snapped upwards, and where they sum to it there is no chance left: a
    class of share 1e-12 beside one of all the rest. That needs all classes; some of them alone (or one class in several
    epochs) do not sum to the total, and are taken each for itself.
    """
    floor, chance = floor_and_remainder(expected)
    whole = np.abs(expected.sum(axis=-1) - total) <= 1e-9 * total
    left_over = total - floor.sum(axis=-1)
    crowded = whole & (left_over < 0)
    if np.any(crowded):
        floor[crowded], chance[crowded] = floor_and_remainder(expected[crowded], upwards=False)
    chance[whole & (left_over == 0)] = 0.0
    return floor, chance


class SystematicRounding:
    """Rounds expected counts with the sum `total` to whole ones: floor or ceil of each, with the right expectation.

    Each class gets its `floor`. Systematic sampling with one uniform offset (Madow 1949) distributes the `left_over`:
    class c gets one more where an integer plus the offset falls between `edges[c - 1]` and `edges[c]`, the cumulative
    `chances`. What snapping takes (`floor_and_remainder`) goes to the other classes, in proportion to their room.

    NOTE example: expected 0.4, 1.2, 0.4 and total 2. Floors 0, 1, 0 leave one over; edges 0.4, 0.6, 1.0. The offset 0.5
    falls between 0.4 and 0.6, so class 1 gets one more: 0, 2, 0. It does for a fifth of all offsets, as it should.
    """

    def __init__(self, expected: FloatArray, total: int) -> None:
        self.floor, steps = floors_and_chances(expected, total)
        self.left_over = total - int(self.floor.sum())
        self.ceiling: IntArray = self.floor + (steps > 0)
        if self.left_over:
            room = np.where(steps > 0, 1.0 - steps, 0.0)
            missing = self.left_over - float(steps.sum())
            steps += steps * (missing / steps.sum()) if missing < 0 else room * (missing / room.sum())
        self.chances: FloatArray = steps

    def counts(self, offset: float) -> IntArray:
        """The rounded counts for one offset in [0, 1); int64, shape (num_classes,), sum exactly `total`."""
        return self.sums([offset])

    def sums(self, offsets: Sequence[float]) -> IntArray:
        """The sum of the rounded counts for several offsets; int64, shape (num_classes,)."""
        if not self.left_over:
            return self.floor * len(offsets)
        edges = cumulative(self.chances, self.left_over)
        last = edges == self.left_over
        points_below = np.zeros(edges.size, dtype=np.int64)
        for offset in offsets:
            points_below += np.ceil(edges - offset).astype(np.int64)
        points_below[last] = self.left_over * len(offsets)  # whatever the subtraction rounded to
        return self.floor * len(offsets) + np.diff(points_below, prepend=0)


def cumulative(chances: FloatArray, left_over: int) -> FloatArray:
    """The cumulative chances over the last axis, exactly `left_over` from the last class with a chance on."""
    edges = np.minimum(np.cumsum(chances, axis=-1), left_over)
    last = chances.shape[-1] - 1 - np.argmax(chances[..., ::-1] > 0, axis=-1)
    edges[np.arange(chances.shape[-1]) >= last[..., None]] = left_over
    return edges
