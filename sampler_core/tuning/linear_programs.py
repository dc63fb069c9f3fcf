"""Local refinement: from a schedule that the family search found to the best one near it, by linear programs.

The one contract here: exact to rounding. Without run bounds one linear program does it; with run bounds, which are not
linear, several do, each within a trust region that shrinks where the last one promised too much.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.feasible_band import UNLIMITED, nearest_interval
from sampler_core.tuning.run_bounds import SlackProblem
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.slack_search import FoundSchedule, slack_of_schedules

_MOST_STEPS = 500


def refined(problem: SlackProblem, family: Family, found: FoundSchedule, trust: float) -> FoundSchedule:
    """The best schedule near a found one, exact to rounding. trust: how far a skew is moved at once, at most."""
    alone, promised = _by_linear_program(problem, family, found, np.inf)
    if not problem.run_bounds or alone.slack >= promised - 1e-10:  # no run bound binds
        return alone if alone.slack >= found.slack or not problem.run_bounds else found
    found = found._replace(slack=float(slack_of_schedules(problem, found.epoch_skews(family))[0]))
    most_trust = trust
    for _ in range(40):
        better, promised = _by_linear_program(problem, family, found, trust)
        gain, hoped = better.slack - found.slack, promised - found.slack
        found = better if gain > 0 else found
        if hoped < 1e-12 or trust < 1e-11:
            break
        trust = trust / 4 if gain < 0.25 * hoped else min(2 * trust, most_trust)
    return found


def nearest_schedule(problem: SlackProblem, family: Family, found: FoundSchedule, skews: FloatArray) -> FoundSchedule:
    """Of the schedules with the same h and slack, the one whose largest difference from `skews` is least."""
    rows, limits = _edge_rows(problem, family, found, 0.0)
    edge_slack = float(slack_of_schedules(problem._replace(run_bounds=()), found.epoch_skews(family))[0])
    limits = limits - min(found.slack, edge_slack) + 1e-12
    ways, ones = family.ways[found.h].T, np.ones((skews.size, 1))
    away = np.vstack([np.hstack([ways, ones]), np.hstack([-ways, ones])])
    rows, limits = np.vstack([rows, away]), np.concatenate([limits, skews, -skews])
    moved = found._replace(skews=highest_point(*_with_bounds(problem, family, found, rows, limits))[:-1])
    slack = float(slack_of_schedules(problem, moved.epoch_skews(family))[0])
    return moved._replace(slack=slack) if slack >= found.slack - 1e-9 else found


def _by_linear_program(
    problem: SlackProblem, family: Family, found: FoundSchedule, trust: float
) -> tuple[FoundSchedule, float]:
    """The solution of the linear program, with its true slack, and the slack that the program promised.

    trust: inf leaves the run bounds out.
    """
    rows, limits = _edge_rows(problem, family, found, 1.0)
    if problem.run_bounds and np.isfinite(trust):
        coupled, bound = _run_bound_rows(problem, family, found, trust)
        rows, limits = np.vstack([rows, coupled]), np.concatenate([limits, bound])
    *skews, promised = highest_point(*_with_bounds(problem, family, found, rows, limits))
    moved = found._replace(skews=np.array(skews))
    return moved._replace(slack=float(slack_of_schedules(problem, moved.epoch_skews(family))[0])), promised


def _edge_rows(
    problem: SlackProblem, family: Family, found: FoundSchedule, slack: float
) -> tuple[FloatArray, FloatArray]:
    """low + slack t <= skew <= high - slack t, for the interval that each epoch is in."""
    skews, ways = found.epoch_skews(family)[0], family.ways[found.h].T
    intervals = np.vstack([nearest_interval(allowed, skews[list(segment)]) for segment, allowed in problem.segments])
    rows = np.column_stack([np.vstack([-ways, ways]), np.full(2 * skews.size, slack)])
    limits = np.concatenate([-intervals[:, 0], intervals[:, 1]])
    return rows[np.isfinite(limits)], limits[np.isfinite(limits)]


def _run_bound_rows(
    problem: SlackProblem, family: Family, found: FoundSchedule, trust: float
) -> tuple[FloatArray, FloatArray]:
    """The slack of the run bounds, linear in the skews around this schedule, and the trust region."""
    step, at, n = max(min(trust, 1e-4) / 2, 1e-9), found.skews, found.skews.size
    moves = step * np.vstack([np.zeros(n), np.eye(n), -np.eye(n)]) + at
    skews = family.epoch_skews(np.full(len(moves), found.h), moves)
    near = 10 * trust + 4 * step  # a run bound with more slack does not bind
    fine = max(1e-11, 1e-6 * step)
    rows, limits = [np.eye(n, n + 1), -np.eye(n, n + 1)], [at + trust, trust - at]
    for run_bound in problem.run_bounds:
        alone = problem._replace(segments=(), run_bounds=(run_bound,))
        slack = slack_of_schedules(alone, skews, found.slack - near, found.slack + near, fine)
        slope = (slack[1 : n + 1] - slack[n + 1 :]) / (2 * step)
        rows.append(np.append(-slope, 1.0)[None])
        limits.append(slack[:1] - slope @ at)
    return np.vstack(rows), np.concatenate(limits)


def _with_bounds(
    problem: SlackProblem, family: Family, found: FoundSchedule, rows: FloatArray, limits: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The rows with those of the bounds on skews and slack first, from which the linear program starts."""
    n, change = found.skews.size, float(family.most_change[found.h])
    bounds, ends = [np.eye(n + 1), -np.eye(n, n + 1)], [problem.high] * n + [UNLIMITED] + [-problem.low] * n
    if np.isfinite(change):
        bounds.append(np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]]))
        ends += [change, change]
    return np.vstack([*bounds, rows]), np.concatenate([ends, limits])


def highest_point(rows: FloatArray, limits: FloatArray) -> FloatArray:
    """The point with rows @ point <= limits and the largest last coordinate; (coordinates,).

    Dual simplex: the corner of as many rows as there are coordinates, whose normals span the objective with factors
    >= 0, is moved to the row that it violates most until it violates none. The first rows must be such: an upper bound
    on each coordinate. rows: (m, coordinates); limits: (m,). Of several best points, one of them, always the same.
    """
    basis = np.arange(rows.shape[1])
    objective = np.eye(basis.size)[-1]
    for step in range(_MOST_STEPS):
        corner = np.linalg.solve(rows[basis], limits[basis])
        excess = rows @ corner - limits
        violated = np.flatnonzero(excess > 1e-12)
        if violated.size == 0:
            break
        # Bland's rule after a while: the first violated row, so that no corner comes up for ever
        entering = int(violated[0] if step > 50 else excess.argmax())
        factors = np.linalg.solve(rows[basis].T, np.stack([objective, rows[entering]], axis=1))
        possible = np.flatnonzero(factors[:, 1] > 1e-12)
        if possible.size == 0:
            break  # no point at all: the corner that is nearest to one
        ratios = np.maximum(factors[possible, 0], 0.0) / factors[possible, 1]
        leaving = possible[ratios <= ratios.min() + 1e-15]
        basis[leaving[basis[leaving].argmin()]] = entering
    return np.asarray(corner)
