"""Piecewise schedules: a level of skew for each stretch of epochs that has the same requirements.

The one contract here: without requirements over the run each stretch is at its own best, so the slack is exactly the most
that any schedule whatever can have; with them, levels are improved in pairs until no pair can be (`proved` is False).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.plans.schedules import Piecewise
from sampler_core.tuning.family_search import Found, Problem, exact_slack, search, slack_of
from sampler_core.tuning.local_refinement import polished
from sampler_core.tuning.schedule_families import Family, levels
from sampler_core.tuning.skew_intervals import FREE, Union

_MOST_ROUNDS = 6


class Levels(NamedTuple):
    """The best levels found."""

    schedule: Piecewise
    slack: float
    proved: bool


def best_levels(given: Problem, nearest_to: FloatArray) -> Levels:
    """The levels with the most slack; of equal ones, those nearest to the skews given, shape (epochs,)."""
    stretches = [stretch for stretch, _ in given.stretches]
    tops = [furthest_inside(allowed, given.low, given.high) for _, allowed in given.stretches]
    most = slack = min(given.enough, *(top for _, top in tops))
    near = [float(nearest_to[s.start : s.stop].mean()) for s in stretches]
    values = np.array([
        _nearest(allowed, slack, value, given.low, given.high) if slack >= 0 else at
        for (_, allowed), value, (at, _) in zip(given.stretches, near, tops, strict=True)
    ])  # fmt: skip
    if given.run_terms and slack >= 0:
        values, slack = _in_pairs(given, np.array([at for at, _ in tops]))
        for _ in range(4):  # on exact rows of shares
            exact_slack(given, values @ _ways(given), slack)
            values, slack = _in_pairs(given, values, rounds=1)
        slack = exact_slack(given, values @ _ways(given), slack)
    return Levels(levels(stretches, values), slack, not given.run_terms or slack >= most - 1e-9)


def furthest_inside(allowed: Union, low: float, high: float) -> tuple[float, float]:
    """The skew within bounds that is furthest inside, and how far; below 0: outside."""
    best = (low, -np.inf)
    for left, right in allowed:
        at = (left + right) / 2 if np.isfinite(left) and np.isfinite(right) else high if np.isfinite(left) else low
        if not np.isfinite(left) and not np.isfinite(right):
            return (min(max(0.0, low), high), FREE)
        at = min(max(at, low), high)
        inside = min(at - left, right - at)
        best = max(best, (at, inside), key=lambda pair: pair[1])
    return best


def _nearest(allowed: Union, slack: float, value: float, low: float, high: float) -> float:
    """The skew nearest to `value` that is inside by `slack`."""
    pieces = [(max(a + slack, low), min(b - slack, high)) for a, b in allowed]
    inside = [min(max(value, a), max(a, b)) for a, b in pieces if a <= b + 1e-9]
    return min(inside, key=lambda skew: abs(skew - value)) if inside else value


def _ways(given: Problem) -> FloatArray:
    """Which epochs each level holds for: 1 or 0, shape (stretches, epochs)."""
    ways = np.zeros((len(given.stretches), given.stretches[-1][0].stop))
    for row, (stretch, _) in zip(ways, given.stretches, strict=True):
        row[stretch.start : stretch.stop] = 1.0
    return ways


def _in_pairs(given: Problem, values: FloatArray, rounds: int = _MOST_ROUNDS) -> tuple[FloatArray, float]:
    """Two stretches at a time, the others held."""
    ways = _ways(given)
    best, slack = values, float(slack_of(given, (values @ ways)[None])[0])
    for _ in range(rounds):
        before = slack
        for i in range(len(values) - 1):
            for j in range(i + 1, len(values)):
                others = best.copy()
                others[[i, j]] = 0.0
                pair = Family(ways[[i]], ways[[j]], others @ ways, np.array([np.inf]), False, _no_schedule)
                found = polished(given, pair, search(given, pair)[0])
                if found.slack > slack + 1e-9:
                    best, slack = _with(best, i, j, found), found.slack
        if slack <= before + 1e-6 or len(values) == 2:
            break
    return best, slack


def _with(values: FloatArray, i: int, j: int, found: Found) -> FloatArray:
    changed = values.copy()
    changed[[i, j]] = found.a, found.b
    return changed


def _no_schedule(h: int, a: float, b: float) -> Piecewise:
    raise NotImplementedError("a pair of levels is part of a schedule only")
