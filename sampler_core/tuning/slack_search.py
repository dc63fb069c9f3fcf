"""The search of a family of schedules for those with the most slack, by branch and bound.

The one contract here: the slack of a schedule is the largest t such that all requirements hold for every schedule whose
skews are at most t away from its own; below 0, how far away the nearest schedule is that meets them.

NOTE A family has two numbers, the skews a and b. Slack changes by at most d where all skews change by at most d. So a
square cell of half-width r whose centre has slack F holds no schedule with slack above F + r. Say the best schedule so
far has slack 0.30: a cell of half-width 0.25 with slack 0.02 at its centre can reach 0.27 at most, and is dropped; one
with 0.10 could reach 0.35, and is cut into four cells of half-width 0.125. Cells of half-width `COARSE` end the search;
`linear_programs.refined` makes the best of them exact.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.tuning.feasible_band import UNLIMITED, SkewIntervals, intersect, least_edge_distance, nearest_interval
from sampler_core.tuning.run_bounds import SlackProblem, run_bound_slack
from sampler_core.tuning.schedule_families import Family

COARSE = 1e-3
_TOLERANCE = 0.25  # of a cell's half-width: how exactly its slack is computed
_MOST_CELLS = 4_000  # more are cut off, and the result is not proved
_USUAL_SKEWS, _SKEWS_TRIED = (-1.0, 2.0), 33  # with run bounds: tried first, and how many
_SKEWS_PER_PIECE = 1 << 18  # more of them leave the processor's cache


class FoundSchedule(NamedTuple):
    """A schedule of a family and its slack. proved: none of the family has more than `COARSE` above it."""

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
    low: float = -UNLIMITED,
    high: float = UNLIMITED,
    fine: float = 1e-11,
) -> FloatArray:
    """Slack of schedules, shape (schedules,), to within `fine` where run bounds bind.

    skews: (schedules, epochs). low, high: slack beyond these may come out as anything beyond them.
    """
    slack = np.full(len(skews), high)
    for segment, allowed in problem.segments:
        np.minimum(slack, least_edge_distance(allowed, skews[:, segment.start : segment.stop]), out=slack)
    for run_bound in problem.run_bounds:
        rows = np.flatnonzero(slack > low)
        if rows.size:
            lows = np.full(rows.size, low)
            slack[rows] = run_bound_slack(problem.by_skew, run_bound, skews[rows], lows, slack[rows], fine)
    return slack


def slack_on_exact_shares(problem: SlackProblem, skews: FloatArray, slack: float) -> float:
    """Slack of one schedule, (epochs,), with exact shares around it for run bounds; slack: an estimate."""
    for _ in range(2 if problem.run_bounds else 1):
        if problem.run_bounds:
            away = np.clip(slack, -1.0, 1.0)
            problem.by_skew.add_to_table(np.concatenate([skews, skews - away, skews + away]))
        slack = float(slack_of_schedules(problem, skews[None])[0])
    return slack


def search_family(problem: SlackProblem, family: Family, least: float = np.inf) -> list[FoundSchedule]:
    """The schedules of the family with the most slack, to `COARSE`: the best of each candidate, best first.

    Ends early at one with slack `least`, and where none can have 0. Deterministic; `refined` makes one exact.
    """
    h, centres, radius = _first_cells(problem, family)
    best, proved = FoundSchedule(-np.inf, 0, centres[0]), True
    while True:
        margin = radius * (1 + _TOLERANCE)  # what a cell may have above the slack computed at its centre
        slack = _slack_of_cells(problem, family, h, centres, best.slack - margin, _TOLERANCE * radius)
        order = np.argsort(-slack, kind="stable")
        if slack[order[0]] > best.slack:
            best = FoundSchedule(float(slack[order[0]]), int(h[order[0]]), centres[order[0]])
        done = best.slack >= least or radius <= COARSE or best.slack + margin < -COARSE
        order = order[slack[order] + margin > best.slack + (0.0 if done else COARSE / 4)]
        if done or order.size == 0:
            break
        proved = proved and order.size <= _MOST_CELLS
        order, radius = order[:_MOST_CELLS], radius / 2
        shifts = radius * np.array(list(product((-1.0, 1.0), repeat=centres.shape[1])))
        h, centres = np.tile(h[order], len(shifts)), np.concatenate([centres[order] + shift for shift in shifts])
    firsts = order[np.sort(np.unique(h[order], return_index=True)[1])]
    others = [FoundSchedule(float(slack[i]), int(h[i]), centres[i], proved) for i in firsts]
    return [best._replace(proved=proved), *(one for one in others if one.h != best.h)]


# --- cells ----------------------------------------------------------------------------------------------------------


def _first_cells(problem: SlackProblem, family: Family) -> tuple[IntArray, FloatArray, float]:
    """Candidates h, the skews at the centres of the cells, and their half-width."""
    many, num_skews, _ = family.ways.shape
    per_axis = 8 if many > 1 else 16
    radius = (problem.high - problem.low) / (2 * per_axis)
    axis = problem.low + radius * (1 + 2 * np.arange(per_axis))
    h, *skews = (grid.ravel() for grid in np.meshgrid(np.arange(many), *[axis] * num_skews, indexing="ij"))
    centres = np.stack(skews, axis=1)
    allowed = np.ptp(centres, axis=1) <= family.most_change[h] + 2 * radius
    return h[allowed], centres[allowed], radius


def _slack_of_cells(
    problem: SlackProblem, family: Family, h: IntArray, centres: FloatArray, low: float, fine: float
) -> FloatArray:
    """The slack at the centres, once these are moved to where the second skew is one that a schedule can have."""
    most = family.most_change[h]
    centres[:, -1] = np.clip(centres[:, -1], centres[:, 0] - most, centres[:, 0] + most)
    piece = max(1, _SKEWS_PER_PIECE // family.ways.shape[2])
    parts = [slice(i, i + piece) for i in range(0, h.size, piece)]
    skews = (family.epoch_skews(h[part], centres[part]) for part in parts)
    return np.concatenate([slack_of_schedules(problem, some, max(low, -UNLIMITED), fine=fine) for some in skews])


# --- piecewise schedules ----------------------------------------------------------------------------------------------


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
