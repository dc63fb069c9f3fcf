"""The feasible band: the skews that the requirements allow in each epoch, and whether a plan meets all requirements.

The one contract here: a skew is in the band exactly where the shares drawn at it meet every requirement of that epoch;
requirements over the run couple the epochs; each has a verdict of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.data.class_counts import CountsLike, as_class_counts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.requirements import Requirement, over_run
from sampler_core.tuning.shares_by_skew import SharesBySkew, skew_where_highest, skews_of_change
from sampler_core.tuning.verdicts import Verdict, verdicts

SkewIntervals: TypeAlias = tuple[tuple[float, float], ...]
EpochSegments: TypeAlias = Sequence[tuple[range, SkewIntervals]]  # with the skews that they allow
ALL_SKEWS: SkewIntervals = ((-np.inf, np.inf),)
UNLIMITED_SLACK = 100.0  # the distance to an edge where there is none


class Edge(NamedTuple):
    """The skews that one requirement allows in its epochs, first to last (included); label: its sentence."""

    requirement: Requirement
    label: str
    first_epoch: int
    last_epoch: int
    allowed: SkewIntervals


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
    band_verdicts = verdicts(plan, counts, requirements)
    by_skew, epochs = SharesBySkew(plan, counts), plan.epochs or 1
    edges = tuple(edge_of(by_skew, one, epochs) for one in requirements if not over_run(one))
    violated = np.zeros(epochs, dtype=bool)
    for verdict in band_verdicts:
        violated[list(verdict.epochs)] = True
    allowed = tuple(allowed for segment, allowed in epoch_segments(edges, epochs) for _ in segment)
    run_verdicts = tuple(verdict for verdict in band_verdicts if over_run(verdict.requirement))
    return Band(allowed, edges, plan.skews(), violated, run_verdicts)


def edge_of(by_skew: SharesBySkew, requirement: Requirement, epochs: int) -> Edge:
    """The edge of a requirement on single epochs."""
    edge_epochs = requirement.epochs(epochs)
    allowed = intervals_where_not_negative(
        lambda skews: by_skew.margin(requirement, by_skew.shares_at(skews)),
        by_skew.table_skews,
        by_skew.margin(requirement, by_skew.table_shares),
        by_skew.counts.num_classes,
    )
    return Edge(requirement, str(requirement), edge_epochs[0], edge_epochs[-1], allowed)


def epoch_segments(edges: Sequence[Edge], epochs: int) -> EpochSegments:
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


# --- skew intervals ---------------------------------------------------------------------------------------------------


def intervals_where_not_negative(
    margin_at: Callable[[FloatArray], FloatArray], nodes: FloatArray, margins: FloatArray, num_classes: int
) -> SkewIntervals:
    """The union of skews with a margin >= 0, edges to 1e-10, on the inside. num_classes: what a margin costs.

    margins: margin_at(nodes). An interval (or gap) between two nodes is found where the margin has an extreme near 0.

    NOTE Margins -3, -1, -2 at the nodes 0, 1, 2: the margin may rise above 0 near 1. Its highest point between 0 and 2
    is looked up; with +0.5 at 0.8 the interval around 0.8 is found, though no node lies in it.
    """
    nodes, margins = _nodes_with_extremes(margin_at, nodes, margins)
    inside = margins >= 0
    before = np.flatnonzero(inside[1:] != inside[:-1])
    edges = skews_of_change(
        lambda skews: margin_at(skews) >= 0, nodes[before], nodes[before + 1], inside[before], num_classes
    )
    interval_ends = [-np.inf] * bool(inside[0]) + edges.tolist() + [np.inf] * bool(inside[-1])
    return tuple(zip(interval_ends[::2], interval_ends[1::2], strict=True))


def intersect(*interval_unions: SkewIntervals) -> SkewIntervals:
    """The skews in all of them."""
    common_intervals = ALL_SKEWS
    for intervals in interval_unions:
        interval_pairs = ((max(a, c), min(b, d)) for a, b in common_intervals for c, d in intervals)
        common_intervals = tuple((low, high) for low, high in interval_pairs if low <= high)
    return common_intervals


def least_edge_distance(intervals: SkewIntervals, skews: FloatArray) -> FloatArray:
    """How far all skews of a row are inside a union at least; < 0: how far one is outside. skews: (rows, epochs)."""
    distance_inside = np.full(skews.shape, -UNLIMITED_SLACK)
    for low, high in intervals:
        np.maximum(distance_inside, np.minimum(skews - low, high - skews), out=distance_inside)
    return np.asarray(np.minimum(distance_inside.min(axis=1), UNLIMITED_SLACK))


def nearest_interval(intervals: SkewIntervals, skews: FloatArray) -> FloatArray:
    """The interval that holds each skew, or the nearest one; shape (len(skews), 2)."""
    interval_ends = np.array(intervals)
    outside = np.maximum(interval_ends[:, 0] - skews[:, None], skews[:, None] - interval_ends[:, 1])
    nearest: FloatArray = interval_ends[outside.argmin(axis=1)]
    return nearest


def _nodes_with_extremes(
    margin_at: Callable[[FloatArray], FloatArray], nodes: FloatArray, margins: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The nodes, with further ones where an interval (or gap) is narrower than their spacing."""
    margins = np.clip(margins, -1e9, 1e9)
    steps = np.maximum(np.abs(np.diff(margins))[:-1], np.abs(np.diff(margins))[1:])
    node_margin, before, after = margins[1:-1], margins[:-2], margins[2:]
    margin_peak = (node_margin >= before) & (node_margin >= after) & (node_margin < 0)
    margin_dip = (node_margin <= before) & (node_margin <= after) & (node_margin >= 0)
    extremes = 1 + np.flatnonzero((margin_peak | margin_dip) & (np.abs(node_margin) <= 2 * steps) & (steps > 1e-12))
    extreme_nodes = [
        skew_where_highest(margin_at if margins[i] < 0 else lambda skews: -margin_at(skews), nodes[i - 1], nodes[i + 1])
        for i in extremes
    ]
    if not extreme_nodes:
        return nodes, margins
    all_nodes = np.concatenate([nodes, extreme_nodes])
    order = np.argsort(all_nodes)
    return all_nodes[order], np.concatenate([margins, margin_at(np.array(extreme_nodes))])[order]
