"""What every skew does to one data set under one plan's scheme, limits and sizes.

The one contract here: shares at a skew are the shares the plan itself would draw at that skew, limits applied.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.forecast.expectations import Draws
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.share_limits import normalised, water_filled
from sampler_core.tuning.requirements import Requirement
from sampler_core.tuning.skew_intervals import bisected_edges, where_highest

LOWEST, HIGHEST = -50.0, 50.0  # the skews that a schedule allows
_AT_ONCE = 1 << 16  # shares in one piece: more of them leave the processor's cache
_OUTWARDS = np.geomspace(0.02, 48.0, 90)
_NODES = np.concatenate([[LOWEST], -1 - _OUTWARDS[::-1], np.linspace(-1, 2, 151), 2 + _OUTWARDS])  # dense where used


class Curve:
    """skew -> class shares, exact at any skew, with a table (`nodes`, `shares`) of exact rows to search on."""

    def __init__(self, plan: SamplingPlan, counts: ClassCounts, table: bool = True) -> None:
        self.counts = counts
        self.draws = draws_of(plan, counts)
        self._limits = plan.share_limits(counts.present, self.draws.samples)
        self.nodes = _NODES if table else _NODES[:0]
        self.shares = self.at(self.nodes)
        self._turned: set[int] = set()

    def at(self, skews: FloatArray) -> FloatArray:
        """Shares at these skews; float64, shape (len(skews), num_classes), classes in the caller's order.

        `targets.PowerSkew` and what `SamplingPlan.epoch_at` makes of it, many rows at once.
        """
        present, canonical = self.counts.present, self.counts.canonical
        shares = np.zeros((skews.size, self.counts.num_classes))
        log_counts, piece = np.log(present.counts), max(1, _AT_ONCE // present.num_classes)
        floor, cap = self._limits
        for begin in range(0, skews.size, piece):
            rows = (1.0 - skews[begin : begin + piece, None]) * log_counts
            shares[begin : begin + piece, canonical] = (
                normalised(rows) if floor is None or cap is None else water_filled(rows, floor, cap)
            )
        return shares

    @property
    def limited(self) -> bool:
        """Whether the plan has caps or floors."""
        return self._limits[0] is not None

    def add(self, skews: FloatArray) -> None:
        """Exact rows for these skews into the table."""
        new = np.setdiff1d(np.round(skews, 12), self.nodes)
        if new.size:
            places = np.searchsorted(self.nodes, new)
            self.shares = np.insert(self.shares, places, self.at(new), axis=0)
            self.nodes = np.insert(self.nodes, places, new)

    def add_turns(self, position: int) -> None:
        """Exact rows where the share of a class turns, or meets a limit; once for each class."""
        if position in self._turned:
            return
        self._turned.add(position)
        nodes, column, free = self.nodes, self.shares[:, position], self._free(position, self.shares)
        turns = [
            where_highest(lambda skews: sign * self.at(skews)[:, position], nodes[i - 1], nodes[i + 1])  # noqa: B023
            for sign in (1.0, -1.0)
            for i in peaks(sign * column)
        ]
        ends = np.flatnonzero(np.diff(free))
        met = bisected_edges(
            lambda skews: self._free(position, self.at(skews)), nodes[ends], nodes[ends + 1], free[ends]
        )
        self.add(np.append(met, turns))

    def _free(self, position: int, shares: FloatArray) -> BoolArray:
        """Whether a class is within the plan's limits, not at them; (rows,)."""
        if self._limits[0] is None or self._limits[1] is None:
            return np.ones(len(shares), dtype=bool)
        at = int(np.flatnonzero(self.counts.canonical == position)[0])
        low, high = self._limits[0][at], self._limits[1][at]
        return np.asarray((shares[:, position] > low * (1 + 1e-12)) & (shares[:, position] < high * (1 - 1e-12)))

    def column(self, requirement: Requirement) -> IntArray:
        """The positions of the classes that a requirement is about."""
        return columns(self.counts, requirement.group, requirement.class_name)

    def margin(self, requirement: Requirement, shares: FloatArray) -> FloatArray:
        """By how much rows of shares meet a requirement of single epochs: from 0 on it holds; shape (rows,)."""
        return margin_of(requirement, value_of(requirement, shares, self.counts, self.draws))


def peaks(column: FloatArray) -> IntArray:
    """Where a column of a table begins to fall after it rose: once at most for a class share, but for limits."""
    steps = np.diff(column)
    turns = np.flatnonzero(np.abs(steps) > 1e-13)
    return np.asarray(turns[1:][(steps[turns[:-1]] > 0) & (steps[turns[1:]] < 0)])


def value_of(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> FloatArray:
    """The figure that a requirement limits: of each row (rows,), or of the run, shape (1,); its worst class where several.

    shares: (rows, num_classes); for a requirement over the run, the rows are the epochs it is about.
    """
    metric = metric_of(requirement.metric)
    values = metric.values(shares, counts, columns(counts, requirement.group, requirement.class_name), draws)
    most = requirement.sense == "at most" and metric.better == ""
    return np.asarray(values.max(axis=-1)) if most else metric.worst(values)


def margin_of(requirement: Requirement, values: FloatArray) -> FloatArray:
    """Signed distance of values from the bound, relative to it; at least 0 (to 1e-9) where the requirement holds."""
    scale = max(requirement.bound, 1e-12)
    signed = values - requirement.bound if requirement.sense == "at least" else requirement.bound - values
    return np.asarray(signed / scale) + 1e-9
