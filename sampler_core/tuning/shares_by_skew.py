"""Class shares by skew, for one data set and one plan: exact at any skew, and in a table to search on.

The one contract here: the shares at a skew are those that the plan draws at that skew, limits applied.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.largest_count import CHANCE
from sampler_core.forecast.metrics import columns
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.share_limits import normalised, water_filled
from sampler_core.tuning.as_drawn import chance_left
from sampler_core.tuning.requirements import Requirement
from sampler_core.tuning.verdicts import requirement_margin, requirement_values

LOWEST_SKEW, HIGHEST_SKEW = -50.0, 50.0  # the skews that a schedule allows
_FINEST_SKEW = 1e-10
_SHARES_PER_PIECE = 1 << 16  # shares in one piece: more of them leave the processor's cache
_SHARES_PER_CUT = 4_096  # shares looked at in one step of a search for an edge, of which a step cuts its stretch
_SKEW_DISTANCES = np.geomspace(0.02, 48.0, 90)
# dense from -1 to 2, where skews are used
_TABLE_SKEWS = np.concatenate([[LOWEST_SKEW], -1 - _SKEW_DISTANCES[::-1], np.linspace(-1, 2, 151), 2 + _SKEW_DISTANCES])


@dataclass(slots=True)
class Effort:
    """What was looked at so far: shares of a class in an epoch, some 30 million in a second.

    watch: called with it each time, and may raise to end the search.
    """

    spent: int = 0
    watch: Callable[[int], None] | None = None

    def spend(self, looked_at: int) -> None:
        """So many more were looked at."""
        self.spent += looked_at
        if self.watch is not None:
            self.watch(self.spent)


class SharesBySkew:
    """Skew -> class shares. table_shares: the exact shares at table_skews, which rise.

    chance: of the seeds for which requirements on draws must hold (`as_drawn`). effort: of all that search on them.
    """

    def __init__(
        self, plan: SamplingPlan, counts: ClassCounts, table: bool = True, chance: float = CHANCE,
        effort: Effort | None = None,
    ) -> None:  # fmt: skip
        self.effort = effort or Effort()
        self.counts, self.chance, self._epochs = counts, chance, plan.epochs or 1
        self.draws = draws_of(plan, counts)
        self._limits = plan.share_limits(counts.present, self.draws.samples)
        self.table_skews = _TABLE_SKEWS if table else _TABLE_SKEWS[:0]
        self.table_shares = self.shares_at(self.table_skews)
        self._with_turning_points: set[int] = set()

    def shares_at(self, skews: FloatArray) -> FloatArray:
        """Shares at these skews; float64, shape (len(skews), num_classes), classes in the caller's order.

        `targets.PowerSkew` and what `SamplingPlan.epoch_at` makes of it, many rows at once.
        """
        present, canonical = self.counts.present, self.counts.canonical
        shares = np.zeros((skews.size, self.counts.num_classes))
        log_counts, piece = np.log(present.counts), max(1, _SHARES_PER_PIECE // present.num_classes)
        floor, cap = self._limits
        for begin in range(0, skews.size, piece):
            log_shares = (1.0 - skews[begin : begin + piece, None]) * log_counts
            shares[begin : begin + piece, canonical] = (
                normalised(log_shares) if floor is None or cap is None else water_filled(log_shares, floor, cap)
            )
        return shares

    def at_chance(self, chance: float) -> SharesBySkew:
        """The same shares, for requirements on draws that must hold for another chance."""
        other = copy(self)
        other.chance = chance
        return other

    def with_samples(self, samples: int) -> SharesBySkew:
        """The same shares, for epochs of so many draws."""
        other = copy(self)
        other.draws = self.draws._replace(samples=samples)
        return other

    @property
    def limited(self) -> bool:
        """Whether the plan has caps or floors."""
        return self._limits[0] is not None

    def add_to_table(self, skews: FloatArray) -> None:
        """Add exact rows for these skews to the table."""
        new_skews = np.setdiff1d(np.round(skews, 12), self.table_skews)
        if new_skews.size:
            table_places = np.searchsorted(self.table_skews, new_skews)
            self.table_shares = np.insert(self.table_shares, table_places, self.shares_at(new_skews), axis=0)
            self.table_skews = np.insert(self.table_skews, table_places, new_skews)

    def add_turning_points(self, position: int) -> None:
        """Add exact rows where the share of a class has an extreme or meets a limit; once for each class.

        NOTE Class counts 100, 10 and 1: the share of the middle class is 0.09 at skews 0 and 2, but 0.33 at skew 1. A
        table with rows at 0 and 2 alone would interpolate 0.09 between them.
        """
        if position in self._with_turning_points:
            return
        self._with_turning_points.add(position)
        skews, share_column = self.table_skews, self.table_shares[:, position]
        within_limits = self._within_limits(position, self.table_shares)
        turning_skews = [
            skew_where_highest(lambda at: sign * self.shares_at(at)[:, position], skews[i - 1], skews[i + 1])  # noqa: B023
            for sign in (1.0, -1.0)
            for i in share_peaks(sign * share_column)
        ]
        ends = np.flatnonzero(np.diff(within_limits))
        skews_at_limits = skews_of_change(
            lambda at: self._within_limits(position, self.shares_at(at)),
            skews[ends],
            skews[ends + 1],
            within_limits[ends],
            self.counts.num_classes,
        )
        self.add_to_table(np.append(skews_at_limits, turning_skews))

    def _within_limits(self, position: int, shares: FloatArray) -> BoolArray:
        """Whether the share of a class is strictly between its floor and its cap; (rows,)."""
        if self._limits[0] is None or self._limits[1] is None:
            return np.ones(len(shares), dtype=bool)
        at = int(np.flatnonzero(self.counts.canonical == position)[0])
        low, high = self._limits[0][at], self._limits[1][at]
        return np.asarray((shares[:, position] > low * (1 + 1e-12)) & (shares[:, position] < high * (1 - 1e-12)))

    def margin(self, requirement: Requirement, shares: FloatArray) -> FloatArray:
        """By how much rows of shares meet a requirement: from 0 on it holds; shape (rows,), or of the run (1,)."""
        return requirement_margin(requirement, shares, self.counts, self.draws, self.chance_left(requirement))

    def values(self, requirement: Requirement, shares: FloatArray) -> FloatArray:
        """The values of rows of shares that a requirement bounds; shape (rows,), or of the run (1,)."""
        return requirement_values(requirement, shares, self.counts, self.draws, self.chance_left(requirement))

    def chance_left(self, requirement: Requirement) -> float:
        """The chance to fail that is left to an epoch of this requirement, or over the run to a class."""
        classes = columns(self.counts, requirement.group, requirement.class_name)
        return chance_left(requirement, self._epochs, classes.size, self.chance)


def share_peaks(share_column: FloatArray) -> IntArray:
    """Where a column of a table begins to fall after it rose: once at most for a class share, but for limits."""
    share_steps = np.diff(share_column)
    share_turns = np.flatnonzero(np.abs(share_steps) > 1e-13)
    return np.asarray(share_turns[1:][(share_steps[share_turns[:-1]] > 0) & (share_steps[share_turns[1:]] < 0)])


def skew_where_highest(function: Callable[[FloatArray], FloatArray], low: float, high: float) -> float:
    """The skew from low to high where the function is highest, to 1e-10: on grids, each around the last one's best."""
    while True:
        skews = np.linspace(low, high, 33)
        best = int(function(skews).argmax())
        if high - low < _FINEST_SKEW:
            return float(skews[best])
        low, high = float(skews[max(best - 1, 0)]), float(skews[min(best + 1, 32)])


def skews_of_change(
    inside: Callable[[FloatArray], BoolArray],
    low: FloatArray,
    high: FloatArray,
    low_is_inside: BoolArray,
    num_classes: int,
) -> FloatArray:
    """Where between low and high `inside` changes, for all pairs at once, to 1e-10; on the side that is inside.

    Each step cuts every stretch into several, the more the fewer classes there are, and goes on with the first that
    changes: a step costs about the same up to `_SHARES_PER_CUT` shares.
    """
    cuts = int(np.clip(_SHARES_PER_CUT // num_classes // max(low.size, 1), 1, 31))
    parts, rows = np.arange(1, cuts + 1) / (cuts + 1), np.arange(low.size)
    while low.size and np.max(high - low) > _FINEST_SKEW:
        ends = np.column_stack([low, low[:, None] + (high - low)[:, None] * parts, high])
        changed = inside(ends[:, 1:-1].ravel()).reshape(-1, cuts) != low_is_inside[:, None]
        first = np.where(changed.any(axis=1), changed.argmax(axis=1), cuts)
        low, high = ends[rows, first], ends[rows, first + 1]
    return np.where(low_is_inside, low, high)
