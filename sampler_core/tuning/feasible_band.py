"""The feasible band: the skews that the requirements allow in each epoch, and whether a plan meets all requirements.

The one contract here: a skew is in the band exactly where the shares drawn at it meet every requirement of that epoch;
requirements over the run couple the epochs; each has a verdict of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
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
from sampler_core.tuning.requirement_values import requirement_margin, requirement_values
from sampler_core.tuning.requirements import Requirement, limits_repeats, over_run
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.skew_intervals import (
    ALL_SKEWS,
    SkewIntervals,
    intersect,
    intervals_where_not_negative,
)


class Edge(NamedTuple):
    """The skews that one requirement allows in its epochs, first to last (included); label: its sentence."""

    requirement: Requirement
    label: str
    first_epoch: int
    last_epoch: int
    allowed: SkewIntervals


class Verdict(NamedTuple):
    """Whether a requirement holds. value: the worst metric value. epochs: those that violate it, () for a run's.

    class_name: the class with the worst value, None for a metric of the whole mix. most: how often a single sample
    can be drawn, for repeats under the exact scheme; None for all else.
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

    skews: the plan's own, shape (epochs,), None for a target that is no power skew. violated: where a requirement of
    the epoch is not met, bool (epochs,). run: the verdicts on requirements over the run.
    """

    allowed: tuple[SkewIntervals, ...]
    edges: tuple[Edge, ...]
    skews: FloatArray | None
    violated: BoolArray
    run: tuple[Verdict, ...]


def feasible_band(plan: SamplingPlan, counts: CountsLike, requirements: Sequence[Requirement]) -> Band:
    """The skews that the requirements allow, under the plan's scheme, limits and sizes. Errors: those of `verdicts`."""
    counts = as_class_counts(counts)
    judged = verdicts(plan, counts, requirements)
    by_skew, epochs = SharesBySkew(plan, counts), plan.epochs or 1
    edges = tuple(edge_of(by_skew, one, epochs) for one in requirements if not over_run(one))
    violated = np.zeros(epochs, dtype=bool)
    for verdict in judged:
        violated[list(verdict.epochs)] = True
    allowed = tuple(allowed for segment, allowed in epoch_segments(edges, epochs) for _ in segment)
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


def edge_of(by_skew: SharesBySkew, requirement: Requirement, epochs: int) -> Edge:
    """The edge of a requirement on single epochs."""
    window = requirement.epochs(epochs)
    allowed = intervals_where_not_negative(
        lambda skews: by_skew.margin(requirement, by_skew.shares_at(skews)),
        by_skew.table_skews,
        by_skew.margin(requirement, by_skew.table_shares),
    )
    return Edge(requirement, str(requirement), window[0], window[-1], allowed)


def epoch_segments(edges: Sequence[Edge], epochs: int) -> list[tuple[range, SkewIntervals]]:
    """The run in segments of epochs that have the same requirements, with the skews that these allow.

    NOTE One requirement from epoch 3 on and one up to epoch 5, of 10 epochs: segments 0-2, 3-5 and 6-9.
    """
    starts = sorted({0, epochs, *(edge.first_epoch for edge in edges), *(edge.last_epoch + 1 for edge in edges)})
    return [
        (
            range(start, end),
            intersect(ALL_SKEWS, *(edge.allowed for edge in edges if edge.first_epoch <= start <= edge.last_epoch)),
        )
        for start, end in pairwise(starts)
    ]


def _verdict(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> Verdict:
    window, chosen = requirement.epochs(len(shares)), columns(counts, requirement.group, requirement.class_name)
    rows = shares[window.start : window.stop]
    values = requirement_values(requirement, rows, counts, draws)
    margins = requirement_margin(requirement, values)
    at, worst = np.unravel_index(int(margins.argmin()), margins.shape)
    violated = np.flatnonzero(margins.min(axis=1) < 0)
    broken = () if over_run(requirement) else tuple((window.start + violated).tolist())
    whose = None if metric_of(requirement.metric).scope == "mix" else counts.names[chosen[worst]]
    most = None
    if draws.scheme == "exact" and limits_repeats(requirement):
        part = rows[:, chosen] if over_run(requirement) else rows[:, chosen].max(axis=0)
        most = int(most_repeats(counts.counts[chosen], part, draws.samples).max())
    return Verdict(requirement, violated.size == 0, float(values[at, worst]), broken, whose, most)
