"""Unions of intervals of skews: where a function is not negative, intersections, signed distances.

The one contract here: a union is a tuple of (low, high), rising, both ends included; what reaches the end of all skews
goes to infinity there, as that is no edge.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray

Union: TypeAlias = tuple[tuple[float, float], ...]
ALL: Union = ((-np.inf, np.inf),)
FREE = 100.0  # a distance that stands for "no edge"
_FINEST = 1e-10


class Distance(NamedTuple):
    """Signed distance to the edge of a union as a piecewise linear function: > 0 inside, for `numpy.interp`.

    rises_once: it rises, then falls, as of a single piece.
    """

    skews: FloatArray
    values: FloatArray
    rises_once: bool

    def least(self, skews: FloatArray) -> FloatArray:
        """The least distance in each row of skews."""
        if self.rises_once:  # at the lowest or the highest of them
            skews = np.stack([skews.min(axis=1), skews.max(axis=1)], axis=1)
        least: FloatArray = np.interp(skews, self.skews, self.values).min(axis=1)
        return least


def where_not_negative(function: Callable[[FloatArray], FloatArray], nodes: FloatArray, values: FloatArray) -> Union:
    """The union of skews with function >= 0, edges to 1e-10, on the inside.

    values: function(nodes). Pieces and gaps between two nodes are found where the function turns towards them.
    """
    nodes, values = _with_turns(function, nodes, values)
    inside = values >= 0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    edges = bisected_edges(lambda skews: function(skews) >= 0, nodes[turns], nodes[turns + 1], inside[turns])
    ends = [-np.inf] * bool(inside[0]) + edges.tolist() + [np.inf] * bool(inside[-1])
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def intersection(*unions: Union) -> Union:
    """The skews in all of them."""
    common = ALL
    for union in unions:
        pairs = ((max(a, c), min(b, d)) for a, b in common for c, d in union)
        common = tuple((low, high) for low, high in pairs if low <= high)
    return common


def distance(union: Union) -> Distance:
    """How far each skew is inside (> 0) or outside (< 0) a union; -FREE everywhere where it is empty."""
    edges = [edge for piece in union for edge in piece if np.isfinite(edge)]
    between = [(a + b) / 2 for a, b in pairwise(edges)]
    ends = [edges[0] - FREE, edges[-1] + FREE] if edges else [0.0]
    skews = np.unique(np.array([*ends, *edges, *between]))
    if not union:
        return Distance(skews, np.full(skews.size, -FREE), rises_once=True)
    inside = [np.minimum(skews - low, high - skews) for low, high in union]
    return Distance(skews, np.minimum(FREE, np.max(inside, axis=0)), rises_once=len(union) == 1)


def piece_at(union: Union, skews: FloatArray) -> FloatArray:
    """The piece that holds each skew, or the nearest one; shape (len(skews), 2)."""
    pieces = np.array(union)
    outside = np.maximum(pieces[:, 0] - skews[:, None], skews[:, None] - pieces[:, 1])
    nearest: FloatArray = pieces[outside.argmin(axis=1)]
    return nearest


def where_highest(function: Callable[[FloatArray], FloatArray], low: float, high: float) -> float:
    """The skew from low to high at which the function is highest, to 1e-10: by grids, each around the last one's best."""
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


def _with_turns(
    function: Callable[[FloatArray], FloatArray], nodes: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The nodes with those between that reveal a piece (or gap) narrower than their spacing."""
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
