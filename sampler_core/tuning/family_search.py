"""The search of a family of schedules for those with the most slack, by branch and bound.

The one contract here: no schedule of the family has more than `COARSE_SLACK` above what is found, where that is proved.

NOTE A family has two numbers, the skews a and b. Slack changes by at most d where all skews change by at most d. So a
square cell of half-width r whose centre has slack F holds no schedule with slack above F + r. Say the best schedule so
far has slack 0.30: a cell of half-width 0.25 with slack 0.02 at its centre can reach 0.27 at most, and is dropped; one
with 0.10 could reach 0.35, and is cut into four cells of half-width 0.125. `COARSE_SLACK` is about the smallest
half-width; `linear_programs.refined` makes the best of them exact.

NOTE Candidates h that follow each other are searched as one group, by its first: ramps up to epoch 99, 98, ... 90 from
skew 0.2 to 0.3 differ by 0.01 at most, which is added to what a cell can reach. Where that is more than two half-widths
the group is cut in two.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.tuning.run_bounds import RunBound, run_bound_holds
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.slack_search import COARSE_SLACK, FoundSchedule, SlackProblem, slack_of_schedules

_CELL_TOLERANCE = 0.25  # of a cell's half-width: how exactly its slack is computed
_MOST_CELLS = 4_000  # more are cut off, and the result is not proved
_CELLS_PER_AXIS = 16  # to begin with
_MOST_EPOCHS_SAMPLED = 128  # of a run, to see which cells are worth a closer look
_CELL_SKEWS_PER_PIECE = 1 << 18  # more of them leave the processor's cache


class _Groups(NamedTuple):
    """Groups of candidates, each with its halves: a single one has itself.

    spread: how far the way of a candidate is from that of the first, at most. most_change: of any of them.
    """

    first: IntArray
    stop: IntArray
    halves: IntArray
    spread: FloatArray
    most_change: FloatArray

    def alike(self, group: int, found: FoundSchedule) -> list[FoundSchedule]:
        """A schedule found with the first of a group, and those of the others with its skews and what slack is sure."""
        others = range(int(self.first[group]) + 1, int(self.stop[group]))
        slack = found.slack - float(self.spread[group] * np.ptp(found.skews))
        return [found, *(found._replace(h=h, slack=slack) for h in others)]


class _Cells(NamedTuple):
    """Squares of skews, each for a group of candidates: centres (cells, skews), radius half the width."""

    group: IntArray
    centres: FloatArray
    radius: FloatArray

    def some(self, rows: IntArray) -> _Cells:
        """The cells in these rows."""
        return _Cells(self.group[rows], self.centres[rows], self.radius[rows])


def search_family(problem: SlackProblem, family: Family, least: float = np.inf) -> list[FoundSchedule]:
    """The schedules of the family with the most slack, to `COARSE_SLACK`: the best of each candidate, best first.

    Ends early at one with slack `least`, and where none can have 0: what is below `NO_SLACK` is then all that is known.
    Deterministic; `refined` makes one exact.
    """
    groups, proved = _groups_of(family), True
    runs = [_SampledRun.of(problem.by_skew, run_bound, family) for run_bound in problem.run_bounds]
    cells = _first_cells(problem, groups, family.ways.shape[1])
    best, best_group, found = FoundSchedule(-np.inf, 0, cells.centres[0]), 0, list[tuple[float, int, FoundSchedule]]()
    while cells.radius.size:
        apart = _apart(groups, cells)
        margin = cells.radius * (1 + _CELL_TOLERANCE) + apart  # what a cell may have above the slack computed
        to_beat = max(best.slack, -COARSE_SLACK / 4)
        slack = _slack_of_cells(problem, runs, family, groups, cells, to_beat - margin, to_beat)
        order = np.lexsort((groups.first[cells.group], -slack))
        if slack[order[0]] > best.slack:
            best, best_group = _found_at(groups, cells, slack, int(order[0])), int(cells.group[order[0]])
        if best.slack >= least:
            return [best._replace(proved=proved)]
        to_beat, reached = max(best.slack, -COARSE_SLACK / 4), slack + margin
        fine = margin <= COARSE_SLACK * (1 + _CELL_TOLERANCE)
        found += [
            (float(reached[i]), int(cells.group[i]), _found_at(groups, cells, slack, i))
            for i in order[(fine & (reached > to_beat))[order]]
        ]
        left = order[(~fine & (reached > to_beat + COARSE_SLACK / 4))[order]]
        proved = proved and left.size <= _MOST_CELLS
        left = left[:_MOST_CELLS]
        cells = _smaller(groups, cells.some(left), apart[left])
    likely = [(group, one) for reached, group, one in found if reached > to_beat]
    alike = [other for group, one in (*likely, (best_group, best)) for other in groups.alike(group, one)]
    of_candidates = {one.h: one._replace(proved=proved) for one in sorted(alike, key=lambda one: one.slack)}
    return sorted(of_candidates.values(), key=lambda one: (-one.slack, one.h))


def _found_at(groups: _Groups, cells: _Cells, slack: FloatArray, i: int) -> FoundSchedule:
    return FoundSchedule(float(slack[i]), int(groups.first[cells.group[i]]), cells.centres[i])


def _groups_of(family: Family) -> _Groups:
    """All candidates as one group, and its halves, and theirs, ..."""
    ranges, halves = [(0, len(family.ways))], list[tuple[int, int]]()
    for first, stop in ranges:  # which grows on the way
        single = stop - first == 1
        halves.append((len(halves),) * 2 if single else (len(ranges), len(ranges) + 1))
        ranges += [] if single else [(first, (first + stop) // 2), ((first + stop) // 2, stop)]
    ways, change = family.ways[:, -1], family.most_change
    return _Groups(
        np.array([first for first, _ in ranges]),
        np.array([stop for _, stop in ranges]),
        np.array(halves),
        np.array([np.abs(ways[first:stop] - ways[first]).max() for first, stop in ranges]),
        np.array([change[first:stop].max() for first, stop in ranges]),
    )


def _first_cells(problem: SlackProblem, groups: _Groups, num_skews: int) -> _Cells:
    """All candidates together, in squares that fill the bounds."""
    radius = (problem.high - problem.low) / (2 * _CELLS_PER_AXIS)
    axis = problem.low + radius * (1 + 2 * np.arange(_CELLS_PER_AXIS))
    centres = np.stack([grid.ravel() for grid in np.meshgrid(*[axis] * num_skews, indexing="ij")], axis=1)
    cells = _Cells(np.zeros(len(centres), dtype=np.int64), centres, np.full(len(centres), radius))
    return _possible(groups, cells)


def _possible(groups: _Groups, cells: _Cells) -> _Cells:
    """The cells in which the two skews differ by no more than a schedule can."""
    differ = np.ptp(cells.centres, axis=1)
    return cells.some(np.flatnonzero(differ <= groups.most_change[cells.group] + 2 * cells.radius))


def _apart(groups: _Groups, cells: _Cells) -> FloatArray:
    """How far the skews of a group's schedules are at most from those of its first with the same a and b."""
    differ = np.ptp(cells.centres, axis=1) + 2 * cells.radius
    return np.asarray(groups.spread[cells.group] * np.minimum(differ, groups.most_change[cells.group]))


