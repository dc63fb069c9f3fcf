"""From a schedule that a search found to the best one near it.

The one contract here: exact to rounding where the requirements are of single epochs, by one linear program; where requirements
over the run couple the epochs, by a few, each trusted as far as the last one was right.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.family_search import COARSE, Found, Problem, slack_of
from sampler_core.tuning.linear_program import highest
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.skew_intervals import piece_at


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
