"""Where in a family of schedules the slack is greatest.

The one contract here: slack is the largest t such that every schedule with no skew further than t away meets all
demands; below 0, how far the nearest schedule that meets them is. It changes by at most d where all skews change by at
most d, so a cell of schedules of radius r around one of slack F holds none above F + r: cells are halved and dropped
by that bound until they are `COARSE` wide (branch and bound), and the best are finished by linear programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.counts import FloatArray, IntArray
from sampler_core.expectations import BoolArray
from sampler_core.tuning.curve import HIGHEST, LOWEST, Curve, margin_of
from sampler_core.tuning.demands import Demand
from sampler_core.tuning.intervals import FREE, Distance, Union, distance, intersection, piece_at
from sampler_core.tuning.linear_program import highest
from sampler_core.tuning.merits import merit_of
from sampler_core.tuning.shapes import Family

COARSE = 1e-3
_ROUGHLY = 0.25
_MOST_CELLS = 12_000
Cells: TypeAlias = tuple[IntArray, FloatArray, FloatArray]  # candidate, and the two skews at the centre
_AT_ONCE = 1 << 21  # skews in one piece


class RunTerm(NamedTuple):
    """A demand over the run, about one class; `reach`: the epochs it sums over."""

    demand: Demand
    position: int
    reach: range


class Problem(NamedTuple):
    """Demands made ready for the search: what is allowed in stretches of epochs, and what couples them."""

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
        part = np.interp(skews[:, stretch.start : stretch.stop], table.skews, table.values)
        np.minimum(slack, part.min(axis=1), out=slack)
    low = np.broadcast_to(np.asarray(low, dtype=np.float64), slack.shape)
    for term in given.run_terms:
        ask = np.flatnonzero(slack > low)
        if ask.size:
            slack[ask] = _run_slack(given.curve, term, skews[ask], low[ask], slack[ask], fine)
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
    return any(margin_of(term.demand, np.array(best_of_run(given, term))) < -1e-6 for term in terms)


def best_of_run(given: Problem, term: RunTerm) -> float:
    """The best figure of a run term where every epoch has the best of the skews it may have."""
    shares = np.zeros(given.stretches[-1][0].stop)
    for stretch, allowed in given.stretches:
        shares[stretch.start : stretch.stop] = _best_share(given, term, allowed)
    rows = shares[term.reach.start : term.reach.stop, None]
    n = given.curve.counts.counts[[term.position]]
    return float(merit_of(term.demand.figure).rows(rows, n, given.curve.draws)[0])


def _best_share(given: Problem, term: RunTerm, allowed: Union) -> float:
    """The share of the class that suits the term best, within what is allowed: at an edge, or at the peak."""
    pieces = intersection(((given.low, given.high),), allowed)
    if not pieces:
        return 0.0 if term.demand.sense == "at most" else 1.0  # told elsewhere
    ends = [edge for piece in pieces for edge in piece]
    if term.demand.sense == "at most":
        return float(given.curve.at(np.array(ends))[:, term.position].min())
    inside = [node for low, high in pieces for node in given.curve.nodes[_within(given.curve.nodes, low, high)]]
    return float(given.curve.at(np.array(ends + inside))[:, term.position].max())


def _within(nodes: FloatArray, low: float, high: float) -> BoolArray:
    return (nodes >= low) & (nodes <= high)


def polished(given: Problem, family: Family, found: Found) -> Found:
    """The best schedule near a found one, exactly: by one linear program, or by a few where run terms couple epochs."""
    free = given._replace(run_terms=())
    alone, _ = _by_linear_program(free, family, found, np.inf)
    together = float(slack_of(given, _skews(family, alone))[0])
    if not given.run_terms or together >= alone.slack - 1e-10:  # no run term binds, or all at once
        return alone if alone.slack >= found.slack or not given.run_terms else found
    found = found._replace(slack=float(slack_of(given, _skews(family, found))[0]))
    trust = 4 * COARSE
    for _ in range(40):
        better, promised = _by_linear_program(given, family, found, trust)
        gain, hoped = better.slack - found.slack, promised - found.slack
        found = better if gain > 0 else found
        if hoped < 1e-12 or trust < 1e-11:
            break
        trust = trust / 4 if gain < 0.25 * hoped else min(2 * trust, 4 * COARSE)
    return found


def nearest(given: Problem, family: Family, found: Found, skews: FloatArray) -> Found:
    """Of the schedules with the same h and slack, the one whose largest difference from `skews` is least."""
    rows, limits = _edge_rows(given, family, found, 0.0)
    limits = limits - _edge_slack(given, family, found) + 1e-12
    ways = np.stack([family.ways_a[found.h], family.ways_b[found.h]], axis=1)
    here = skews - family.offset
    ones = np.ones((len(ways), 1))
    away = np.vstack([np.hstack([ways, ones]), np.hstack([-ways, ones])])
    rows, limits = np.vstack([rows, away]), np.concatenate([limits, here, -here])
    a, b, _ = highest(*_with_bounds(given, family, found, rows, limits))
    moved = found._replace(a=a, b=b)
    slack = float(slack_of(given, _skews(family, moved))[0])
    return moved._replace(slack=slack) if slack >= found.slack - 1e-9 else found


def _skews(family: Family, found: Found) -> FloatArray:
    return family.skews(np.array([found.h]), np.array([found.a]), np.array([found.b]))


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


# --- demands over the run -------------------------------------------------------------------------------------------


def _run_slack(
    curve: Curve, term: RunTerm, skews: FloatArray, low: FloatArray, high: FloatArray, fine: float
) -> FloatArray:
    """The t in [low, high] up to which the demand holds for all schedules that are at most t away, by bisection.

    Shares of a class rise and fall at most once over the skews, so within t they are extreme at either end or at the
    peak. t < 0: the best schedule within -t.
    """
    skews = skews[:, term.reach.start : term.reach.stop]
    low, high = low.copy(), np.minimum(high, HIGHEST - LOWEST)
    holds = _holds(curve, term, skews, high)
    low[holds] = high[holds]
    while np.any(high - low > fine):
        middle = (low + high) / 2
        if np.all((middle <= low) | (middle >= high)):
            break
        holds = _holds(curve, term, skews, middle)
        low, high = np.where(holds, middle, low), np.where(holds, high, middle)
    return low


def _holds(curve: Curve, term: RunTerm, skews: FloatArray, t: FloatArray) -> IntArray:
    n, draws = curve.counts.counts[term.position], curve.draws
    shares = _extreme_shares(curve, term, skews, t)
    values = merit_of(term.demand.figure).rows(shares.T, np.full(len(skews), n), draws)
    return np.asarray(margin_of(term.demand, values) >= 0)


def _extreme_shares(curve: Curve, term: RunTerm, skews: FloatArray, t: FloatArray) -> FloatArray:
    """The worst share of the class within t of each skew (t >= 0), or the best one (t < 0)."""
    nodes, column = curve.nodes, curve.shares[:, term.position]
    reach = np.abs(t)[:, None]
    down, up = np.interp(skews - reach, nodes, column), np.interp(skews + reach, nodes, column)
    wants_most = (t >= 0) == (term.demand.sense == "at most")
    if not wants_most.any():
        return np.minimum(down, up)
    most = np.maximum(down, up)
    peak = int(column.argmax())
    if 0 < peak < column.size - 1:
        most = np.maximum(most, np.interp(np.clip(nodes[peak], skews - reach, skews + reach), nodes, column))
    return most if wants_most.all() else np.where(wants_most[:, None], most, np.minimum(down, up))


# --- linear programs ------------------------------------------------------------------------------------------------


def _by_linear_program(given: Problem, family: Family, found: Found, trust: float) -> tuple[Found, float]:
    """The point that the linear program gives, with its slack, and the slack that the program promised."""
    rows, limits = _edge_rows(given, family, found, 1.0)
    at = np.array([found.a, found.b])
    if given.run_terms:
        coupled, bound = _run_rows(given, family, found, at, trust)
        rows, limits = np.vstack([rows, coupled]), np.concatenate([limits, bound])
    a, b, promised = highest(*_with_bounds(given, family, found, rows, limits))
    moved = found._replace(a=a, b=b)
    return moved._replace(slack=float(slack_of(given, _skews(family, moved))[0])), promised


def _edge_slack(given: Problem, family: Family, found: Found) -> float:
    return min(found.slack, float(slack_of(given._replace(run_terms=()), _skews(family, found))[0]))


def _edge_rows(given: Problem, family: Family, found: Found, slack: float) -> tuple[FloatArray, FloatArray]:
    """low + slack t <= skew <= high - slack t, for the piece that each epoch is in."""
    skews = _skews(family, found)[0]
    ways = np.stack([family.ways_a[found.h], family.ways_b[found.h]], axis=1)
    rows, limits = [np.zeros((0, 3))], [np.zeros(0)]
    for stretch, allowed in given.stretches:
        part = slice(stretch.start, stretch.stop)
        pieces = piece_at(allowed, skews[part])
        for sign, edge in ((-1.0, 0), (1.0, 1)):
            real = np.isfinite(pieces[:, edge])
            rows.append(np.column_stack([sign * ways[part][real], np.full(real.sum(), slack)]))
            limits.append(sign * (pieces[real, edge] - family.offset[part][real]))
    return np.vstack(rows), np.concatenate(limits)


def _run_rows(
    given: Problem, family: Family, found: Found, at: FloatArray, trust: float
) -> tuple[FloatArray, FloatArray]:
    """The slack of the run terms as it changes with a and b, and how far from here that is trusted."""
    step = max(min(trust, 1e-4) / 2, 1e-9)
    moves = np.array([[0, 0], [step, 0], [-step, 0], [0, step], [0, -step]]) + at
    skews = family.skews(np.full(5, found.h), moves[:, 0], moves[:, 1])
    rows, limits = [], []
    near = 10 * trust + 4 * step  # a term that is further away does not bind
    alone = given._replace(stretches=(), distances=(), enough=min(found.slack + near, given.enough))
    fine = max(1e-11, 1e-6 * step)
    for term in given.run_terms:
        here, right, left, above, below = slack_of(alone._replace(run_terms=(term,)), skews, found.slack - near, fine)
        slope = np.array([right - left, above - below]) / (2 * step)
        rows.append([-slope[0], -slope[1], 1.0])
        limits.append(here - slope @ at)
    for i in (0, 1):
        for sign in (1.0, -1.0):
            rows.append([sign * (i == 0), sign * (i == 1), 0.0])
            limits.append(sign * at[i] + trust)
    return np.array(rows), np.array(limits)


def _with_bounds(
    given: Problem, family: Family, found: Found, rows: FloatArray, limits: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The first three rows are those that a linear program starts from."""
    change = float(family.most_change[found.h])
    bounds = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    ends = [given.high, given.high, given.enough, -given.low, -given.low]
    if np.isfinite(change):
        bounds += [[1, -1, 0], [-1, 1, 0]]
        ends += [change, change]
    return np.vstack([np.array(bounds, dtype=np.float64), rows]), np.concatenate([ends, limits])
