"""The feasible band: the skews that the demands allow in each epoch, and whether a plan meets all demands.

The one contract here: a skew is in the band exactly where the shares drawn at it meet every demand of that epoch;
demands over the run couple the epochs and are judged apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from sampler_core.data.class_counts import ClassCounts, ClassName, CountsLike, FloatArray, as_class_counts
from sampler_core.forecast.expectations import BoolArray, Draws, most_repeats
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.metrics import columns, merit_of
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Demand, limits_repeats, over_run
from sampler_core.tuning.skew_curve import Curve, margin_of, value_of
from sampler_core.tuning.skew_intervals import ALL, Union, intersection, where_not_negative


class Edge(NamedTuple):
    """What one demand allows in its epochs, first to last (included); label: its sentence."""

    demand: Demand
    label: str
    first_epoch: int
    last_epoch: int
    allowed: Union


class Verdict(NamedTuple):
    """Whether a demand holds. value: the figure where it is worst. epochs: those that violate it; (): none, or a run's.

    class_name: the class that is worst, None where the figure is one of the whole mix. most: how often a single sample
    can come, for repeats under the exact law; None for all else.
    """

    demand: Demand
    holds: bool
    value: float
    epochs: tuple[int, ...]
    class_name: ClassName | None
    most: int | None = None

    def __str__(self) -> str:
        if self.holds:
            return f"{self.demand}: holds ({bound_in_words(self.demand, self.value)})"
        where = f" in {several(len(self.epochs), 'epoch', 'epochs')} from {self.epochs[0]} on" if self.epochs else ""
        return f"{self.demand}: violated{where} ({bound_in_words(self.demand, self.value)})"


class Band(NamedTuple):
    """The feasible band. allowed: the skews each epoch may have, all its demands together, one union an epoch.

    skews: the plan's own, shape (epochs,), None for a target that is no power skew; violated: where they are outside
    the band, bool (epochs,), for such a target where a demand of the epoch is not met. run: demands that couple epochs.
    """

    allowed: tuple[Union, ...]
    edges: tuple[Edge, ...]
    skews: FloatArray | None
    violated: BoolArray
    run: tuple[Verdict, ...]


def feasible_band(plan: SamplingPlan, counts: CountsLike, demands: Sequence[Demand]) -> Band:
    """The band of a plan's law, limits and sizes. Errors: those of `verdicts`."""
    counts = as_class_counts(counts)
    judged = verdicts(plan, counts, demands)
    edges = edges_of(Curve(plan, counts), demands, plan.epochs or 1)
    violated = np.zeros(plan.epochs or 1, dtype=bool)
    for verdict in judged:
        violated[list(verdict.epochs)] = True
    allowed = tuple(allowed_at(edges, epoch) for epoch in range(plan.epochs or 1))
    run = tuple(verdict for verdict in judged if over_run(verdict.demand))
    return Band(allowed, edges, plan.skews(), violated, run)


def verdicts(plan: SamplingPlan, counts: CountsLike, demands: Sequence[Demand]) -> tuple[Verdict, ...]:
    """Each demand against a plan, whatever its target, on the shares that are drawn.

    `ValueError` for an adaptive target (its shares are not known before training), without epochs or a batch size, for
    a demand about a class or an epoch that is not there, and where the plan's limits cannot be met.
    """
    counts = as_class_counts(counts)
    if plan.adaptive is not None:
        raise ValueError("target must not be adaptive: its class shares are not known before training")
    plan.check(counts)
    shares = plan.class_shares(counts)
    draws = draws_of(plan, counts)
    return tuple(_verdict(demand, shares, counts, draws) for demand in demands)


def edges_of(curve: Curve, demands: Sequence[Demand], epochs: int) -> tuple[Edge, ...]:
    """The edge of each demand that holds epoch by epoch."""
    return tuple(edge_of(curve, demand, epochs) for demand in demands if not over_run(demand))


def edge_of(curve: Curve, demand: Demand, epochs: int) -> Edge:
    """The edge of a demand that holds epoch by epoch."""
    reach = demand.epochs(epochs)
    allowed = where_not_negative(
        lambda skews: curve.margin(demand, curve.at(skews)), curve.nodes, curve.margin(demand, curve.shares)
    )
    return Edge(demand, str(demand), reach[0], reach[-1], allowed)


def allowed_at(edges: Sequence[Edge], epoch: int) -> Union:
    """The skews that all edges leave to one epoch."""
    return intersection(ALL, *(edge.allowed for edge in edges if edge.first_epoch <= epoch <= edge.last_epoch))


def segments(edges: Sequence[Edge], epochs: int) -> list[tuple[range, Union]]:
    """The run in stretches of epochs that have the same demands, with what these leave."""
    active = [
        tuple(i for i, edge in enumerate(edges) if edge.first_epoch <= epoch <= edge.last_epoch)
        for epoch in range(epochs)
    ]
    stretches = []
    for key, run in groupby(range(epochs), key=active.__getitem__):
        reach = list(run)
        stretches.append((range(reach[0], reach[-1] + 1), intersection(ALL, *(edges[i].allowed for i in key))))
    return stretches


def _verdict(demand: Demand, shares: FloatArray, counts: ClassCounts, draws: Draws) -> Verdict:
    reach = demand.epochs(len(shares))
    rows = shares[reach.start : reach.stop]
    values = value_of(demand, rows, counts, draws)
    margins = margin_of(demand, values)
    at = int(margins.argmin())
    broken = () if over_run(demand) else tuple((reach.start + np.flatnonzero(margins < 0)).tolist())
    whose = _worst_class(demand, rows, at, counts, draws)
    most = _most(demand, rows, counts, draws) if draws.law == "exact" and limits_repeats(demand) else None
    return Verdict(demand, bool(margins[at] >= 0), float(values[at]), broken, whose, most)


def _most(demand: Demand, rows: FloatArray, counts: ClassCounts, draws: Draws) -> int:
    chosen = columns(counts, demand.group, demand.class_name)
    part = rows[:, chosen] if over_run(demand) else rows[:, chosen].max(axis=0)
    return int(most_repeats(counts.counts[chosen], part, draws.samples).max())


def _worst_class(demand: Demand, rows: FloatArray, at: int, counts: ClassCounts, draws: Draws) -> ClassName | None:
    merit = merit_of(demand.figure)
    if merit.scope == "mix":
        return None
    chosen = columns(counts, demand.group, demand.class_name)
    part = rows[:, chosen] if over_run(demand) else rows[[at]][:, chosen]
    values = np.atleast_2d(merit.rows(part, counts.counts[chosen], draws))[0]
    name: ClassName = counts.names[chosen[int(values.argmax() if demand.sense == "at most" else values.argmin())]]
    return name
