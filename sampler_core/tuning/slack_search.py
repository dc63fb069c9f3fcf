"""The search of a family of schedules for those with the most slack, by branch and bound.

The one contract here: the slack of a schedule is the largest t such that all requirements hold for every schedule whose
skews are at most t away from its own; below 0, how far away the nearest schedule is that meets them.

NOTE A family has two numbers, the skews a and b. Slack changes by at most d where all skews change by at most d. So a
square cell of half-width r whose centre has slack F holds no schedule with slack above F + r. Say the best schedule so
far has slack 0.30: a cell of half-width 0.25 with slack 0.02 at its centre can reach 0.27 at most, and is dropped; one
with 0.10 could reach 0.35, and is cut into four cells of half-width 0.125. `COARSE_SLACK` is the smallest half-width;
`linear_programs.refined` makes the best of them exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
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
_CELL_TOLERANCE = 0.25  # of a cell's half-width: how exactly its slack is computed
_MOST_CELLS = 4_000  # more are cut off, and the result is not proved
_USUAL_SKEWS, _SKEWS_TRIED = (-1.0, 2.0), 33  # with run bounds: tried first, and how many
_CELL_SKEWS_PER_PIECE = 1 << 18  # more of them leave the processor's cache


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
    low: float = -UNLIMITED_SLACK,
    high: float = UNLIMITED_SLACK,
    fine: float = 1e-11,
) -> FloatArray:
    """Slack of schedules, shape (schedules,), to within `fine` where run bounds bind.

    skews: (schedules, epochs). low, high: slack beyond these may come out as anything beyond them.
    """
    slack = np.full(len(skews), high)
    for segment, allowed in problem.segments:
        np.minimum(slack, least_edge_distance(allowed, skews[:, segment.start : segment.stop]), out=slack)
    for run_bound in problem.run_bounds:
        slack_rows = np.flatnonzero(slack > low)
        if slack_rows.size:
            slack_lows = np.full(slack_rows.size, low)
            slack[slack_rows] = run_bound_slack(
                problem.by_skew, run_bound, skews[slack_rows], slack_lows, slack[slack_rows], fine
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


def search_family(problem: SlackProblem, family: Family, least: float = np.inf) -> list[FoundSchedule]:
    """The schedules of the family with the most slack, to `COARSE_SLACK`: the best of each candidate, best first.

    Ends early at one with slack `least`, and where none can have 0: what is below `NO_SLACK` is then all that is known.
    Deterministic; `refined` makes one exact.
    """
    cell_h, cell_centres, cell_radius = _first_cells(problem, family)
    best, proved = FoundSchedule(-np.inf, 0, cell_centres[0]), True
    while True:
        cell_margin = cell_radius * (1 + _CELL_TOLERANCE)  # what a cell may have above the slack computed at its centre
        to_beat = max(best.slack, -COARSE_SLACK)
        cell_slack = _slack_of_cells(
            problem, family, cell_h, cell_centres, to_beat - cell_margin, _CELL_TOLERANCE * cell_radius
        )
        cells = np.argsort(-cell_slack, kind="stable")
        if cell_slack[cells[0]] > best.slack:
            best = FoundSchedule(float(cell_slack[cells[0]]), int(cell_h[cells[0]]), cell_centres[cells[0]])
        done = best.slack >= least or cell_radius <= COARSE_SLACK or best.slack + cell_margin < -COARSE_SLACK
        to_beat = max(best.slack, -COARSE_SLACK)
        cells = cells[cell_slack[cells] + cell_margin > to_beat + (0.0 if done else COARSE_SLACK / 4)]
        if done or cells.size == 0:
            break
        proved = proved and cells.size <= _MOST_CELLS
        cells, cell_radius = cells[:_MOST_CELLS], cell_radius / 2
        cell_shifts = cell_radius * np.array(list(product((-1.0, 1.0), repeat=cell_centres.shape[1])))
        cell_centres = np.concatenate([cell_centres[cells] + shift for shift in cell_shifts])
        cell_h = np.tile(cell_h[cells], len(cell_shifts))
    firsts = cells[np.sort(np.unique(cell_h[cells], return_index=True)[1])]
    others = [FoundSchedule(float(cell_slack[i]), int(cell_h[i]), cell_centres[i], proved) for i in firsts]
    return [best._replace(proved=proved), *(one for one in others if one.h != best.h)]


# --- cells ----------------------------------------------------------------------------------------------------------


def _first_cells(problem: SlackProblem, family: Family) -> tuple[IntArray, FloatArray, float]:
    """Candidates h, the skews at the centres of the cells, and their half-width."""
    many, num_skews, _ = family.ways.shape
    cells_per_axis = 8 if many > 1 else 16
    cell_radius = (problem.high - problem.low) / (2 * cells_per_axis)
    cell_axis = problem.low + cell_radius * (1 + 2 * np.arange(cells_per_axis))
    cell_h, *skews = (grid.ravel() for grid in np.meshgrid(np.arange(many), *[cell_axis] * num_skews, indexing="ij"))
    cell_centres = np.stack(skews, axis=1)
    possible = np.ptp(cell_centres, axis=1) <= family.most_change[cell_h] + 2 * cell_radius
    return cell_h[possible], cell_centres[possible], cell_radius


def _slack_of_cells(
    problem: SlackProblem, family: Family, cell_h: IntArray, cell_centres: FloatArray, low: float, fine: float
) -> FloatArray:
    """The slack at the centres, once these are moved to where the second skew is one that a schedule can have."""
    most_change = family.most_change[cell_h]
    cell_centres[:, -1] = np.clip(
        cell_centres[:, -1], cell_centres[:, 0] - most_change, cell_centres[:, 0] + most_change
    )
    cells_per_piece = max(1, _CELL_SKEWS_PER_PIECE // family.ways.shape[2])
    pieces = [slice(i, i + cells_per_piece) for i in range(0, cell_h.size, cells_per_piece)]
    cell_skews = (family.epoch_skews(cell_h[piece], cell_centres[piece]) for piece in pieces)
    return np.concatenate(
        [slack_of_schedules(problem, some, max(low, -UNLIMITED_SLACK), fine=fine) for some in cell_skews]
    )


# --- piecewise schedules ----------------------------------------------------------------------------------------------


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
