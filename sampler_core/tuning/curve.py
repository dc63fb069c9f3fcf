"""What every skew does to one data set under one plan's law, limits and sizes.

The one contract here: shares at a skew are the shares the plan itself would draw at that skew, limits applied.
"""

from __future__ import annotations

import numpy as np

from sampler_core.counts import ClassCounts, FloatArray, IntArray
from sampler_core.expectations import Draws
from sampler_core.plan import SamplingPlan
from sampler_core.tuning.demands import Demand
from sampler_core.tuning.filling import normalised_rows, water_filled_rows
from sampler_core.tuning.merits import columns, merit_of, worst

LOWEST, HIGHEST = -50.0, 50.0  # the skews that a schedule allows
_AT_ONCE = 1 << 19  # shares in one piece
_OUTWARDS = np.geomspace(0.02, 48.0, 90)
_NODES = np.concatenate([[LOWEST], -1 - _OUTWARDS[::-1], np.linspace(-1, 2, 151), 2 + _OUTWARDS])  # dense where used


class Curve:
    """skew -> class shares, exact at any skew, with a table (`nodes`, `shares`) of exact rows to search on."""

    def __init__(self, plan: SamplingPlan, counts: ClassCounts, table: bool = True) -> None:
        self.counts = counts
        self.draws = Draws(plan.samples(counts), plan.needed_batch_size, plan.drawing)
        self._limits = plan._limits(counts.present, self.draws.samples)  # the plan's own: they must not be two formulas
        self.nodes = _NODES if table else _NODES[:0]
        self.shares = self.at(self.nodes)

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
            free = floor is None or cap is None
            shares[begin : begin + piece, canonical] = (
                normalised_rows(rows) if free else water_filled_rows(rows, floor, cap)  # type: ignore[arg-type]
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

    def column(self, demand: Demand) -> IntArray:
        """The positions of the classes that a demand is about."""
        return columns(self.counts, demand.group, demand.class_name)

    def margin(self, demand: Demand, shares: FloatArray) -> FloatArray:
        """By how much rows of shares meet a demand of single epochs: from 0 on it holds; shape (rows,)."""
        return margin_of(demand, value_of(demand, shares, self.counts, self.draws))


def value_of(demand: Demand, shares: FloatArray, counts: ClassCounts, draws: Draws) -> FloatArray:
    """The figure that a demand limits: of each row (rows,), or of the run, shape (1,); its worst class where several.

    shares: (rows, num_classes); for a demand over the run, the rows are the epochs it is about.
    """
    merit = merit_of(demand.figure)
    if merit.scope == "mix":
        return merit.rows(shares, counts.counts, draws)
    chosen = columns(counts, demand.group, demand.class_name)
    values = np.atleast_2d(merit.rows(shares[:, chosen], counts.counts[chosen], draws))
    if demand.sense == "at most" and merit.better == "":
        return np.asarray(values.max(axis=-1))
    return worst(merit, values)


def margin_of(demand: Demand, values: FloatArray) -> FloatArray:
    """Signed distance of values from the bound, relative to it; at least 0 (to 1e-9) where the demand holds."""
    scale = max(demand.bound, 1e-12)
    signed = values - demand.bound if demand.sense == "at least" else demand.bound - values
    return np.asarray(signed / scale) + 1e-9