def _smaller(groups: _Groups, cells: _Cells, apart: FloatArray) -> _Cells:
    """Each cell for the halves of its group, or in squares of half the width: as the one or the other counts more."""
    by_group = apart > 2 * cells.radius
    grouped, squares = cells.some(np.flatnonzero(by_group)), cells.some(np.flatnonzero(~by_group))
    shifts, radius = list(product((-1.0, 1.0), repeat=cells.centres.shape[1])), squares.radius / 2
    parts = [grouped._replace(group=groups.halves[grouped.group, half]) for half in (0, 1)]
    parts += [_Cells(squares.group, squares.centres + radius[:, None] * np.array(shift), radius) for shift in shifts]
    return _possible(groups, _Cells(*(np.concatenate(values) for values in zip(*parts, strict=True))))


def _slack_of_cells(
    problem: SlackProblem, runs: Sequence[_SampledRun], family: Family, groups: _Groups, cells: _Cells,
    low: FloatArray, to_beat: float,
) -> FloatArray:  # fmt: skip
    """The slack at the centres, once these are moved to where the second skew is one that a schedule can have.

    With run bounds, slack below `low` comes out as anything below it, and what is from there to `to_beat` as anything
    in between: so most cells cost one look at the run.
    """
    most_change, h, centres = groups.most_change[cells.group], groups.first[cells.group], cells.centres
    centres[:, -1] = np.clip(centres[:, -1], centres[:, 0] - most_change, centres[:, 0] + most_change)
    slack, edges = np.empty(h.size), problem._replace(run_bounds=())
    for some in _pieces(np.arange(h.size), family.ways.shape[2]):
        slack[some] = slack_of_schedules(edges, family.epoch_skews(h[some], centres[some]))
    if not runs:
        return slack
    near = _where_runs_hold(runs, h, centres, low, np.flatnonzero(slack >= low))
    good = _where_runs_hold(runs, h, centres, np.full(h.size, to_beat), near[slack[near] >= to_beat])
    out = np.ones(h.size, dtype=bool)
    out[near] = False
    slack[out] = low[out] - 1.0
    slack[near] = (np.minimum(low[near], to_beat) + to_beat) / 2
    for some in _pieces(good, family.ways.shape[2]):
        fine, skews = _CELL_TOLERANCE * cells.radius[some], family.epoch_skews(h[some], centres[some])
        slack[some] = slack_of_schedules(problem, skews, to_beat, fine=fine)
    return slack


