"""Slack: how far a schedule is from the next one that fails a requirement; and the piecewise schedules with the most.

The one contract here: the slack of a schedule is the largest t such that all requirements hold for every schedule whose
skews are at most t away from its own; below 0, how far away the nearest schedule is that meets them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.feasible_band import (
    UNLIMITED_SLACK,
    EpochSegments,
    SkewIntervals,
    intersect,
    least_edge_distance,
    nearest_interval,
)
from sampler_core.tuning.run_bounds import RunBound, run_bound_slack
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.shares_by_skew import SharesBySkew

COARSE_SLACK = 1e-3
NO_SLACK = -4 * COARSE_SLACK  # what the search finds with less has no schedule near it that meets all
_USUAL_SKEWS, _SKEWS_TRIED = (-1.0, 2.0), 33  # with run bounds: tried first, and how many


class SlackProblem(NamedTuple):
    """Requirements made ready for the search: allowed skews of each segment of epochs, and bounds over the run."""

    by_skew: SharesBySkew
    segments: EpochSegments
    run_bounds: Sequence[RunBound]
    low: float
    high: float

    @property
    def bounded_segments(self) -> EpochSegments:
        """The segments with the skews that are allowed within the bounds."""
        return [(segment, intersect(((self.low, self.high),), allowed)) for segment, allowed in self.segments]


class FoundSchedule(NamedTuple):
    """A schedule of a family and its slack. proved: none of the family has more than `COARSE_SLACK` above it."""

    slack: float
    h: int
    skews: FloatArray
    proved: bool = True

    def epoch_skews(self, family: Family) -> FloatArray:
        """Its skews; shape (1, epochs)."""
        return family.epoch_skews(np.array([self.h]), self.skews[None])


def slack_of_schedules(
    problem: SlackProblem,
    skews: FloatArray,
    low: float | FloatArray = -UNLIMITED_SLACK,
    high: float = UNLIMITED_SLACK,
    fine: float | FloatArray = 1e-11,
) -> FloatArray:
    """Slack of schedules, shape (schedules,), to within `fine` where run bounds bind.

    skews: (schedules, epochs). low, high: slack beyond these may come out as anything beyond them. low and fine may be
    of each schedule, (schedules,).
    """
    low, fine = np.broadcast_to(low, len(skews)), np.broadcast_to(fine, len(skews))
    slack = np.full(len(skews), high)
    for segment, allowed in problem.segments:
        np.minimum(slack, least_edge_distance(allowed, skews[:, segment.start : segment.stop]), out=slack)
    for run_bound in problem.run_bounds:
        slack_rows = np.flatnonzero(slack > low)
        if slack_rows.size:
            slack[slack_rows] = run_bound_slack(
                problem.by_skew, run_bound, skews[slack_rows], low[slack_rows], slack[slack_rows], fine[slack_rows]
            )
    return slack


def slack_on_exact_shares(problem: SlackProblem, skews: FloatArray, slack: float) -> float:
    """Slack of one schedule, (epochs,), with exact shares around it for run bounds; slack: an estimate."""
    for _ in range(2 if problem.run_bounds else 1):
        if problem.run_bounds:
            away = np.clip(slack, -1.0, 1.0)
            problem.by_skew.add_to_table(np.concatenate([skews, skews - away, skews + away]))
        slack = float(slack_of_schedules(problem, skews[None])[0])
    return slack


def search_piecewise(problem: SlackProblem, family: Family, nearest_to: FloatArray) -> list[FoundSchedule]:
    """The piecewise schedules with the most slack, best first; of equal ones, the nearest to skews (epochs,)."""
    furthest = [furthest_inside(allowed, problem.low, problem.high) for _, allowed in problem.segments]
    furthest_skews, most_slack = np.array([skew for skew, _ in furthest]), min(inside for _, inside in furthest)
    if most_slack < 0:
        return [FoundSchedule(most_slack, 0, furthest_skews)]
    nearest_skews = np.array([
        _nearest_with_slack(allowed, most_slack, float(nearest_to[list(segment)].mean()), problem.low, problem.high)
        for segment, allowed in problem.segments
    ])  # fmt: skip
    tried_skews = np.vstack([nearest_skews, furthest_skews, _schedules_evenly_inside(problem)])
    slack = slack_of_schedules(problem, tried_skews @ family.ways[0])
    if not problem.run_bounds or slack[0] >= most_slack - 1e-9:
        return [FoundSchedule(most_slack, 0, nearest_skews)]
    return [FoundSchedule(float(slack[i]), 0, tried_skews[i], proved=False) for i in np.argsort(-slack, kind="stable")]


def furthest_inside(allowed: SkewIntervals, low: float, high: float) -> tuple[float, float]:
    """The skew within bounds that is furthest inside, and how far; below 0: outside."""
    furthest = (low, -np.inf)
    for left, right in allowed:
        skew = (left + right) / 2 if np.isfinite(left) and np.isfinite(right) else high if np.isfinite(left) else low
        if not np.isfinite(left) and not np.isfinite(right):
            return (min(max(0.0, low), high), UNLIMITED_SLACK)
        skew = min(max(skew, low), high)
        slack_inside = min(skew - left, right - skew)
        furthest = max(furthest, (skew, slack_inside), key=lambda pair: pair[1])
    return furthest


def _nearest_with_slack(allowed: SkewIntervals, slack: float, value: float, low: float, high: float) -> float:
    """The skew nearest to `value` that is inside by `slack`."""
    slack_intervals = [(max(a + slack, low), min(b - slack, high)) for a, b in allowed]
    skews_with_slack = [min(max(value, a), max(a, b)) for a, b in slack_intervals if a <= b + 1e-9]
    return min(skews_with_slack, key=lambda skew: abs(skew - value)) if skews_with_slack else value


def _schedules_evenly_inside(problem: SlackProblem) -> FloatArray:
    """Schedules that are at the same fraction of what every segment allows; shape (schedules, segments)."""
    segment_skews = []
    for _, within_bounds in problem.bounded_segments:
        intervals = intersect((_USUAL_SKEWS,), within_bounds) or within_bounds
        even_skews = np.linspace(intervals[0][0], intervals[-1][1], _SKEWS_TRIED)
        segment_skews.append(np.clip(even_skews, *nearest_interval(intervals, even_skews).T))
    return np.stack(segment_skews, axis=1)
