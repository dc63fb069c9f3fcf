"""Local refinement: from a schedule that the family search found to the best one near it, by linear programs.

The one contract here: exact to rounding. Without run bounds one linear program does it; with run bounds, which are not
linear, several do, each within a trust region that shrinks where the last one promised too much.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.family_search import COARSE, FoundSchedule, SlackProblem, slack_of_schedules
from sampler_core.tuning.linear_program import highest_point
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.skew_intervals import nearest_interval


def refined(problem: SlackProblem, family: Family, found: FoundSchedule) -> FoundSchedule:
    """The best schedule near a found one, exact to rounding."""
    free = problem._replace(run_bounds=())
    alone, _ = _by_linear_program(free, family, found, np.inf)
    together = float(slack_of_schedules(problem, alone.skews(family))[0])
    if not problem.run_bounds or together >= alone.slack - 1e-10:  # no run bound binds
        return alone if alone.slack >= found.slack or not problem.run_bounds else found
    found = found._replace(slack=float(slack_of_schedules(problem, found.skews(family))[0]))
    trust = 4 * COARSE
    for _ in range(40):
        better, promised = _by_linear_program(problem, family, found, trust)
        gain, hoped = better.slack - found.slack, promised - found.slack
        found = better if gain > 0 else found
        if hoped < 1e-12 or trust < 1e-11:
            break
        trust = trust / 4 if gain < 0.25 * hoped else min(2 * trust, 4 * COARSE)
    return found


def nearest_schedule(problem: SlackProblem, family: Family, found: FoundSchedule, skews: FloatArray) -> FoundSchedule:
    """Of the schedules with the same h and slack, the one whose largest difference from `skews` is least."""
    rows, limits = _edge_rows(problem, family, found, 0.0)
    edge_slack = float(slack_of_schedules(problem._replace(run_bounds=()), found.skews(family))[0])
    limits = limits - min(found.slack, edge_slack) + 1e-12
    ways = np.stack([family.ways_a[found.h], family.ways_b[found.h]], axis=1)
    here = skews - family.offset
    ones = np.ones((len(ways), 1))
    away = np.vstack([np.hstack([ways, ones]), np.hstack([-ways, ones])])
    rows, limits = np.vstack([rows, away]), np.concatenate([limits, here, -here])
    a, b, _ = highest_point(*_with_bounds(problem, family, found, rows, limits))
    moved = found._replace(a=a, b=b)
    slack = float(slack_of_schedules(problem, moved.skews(family))[0])
    return moved._replace(slack=slack) if slack >= found.slack - 1e-9 else found


def _by_linear_program(
    problem: SlackProblem, family: Family, found: FoundSchedule, trust: float
) -> tuple[FoundSchedule, float]:
    """The solution of the linear program, with its true slack, and the slack that the program promised."""
    rows, limits = _edge_rows(problem, family, found, 1.0)
    at = np.array([found.a, found.b])
    if problem.run_bounds:
        coupled, bound = _run_rows(problem, family, found, at, trust)
        rows, limits = np.vstack([rows, coupled]), np.concatenate([limits, bound])
    a, b, promised = highest_point(*_with_bounds(problem, family, found, rows, limits))
    moved = found._replace(a=a, b=b)
    return moved._replace(slack=float(slack_of_schedules(problem, moved.skews(family))[0])), promised


def _edge_rows(
    problem: SlackProblem, family: Family, found: FoundSchedule, slack: float
) -> tuple[FloatArray, FloatArray]:
    """low + slack t <= skew <= high - slack t, for the interval that each epoch is in."""
    skews = found.skews(family)[0]
    ways = np.stack([family.ways_a[found.h], family.ways_b[found.h]], axis=1)
    rows, limits = [np.zeros((0, 3))], [np.zeros(0)]
    for segment, allowed in problem.segments:
        part = slice(segment.start, segment.stop)
        pieces = nearest_interval(allowed, skews[part])
        for sign, edge in ((-1.0, 0), (1.0, 1)):
            real = np.isfinite(pieces[:, edge])
            rows.append(np.column_stack([sign * ways[part][real], np.full(real.sum(), slack)]))
            limits.append(sign * (pieces[real, edge] - family.offset[part][real]))
    return np.vstack(rows), np.concatenate(limits)


def _run_rows(
    problem: SlackProblem, family: Family, found: FoundSchedule, at: FloatArray, trust: float
) -> tuple[FloatArray, FloatArray]:
    """The slack of the run bounds, linear in a and b around this schedule, and the trust region."""
    step = max(min(trust, 1e-4) / 2, 1e-9)
    moves = np.array([[0, 0], [step, 0], [-step, 0], [0, step], [0, -step]]) + at
    skews = family.skews(np.full(5, found.h), moves[:, 0], moves[:, 1])
    rows, limits = [], []
    near = 10 * trust + 4 * step  # a run bound with more slack does not bind
    alone = problem._replace(segments=(), distances=(), enough=min(found.slack + near, problem.enough))
    fine = max(1e-11, 1e-6 * step)
    for run_bound in problem.run_bounds:
        here, right, left, above, below = slack_of_schedules(
            alone._replace(run_bounds=(run_bound,)), skews, found.slack - near, fine
        )
        slope = np.array([right - left, above - below]) / (2 * step)
        rows.append([-slope[0], -slope[1], 1.0])
        limits.append(here - slope @ at)
    for i in (0, 1):
        for sign in (1.0, -1.0):
            rows.append([sign * (i == 0), sign * (i == 1), 0.0])
            limits.append(sign * at[i] + trust)
    return np.array(rows), np.array(limits)


def _with_bounds(
    problem: SlackProblem, family: Family, found: FoundSchedule, rows: FloatArray, limits: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The rows with those of the bounds on a, b and slack first, from which the linear program starts."""
    change = float(family.most_change[found.h])
    bounds = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    ends = [problem.high, problem.high, problem.enough, -problem.low, -problem.low]
    if np.isfinite(change):
        bounds += [[1, -1, 0], [-1, 1, 0]]
        ends += [change, change]
    return np.vstack([np.array(bounds, dtype=np.float64), rows]), np.concatenate([ends, limits])
