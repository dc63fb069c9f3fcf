"""The best piecewise schedule: one skew for each segment of epochs that has the same requirements.

The one contract here: without run bounds each segment has its own best skew, so no other schedule has more slack;
with run bounds, skews are improved two segments at a time until no pair improves (`proved` is False).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.plans.schedules import Constant, Schedule
from sampler_core.tuning.family_search import (
    SlackProblem,
    search_family,
    slack_of_schedules,
    slack_on_exact_shares,
)
from sampler_core.tuning.local_refinement import refined
from sampler_core.tuning.schedule_families import Family, piecewise_of_segments
from sampler_core.tuning.skew_intervals import UNLIMITED, SkewIntervals

_MOST_ROUNDS = 6


class BestSchedule(NamedTuple):
    """A schedule with its slack; proved: see `family_search.FoundSchedule`."""

    schedule: Schedule
    slack: float
    proved: bool


def best_piecewise(problem: SlackProblem, nearest_to: FloatArray) -> BestSchedule:
    """The piecewise schedule with the most slack; of equal ones, the nearest to these skews, shape (epochs,)."""
    segments = [segment for segment, _ in problem.segments]
    furthest = [furthest_inside(allowed, problem.low, problem.high) for _, allowed in problem.segments]
    most = slack = min(problem.enough, *(inside for _, inside in furthest))
    near = [float(nearest_to[s.start : s.stop].mean()) for s in segments]
    values = np.array([
        _nearest(allowed, slack, value, problem.low, problem.high) if slack >= 0 else at
        for (_, allowed), value, (at, _) in zip(problem.segments, near, furthest, strict=True)
    ])  # fmt: skip
    if problem.run_bounds and slack >= 0:
        values, slack = _improved_in_pairs(problem, np.array([at for at, _ in furthest]))
        for _ in range(4):  # on exact rows of shares
            slack_on_exact_shares(problem, values @ _epochs_of_segments(problem), slack)
            values, slack = _improved_in_pairs(problem, values, rounds=1)
        slack = slack_on_exact_shares(problem, values @ _epochs_of_segments(problem), slack)
    return BestSchedule(piecewise_of_segments(segments, values), slack, not problem.run_bounds or slack >= most - 1e-9)


def furthest_inside(allowed: SkewIntervals, low: float, high: float) -> tuple[float, float]:
    """The skew within bounds that is furthest inside, and how far; below 0: outside."""
    best = (low, -np.inf)
    for left, right in allowed:
        at = (left + right) / 2 if np.isfinite(left) and np.isfinite(right) else high if np.isfinite(left) else low
        if not np.isfinite(left) and not np.isfinite(right):
            return (min(max(0.0, low), high), UNLIMITED)
        at = min(max(at, low), high)
        inside = min(at - left, right - at)
        best = max(best, (at, inside), key=lambda pair: pair[1])
    return best


def _nearest(allowed: SkewIntervals, slack: float, value: float, low: float, high: float) -> float:
    """The skew nearest to `value` that is inside by `slack`."""
    pieces = [(max(a + slack, low), min(b - slack, high)) for a, b in allowed]
    inside = [min(max(value, a), max(a, b)) for a, b in pieces if a <= b + 1e-9]
    return min(inside, key=lambda skew: abs(skew - value)) if inside else value


def _epochs_of_segments(problem: SlackProblem) -> FloatArray:
    """1 where an epoch is in a segment, else 0; shape (segments, epochs)."""
    ways = np.zeros((len(problem.segments), problem.segments[-1][0].stop))
    for row, (segment, _) in zip(ways, problem.segments, strict=True):
        row[segment.start : segment.stop] = 1.0
    return ways


def _improved_in_pairs(
    problem: SlackProblem, values: FloatArray, rounds: int = _MOST_ROUNDS
) -> tuple[FloatArray, float]:
    """Skews improved two segments at a time, the others fixed."""
    ways, build = _epochs_of_segments(problem), lambda h, a, b: Constant(a)  # a pair is no schedule: never built
    best, slack = values, float(slack_of_schedules(problem, (values @ ways)[None])[0])
    for _ in range(rounds):
        before = slack
        for i in range(len(values) - 1):
            for j in range(i + 1, len(values)):
                others = best.copy()
                others[[i, j]] = 0.0
                pair = Family(ways[[i]], ways[[j]], others @ ways, np.array([np.inf]), False, build)
                found = refined(problem, pair, search_family(problem, pair)[0])
                if found.slack > slack + 1e-9:
                    best, slack = others, found.slack
                    best[[i, j]] = found.a, found.b
        if slack <= before + 1e-6 or len(values) == 2:
            break
    return best, slack