def _pieces(rows: IntArray, epochs: int) -> list[IntArray]:
    """The rows in pieces that stay in the processor's cache."""
    per_piece = max(1, _CELL_SKEWS_PER_PIECE // epochs)
    return [rows[i : i + per_piece] for i in range(0, rows.size, per_piece)]


# --- run bounds on cells ----------------------------------------------------------------------------------------------


class _SampledRun(NamedTuple):
    """A run bound for the candidates of a family, on some of the epochs that stand for all: (H, skews, epochs).

    NOTE Of 1000 epochs every eighth, each with the draws of eight, in the order of the skews: no sum over the run
    depends on the order of the epochs.
    """

    by_skew: SharesBySkew
    run_bound: RunBound
    ways: FloatArray

    @classmethod
    def of(cls, by_skew: SharesBySkew, run_bound: RunBound, family: Family) -> _SampledRun:
        ways = family.ways[:, :, run_bound.window.start : run_bound.window.stop]
        epochs, every = ways.shape[2], -(-ways.shape[2] // _MOST_EPOCHS_SAMPLED)
        if every > 1:
            order = np.argsort(ways[:, -1:], axis=2, kind="stable")[:, :, every // 2 :: every]
            ways = np.take_along_axis(ways, order, axis=2)
            by_skew = by_skew.with_samples(round(by_skew.draws.samples * epochs / ways.shape[2]))
        return cls(by_skew, run_bound._replace(window=range(ways.shape[2])), ways)

    def holds(self, h: IntArray, skews: FloatArray, slack: FloatArray) -> BoolArray:
        """Whether it holds for all schedules so far away from these; where slack < 0, for one of them."""
        run_skews = np.einsum("ks,kse->ke", skews, self.ways[h])
        return run_bound_holds(self.by_skew, self.run_bound, run_skews, slack)


def _where_runs_hold(
    runs: Sequence[_SampledRun], h: IntArray, skews: FloatArray, slack: FloatArray, rows: IntArray
) -> IntArray:
    """The rows, of those given, in which all run bounds hold with this slack."""
    for run in runs:
        pieces = _pieces(rows, run.ways.shape[2])
        held = [some[run.holds(h[some], skews[some], slack[some])] for some in pieces]
        rows = np.concatenate([rows[:0], *held])
    return rows
