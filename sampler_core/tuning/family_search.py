"""Where in a family of schedules the slack is greatest.

The one contract here: slack is the largest t such that every schedule with no skew further than t away meets all
requirements; below 0, how far the nearest schedule that meets them is. It changes by at most d where all skews change by at
most d, so a cell of schedules of radius r around one of slack F holds none above F + r: cells are halved and dropped
by that bound until they are `COARSE` wide (branch and bound); `polish` finishes the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.forecast.metrics import metric_of
from sampler_core.tuning.run_requirements import RunTerm, run_slack
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.skew_curve import Curve, margin_of
from sampler_core.tuning.skew_intervals import FREE, Distance, Union, distance, intersection

COARSE = 1e-3
_ROUGHLY = 0.25
_MOST_CELLS = 12_000
Cells: TypeAlias = tuple[IntArray, FloatArray, FloatArray]  # candidate, and the two skews at the centre
_AT_ONCE = 1 << 18  # skews in one piece: more of them leave the processor's cache


class Problem(NamedTuple):
    """Requirements made ready for the search: what is allowed in stretches of epochs, and what couples them."""

    curve: Curve
    stretches: Sequence[tuple[range, Union]]
    distances: Sequence[Distance]
    run_terms: Sequence[RunTerm]
    low: float
    high: float
    enough: float = FREE  # more slack than this is not told apart


class Found(NamedTuple):
    """A schedule of a family and its slack. proved: none of the family has more than `COARSE` above it."""

    slack: float
    h: int
    a: float
    b: float
    proved: bool = True


def problem(
    curve: Curve,
    stretches: Sequence[tuple[range, Union]],
    run_terms: Sequence[RunTerm],
    bounds: tuple[float, float],
    enough: float = FREE,
) -> Problem:
    """The problem of these stretches and run terms, for skews within bounds."""
    return Problem(curve, stretches, [distance(allowed) for _, allowed in stretches], run_terms, *bounds, enough)


def slack_of(given: Problem, skews: FloatArray, low: FloatArray | float = -FREE, fine: float = 1e-11) -> FloatArray:
    """Slack of schedules, shape (schedules,), to within `fine` where run terms bind.

    skews: (schedules, epochs). low: what is below it need not be told apart.
    """
    slack = np.full(len(skews), given.enough)
    for (stretch, _), table in zip(given.stretches, given.distances, strict=True):
        np.minimum(slack, table.least(skews[:, stretch.start : stretch.stop]), out=slack)
    low = np.broadcast_to(np.asarray(low, dtype=np.float64), slack.shape)
    for term in given.run_terms:
        ask = np.flatnonzero(slack > low)
        if ask.size:
            slack[ask] = run_slack(given.curve, term, skews[ask], low[ask], slack[ask], fine)
    return slack


def exact_slack(given: Problem, skews: FloatArray, slack: float) -> float:
    """Slack of one schedule, (epochs,), on exact rows of shares where run terms ask for them; slack: roughly."""
    for _ in range(2 if given.run_terms else 1):
        if given.run_terms:
            reach = np.clip(slack, -1.0, 1.0)
            given.curve.add(np.concatenate([skews, skews - reach, skews + reach]))
        slack = float(slack_of(given, skews[None])[0])
    return slack


def search(given: Problem, family: Family, least: float = np.inf) -> list[Found]:
    """The schedules of the family with the most slack, to `COARSE`: the best of each candidate, best first.

    Ends early at one with slack `least`, and where none can have 0. Deterministic; `polished` makes one exact.
    """
    cells, radius = _first_cells(given, family)
    best, proved = Found(-np.inf, 0, 0.0, 0.0), True
    while True:
        reach = radius * (1 + _ROUGHLY)  # slack is known to that part of the radius
        slack = _slack_of_cells(given, family, cells, best.slack - reach, _ROUGHLY * radius)
        order = np.argsort(-slack, kind="stable")
        if slack[order[0]] > best.slack:
            best = _found(cells, order[0], slack, proved)
        done = best.slack >= least or radius <= COARSE or best.slack + reach < -COARSE
        order = order[slack[order] + reach > best.slack + (0.0 if done else COARSE / 4)]
        if done or order.size == 0:
            break
        proved = proved and order.size <= _MOST_CELLS
        cells = _halved(cells, order[:_MOST_CELLS], radius, family.one)
        radius /= 2
    firsts = np.sort(np.unique(cells[0][order], return_index=True)[1])
    others = [_found(cells, order[i], slack, proved) for i in firsts]
    return [best._replace(proved=proved), *(one for one in others if one.h != best.h)]


def _found(cells: Cells, i: int, slack: FloatArray, proved: bool) -> Found:
    h, a, b = cells
    return Found(float(slack[i]), int(h[i]), float(a[i]), float(b[i]), proved)


def hopeless(given: Problem, jumps: bool) -> bool:
    """Whether a run term fails even where every epoch has, of the skews it may have, the best one for that term.

    jumps: a figure that jumps with the shares, which this cannot tell.
    """
    terms = () if jumps else given.run_terms
    return any(margin_of(term.requirement, np.array(best_of_run(given, term))) < -1e-6 for term in terms)


def best_of_run(given: Problem, term: RunTerm) -> float:
    """The best figure of a run term where every epoch has the best of the skews it may have."""
    shares = np.zeros(given.stretches[-1][0].stop)
    for stretch, allowed in given.stretches:
        shares[stretch.start : stretch.stop] = _best_share(given, term, allowed)
    rows = shares[term.reach.start : term.reach.stop, None]
    n = given.curve.counts.counts[[term.position]]
    return float(metric_of(term.requirement.metric).search_formula(n, rows, given.curve.draws)[0])


def _best_share(given: Problem, term: RunTerm, allowed: Union) -> float:
    """The share of the class that suits the term best, within what is allowed: at an edge, or where it turns."""
    pieces = intersection(((given.low, given.high),), allowed)
    if not pieces:
        return 0.0 if term.requirement.sense == "at most" else 1.0  # told elsewhere
    nodes = given.curve.nodes
    skews = [np.array(piece) for piece in pieces] + [nodes[(nodes >= low) & (nodes <= high)] for low, high in pieces]
    shares = given.curve.at(np.concatenate(skews))[:, term.position]
    return float(shares.min() if term.requirement.sense == "at most" else shares.max())


# --- cells ----------------------------------------------------------------------------------------------------------


def _first_cells(given: Problem, family: Family) -> tuple[Cells, float]:
    many = len(family.ways_a)
    per_axis = 8 if many > 1 else 16
    radius = (given.high - given.low) / (2 * per_axis)
    centres = given.low + radius * (1 + 2 * np.arange(per_axis))
    b_centres = centres[:1] if family.one else centres
    h, a, b = (axis.ravel() for axis in np.meshgrid(np.arange(many), centres, b_centres, indexing="ij"))
    allowed = np.abs(b - a) <= family.most_change[h] + 2 * radius
    return (h[allowed], a[allowed], b[allowed]), radius


def _halved(cells: Cells, chosen: IntArray, radius: float, one: bool) -> Cells:
    h, a, b = (axis[chosen] for axis in cells)
    shifts = [(-0.5, 0.0), (0.5, 0.0)] if one else [(i, j) for i in (-0.5, 0.5) for j in (-0.5, 0.5)]
    return (
        np.tile(h, len(shifts)),
        np.concatenate([a + radius * i for i, _ in shifts]),
        np.concatenate([b + radius * j for _, j in shifts]),
    )


def _slack_of_cells(given: Problem, family: Family, cells: Cells, low: float, fine: float) -> FloatArray:
    h, a, b = cells
    b = np.clip(b, a - family.most_change[h], a + family.most_change[h])
    cells[2][:] = b
    epochs = family.offset.size
    piece = max(1, _AT_ONCE // epochs)
    parts = [
        slack_of(given, family.skews(h[i : i + piece], a[i : i + piece], b[i : i + piece]), max(low, -FREE), fine)
        for i in range(0, h.size, piece)
    ]
    return np.concatenate(parts)
