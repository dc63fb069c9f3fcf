"""The search for piecewise schedules: one skew for each segment of epochs that has the same requirements.

The one contract here: without run bounds each segment has its own best skew, so no other schedule has more slack; with
run bounds a few likely schedules are found, for `local_refinement` to improve.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.family_search import FoundSchedule, SlackProblem, slack_of_schedules
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.skew_intervals import UNLIMITED, SkewIntervals, intersect, nearest_interval

_USUAL_SKEWS, _SKEWS_TRIED = (-1.0, 2.0), 33  # with run bounds: tried first, and how many


def search_piecewise(problem: SlackProblem, family: Family, nearest_to: FloatArray) -> list[FoundSchedule]:
    """The piecewise schedules with the most slack, best first; of equal ones, the nearest to skews (epochs,)."""
    furthest = [furthest_inside(allowed, problem.low, problem.high) for _, allowed in problem.segments]
    skews, most = np.array([skew for skew, _ in furthest]), min(inside for _, inside in furthest)
    if most < 0:
        return [FoundSchedule(most, 0, skews)]
    near = np.array([
        _nearest(allowed, most, float(nearest_to[list(segment)].mean()), problem.low, problem.high)
        for segment, allowed in problem.segments
    ])  # fmt: skip
    tried = np.vstack([near, skews, _evenly_inside(problem)])
    slack = slack_of_schedules(problem, tried @ family.ways[0])
    if not problem.run_bounds or slack[0] >= most - 1e-9:
        return [FoundSchedule(most, 0, near)]
    return [FoundSchedule(float(slack[i]), 0, tried[i], proved=False) for i in np.argsort(-slack, kind="stable")]


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


def _evenly_inside(problem: SlackProblem) -> FloatArray:
    """Schedules that are at the same fraction of what every segment allows; shape (schedules, segments)."""
    tried = []
    for _, allowed in problem.segments:
        within_bounds = intersect(((problem.low, problem.high),), allowed)
        intervals = intersect((_USUAL_SKEWS,), within_bounds) or within_bounds
        even = np.linspace(intervals[0][0], intervals[-1][1], _SKEWS_TRIED)
        tried.append(np.clip(even, *nearest_interval(intervals, even).T))
    return np.stack(tried, axis=1)
