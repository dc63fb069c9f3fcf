"""The feasible band: the skews that the requirements allow in each epoch, and whether a plan meets all requirements.

The one contract here: a skew is in the band exactly where the shares drawn at it meet every requirement of that epoch;
requirements over the run couple the epochs and are judged apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.expectations import Draws, most_repeats
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, limits_repeats, over_run
from sampler_core.tuning.skew_curve import Curve, margin_of, value_of
from sampler_core.tuning.skew_intervals import ALL, Union, intersection, where_not_negative


class Edge(NamedTuple):
    """What one requirement allows in its epochs, first to last (included); label: its sentence."""

    requirement: Requirement
    label: str
    first_epoch: int
    last_epoch: int
    allowed: Union


class Verdict(NamedTuple):
    """Whether a requirement holds. value: the figure where it is worst. epochs: those that violate it; (): none, or a run's.

    class_name: the class that is worst, None where the figure is one of the whole mix. most: how often a single sample
    can come, for repeats under the exact scheme; None for all else.
    """

    requirement: Requirement
    holds: bool
    value: float
    epochs: tuple[int, ...]
    class_name: ClassName | None
    most: int | None = None

    def __str__(self) -> str:
        if self.holds:
            return f"{self.requirement}: holds ({bound_in_words(self.requirement, self.value)})"
        where = f" in {several(len(self.epochs), 'epoch', 'epochs')} from {self.epochs[0]} on" if self.epochs else ""
        return f"{self.requirement}: violated{where} ({bound_in_words(self.requirement, self.value)})"


class Band(NamedTuple):
    """The feasible band. allowed: the skews each epoch may have, all its requirements together, one union an epoch.

    skews: the plan's own, shape (epochs,), None for a target that is no power skew; violated: where they are outside
    the band, bool (epochs,), for such a target where a requirement of the epoch is not met. run: requirements that couple epochs.
    """

    allowed: tuple[Union, ...]
    edges: tuple[Edge, ...]
    skews: FloatArray | None
    violated: BoolArray
    run: tuple[Verdict, ...]


def feasible_band(plan: SamplingPlan, counts: CountsLike, requirements: Sequence[Requirement]) -> Band:
    """The band of a plan's scheme, limits and sizes. Errors: those of `verdicts`."""
    counts = as_class_counts(counts)
    judged = verdicts(plan, counts, requirements)
    edges = edges_of(Curve(plan, counts), requirements, plan.epochs or 1)
    violated = np.zeros(plan.epochs or 1, dtype=bool)
    for verdict in judged:
        violated[list(verdict.epochs)] = True
    allowed = tuple(allowed_at(edges, epoch) for epoch in range(plan.epochs or 1))
    run = tuple(verdict for verdict in judged if over_run(verdict.requirement))
    return Band(allowed, edges, plan.skews(), violated, run)


def verdicts(plan: SamplingPlan, counts: CountsLike, requirements: Sequence[Requirement]) -> tuple[Verdict, ...]:
    """Each requirement against a plan, whatever its target, on the shares that are drawn.

    `ValueError` for an adaptive target (its shares are not known before training), without epochs or a batch size, for
    a requirement about a class or an epoch that is not there, and where the plan's limits cannot be met.
    """
    counts = as_class_counts(counts)
    if plan.adaptive is not None:
        raise ValueError("target must not be adaptive: its class shares are not known before training")
    plan.check(counts)
    shares = plan.class_shares(counts)
    draws = draws_of(plan, counts)
    return tuple(_verdict(requirement, shares, counts, draws) for requirement in requirements)


def edges_of(curve: Curve, requirements: Sequence[Requirement], epochs: int) -> tuple[Edge, ...]:
    """The edge of each requirement that holds epoch by epoch."""
    return tuple(edge_of(curve, requirement, epochs) for requirement in requirements if not over_run(requirement))


def edge_of(curve: Curve, requirement: Requirement, epochs: int) -> Edge:
    """The edge of a requirement that holds epoch by epoch."""
    reach = requirement.epochs(epochs)
    allowed = where_not_negative(
        lambda skews: curve.margin(requirement, curve.at(skews)), curve.nodes, curve.margin(requirement, curve.shares)
    )
    return Edge(requirement, str(requirement), reach[0], reach[-1], allowed)


def allowed_at(edges: Sequence[Edge], epoch: int) -> Union:
    """The skews that all edges leave to one epoch."""
    return intersection(ALL, *(edge.allowed for edge in edges if edge.first_epoch <= epoch <= edge.last_epoch))


def segments(edges: Sequence[Edge], epochs: int) -> list[tuple[range, Union]]:
    """The run in stretches of epochs that have the same requirements, with what these leave."""
    active = [
        tuple(i for i, edge in enumerate(edges) if edge.first_epoch <= epoch <= edge.last_epoch)
        for epoch in range(epochs)
    ]
    stretches = []
    for key, run in groupby(range(epochs), key=active.__getitem__):
        reach = list(run)
        stretches.append((range(reach[0], reach[-1] + 1), intersection(ALL, *(edges[i].allowed for i in key))))
    return stretches


def _verdict(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> Verdict:
    reach = requirement.epochs(len(shares))
    rows = shares[reach.start : reach.stop]
    values = value_of(requirement, rows, counts, draws)
    margins = margin_of(requirement, values)
    at = int(margins.argmin())
    broken = () if over_run(requirement) else tuple((reach.start + np.flatnonzero(margins < 0)).tolist())
    whose = _worst_class(requirement, rows, at, counts, draws)
    most = _most(requirement, rows, counts, draws) if draws.scheme == "exact" and limits_repeats(requirement) else None
    return Verdict(requirement, bool(margins[at] >= 0), float(values[at]), broken, whose, most)


def _most(requirement: Requirement, rows: FloatArray, counts: ClassCounts, draws: Draws) -> int:
    chosen = columns(counts, requirement.group, requirement.class_name)
    part = rows[:, chosen] if over_run(requirement) else rows[:, chosen].max(axis=0)
    return int(most_repeats(counts.counts[chosen], part, draws.samples).max())


def _worst_class(
    requirement: Requirement, rows: FloatArray, at: int, counts: ClassCounts, draws: Draws
) -> ClassName | None:
    metric = metric_of(requirement.metric)
    if metric.scope == "mix":
        return None
    chosen = columns(counts, requirement.group, requirement.class_name)
    part = rows if over_run(requirement) else rows[[at]]
    values = metric.values(part, counts, chosen, draws)[0]
    name: ClassName = counts.names[chosen[int(values.argmax() if requirement.sense == "at most" else values.argmin())]]
    return name
