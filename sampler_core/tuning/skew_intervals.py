"""Unions of skew intervals: where a function is not negative, intersections, signed distances to the edges.

The one contract here: a union is a tuple of (low, high), rising, both ends included; infinite where it has no edge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray

SkewIntervals: TypeAlias = tuple[tuple[float, float], ...]
ALL_SKEWS: SkewIntervals = ((-np.inf, np.inf),)
UNLIMITED = 100.0  # the distance to an edge where there is none
_FINEST = 1e-10


def intervals_where_not_negative(
    function: Callable[[FloatArray], FloatArray], nodes: FloatArray, values: FloatArray
) -> SkewIntervals:
    """The union of skews with function >= 0, edges to 1e-10, on the inside.

    values: function(nodes). An interval (or gap) between two nodes is found where the function has an extreme near 0.

    NOTE Values -3, -1, -2 at the nodes 0, 1, 2: the function may rise above 0 near 1. Its highest point between 0 and 2
    is looked up; with +0.5 at 0.8 the interval around 0.8 is found, though no node lies in it.
    """
    nodes, values = _with_extremes(function, nodes, values)
    inside = values >= 0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    edges = bisected_edges(lambda skews: function(skews) >= 0, nodes[turns], nodes[turns + 1], inside[turns])
    ends = [-np.inf] * bool(inside[0]) + edges.tolist() + [np.inf] * bool(inside[-1])
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def intersect(*unions: SkewIntervals) -> SkewIntervals:
    """The skews in all of them."""
    common = ALL_SKEWS
    for union in unions:
        pairs = ((max(a, c), min(b, d)) for a, b in common for c, d in union)
        common = tuple((low, high) for low, high in pairs if low <= high)
    return common


def least_edge_distance(union: SkewIntervals, skews: FloatArray) -> FloatArray:
    """How far all skews of a row are inside a union at least; < 0: how far one is outside. skews: (rows, epochs)."""
    inside = np.full(skews.shape, -UNLIMITED)
    for low, high in union:
        np.maximum(inside, np.minimum(skews - low, high - skews), out=inside)
    return np.asarray(np.minimum(inside.min(axis=1), UNLIMITED))


def nearest_interval(union: SkewIntervals, skews: FloatArray) -> FloatArray:
    """The interval that holds each skew, or the nearest one; shape (len(skews), 2)."""
    pieces = np.array(union)
    outside = np.maximum(pieces[:, 0] - skews[:, None], skews[:, None] - pieces[:, 1])
    nearest: FloatArray = pieces[outside.argmin(axis=1)]
    return nearest


def where_highest(function: Callable[[FloatArray], FloatArray], low: float, high: float) -> float:
    """The skew from low to high where the function is highest, to 1e-10: on grids, each around the last one's best."""
    while True:
        skews = np.linspace(low, high, 33)
        best = int(function(skews).argmax())
        if high - low < _FINEST:
            return float(skews[best])
        low, high = float(skews[max(best - 1, 0)]), float(skews[min(best + 1, 32)])


def bisected_edges(
    inside: Callable[[FloatArray], BoolArray], low: FloatArray, high: FloatArray, low_is_inside: BoolArray
) -> FloatArray:
    """Where between low and high `inside` changes, for all pairs at once, to 1e-10; on the side that is inside."""
    while low.size and np.max(high - low) > _FINEST:
        middle = (low + high) / 2
        like_low = inside(middle) == low_is_inside
        low, high = np.where(like_low, middle, low), np.where(like_low, high, middle)
    return np.where(low_is_inside, low, high)


def _with_extremes(
    function: Callable[[FloatArray], FloatArray], nodes: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The nodes, with further ones where an interval (or gap) is narrower than their spacing."""
    values = np.clip(values, -1e9, 1e9)
    step = np.maximum(np.abs(np.diff(values))[:-1], np.abs(np.diff(values))[1:])
    middle, before, after = values[1:-1], values[:-2], values[2:]
    up = (middle >= before) & (middle >= after) & (middle < 0)
    down = (middle <= before) & (middle <= after) & (middle >= 0)
    found = 1 + np.flatnonzero((up | down) & (np.abs(middle) <= 2 * step) & (step > 1e-12))
    more = [
        where_highest(function if values[i] < 0 else lambda skews: -function(skews), nodes[i - 1], nodes[i + 1])
        for i in found
    ]
    if not more:
        return nodes, values
    all_nodes = np.concatenate([nodes, more])
    order = np.argsort(all_nodes)
    return all_nodes[order], np.concatenate([values, function(np.array(more))])[order]
