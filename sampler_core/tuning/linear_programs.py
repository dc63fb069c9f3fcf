"""Local refinement: from a schedule that the family search found to the best one near it, by linear programs.

The one contract here: exact to rounding. Without run bounds one linear program does it; with run bounds, which are not
linear, several do, each within a trust region that shrinks where the last one promised too much.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.feasible_band import UNLIMITED_SLACK, nearest_interval
from sampler_core.tuning.schedule_families import Family
from sampler_core.tuning.slack_search import FoundSchedule, SlackProblem, slack_of_schedules

_MOST_SIMPLEX_STEPS = 500


def refined(
    problem: SlackProblem, family: Family, found: FoundSchedule, trust_region: float, enough: float = np.inf
) -> FoundSchedule:
    """The best schedule near a found one, exact to rounding, or the first on the way with slack `enough`.

    trust_region: how far a skew is moved at once, at most.
    """
    optimum, promised_slack = _by_linear_program(problem, family, found, np.inf)
    if not problem.run_bounds or optimum.slack >= promised_slack - 1e-10:  # no run bound binds
        return optimum if optimum.slack >= found.slack or not problem.run_bounds else found
    found = found._replace(slack=float(slack_of_schedules(problem, found.epoch_skews(family))[0]))
    most_trust = trust_region
    for _ in range(40):
        optimum, promised_slack = _by_linear_program(problem, family, found, trust_region)
        gain, hoped = optimum.slack - found.slack, promised_slack - found.slack
        found = optimum if gain > 0 else found
        if hoped < 1e-12 or trust_region < 1e-11 or found.slack >= enough:
            break
        trust_region = trust_region / 4 if gain < 0.25 * hoped else min(2 * trust_region, most_trust)
    return found


def nearest_schedule(problem: SlackProblem, family: Family, found: FoundSchedule, skews: FloatArray) -> FoundSchedule:
    """Of the schedules with the same h and slack, the one whose largest difference from `skews` is least."""
    constraints, limits = _edge_constraints(problem, family, found, 0.0)
    edge_slack = float(slack_of_schedules(problem._replace(run_bounds=()), found.epoch_skews(family))[0])
    limits = limits - min(found.slack, edge_slack) + 1e-12
    ways, ones = family.ways[found.h].T, np.ones((skews.size, 1))
    distance_constraints = np.vstack([np.hstack([ways, ones]), np.hstack([-ways, ones])])
    constraints, limits = np.vstack([constraints, distance_constraints]), np.concatenate([limits, skews, -skews])
    optimum = found._replace(
        skews=optimal_point(*_program_with_bounds(problem, family, found, constraints, limits))[:-1]
    )
    slack = float(slack_of_schedules(problem, optimum.epoch_skews(family))[0])
    return optimum._replace(slack=slack) if slack >= found.slack - 1e-9 else found


def _by_linear_program(
    problem: SlackProblem, family: Family, found: FoundSchedule, trust_region: float
) -> tuple[FoundSchedule, float]:
    """The solution of the linear program, with its true slack, and the slack that the program promised.

    trust_region: inf leaves the run bounds out.
    """
    constraints, limits = _edge_constraints(problem, family, found, 1.0)
    if problem.run_bounds and np.isfinite(trust_region):
        coupled, bound = _run_bound_constraints(problem, family, found, trust_region)
        constraints, limits = np.vstack([constraints, coupled]), np.concatenate([limits, bound])
    *skews, promised_slack = optimal_point(*_program_with_bounds(problem, family, found, constraints, limits))
    optimum = found._replace(skews=np.array(skews))
    slack = float(slack_of_schedules(problem, optimum.epoch_skews(family))[0])
    return optimum._replace(slack=slack), promised_slack


def _edge_constraints(
    problem: SlackProblem, family: Family, found: FoundSchedule, slack: float
) -> tuple[FloatArray, FloatArray]:
    """low + slack t <= skew <= high - slack t, for the interval that each epoch is in."""
    found_skews, found_ways = found.epoch_skews(family)[0], family.ways[found.h].T
    allowed_intervals = np.vstack(
        [nearest_interval(allowed, found_skews[list(segment)]) for segment, allowed in problem.segments]
    )
    constraints = np.column_stack([np.vstack([-found_ways, found_ways]), np.full(2 * found_skews.size, slack)])
    limits = np.concatenate([-allowed_intervals[:, 0], allowed_intervals[:, 1]])
    return constraints[np.isfinite(limits)], limits[np.isfinite(limits)]


def _run_bound_constraints(
    problem: SlackProblem, family: Family, found: FoundSchedule, trust_region: float
) -> tuple[FloatArray, FloatArray]:
    """The slack of the run bounds, linear in the skews around this schedule, and the trust region."""
    step, found_skews, n = max(min(trust_region, 1e-4) / 2, 1e-9), found.skews, found.skews.size
    moved_skews = step * np.vstack([np.zeros(n), np.eye(n), -np.eye(n)]) + found_skews
    skews = family.epoch_skews(np.full(len(moved_skews), found.h), moved_skews)
    near_slack = 10 * trust_region + 4 * step  # a run bound with more slack does not bind
    fine = max(1e-11, 1e-6 * step)
    constraints = [np.eye(n, n + 1), -np.eye(n, n + 1)]
    limits = [found_skews + trust_region, trust_region - found_skews]
    for run_bound in problem.run_bounds:
        one_bound_problem = problem._replace(segments=(), run_bounds=(run_bound,))
        slack = slack_of_schedules(one_bound_problem, skews, found.slack - near_slack, found.slack + near_slack, fine)
        slack_slope = (slack[1 : n + 1] - slack[n + 1 :]) / (2 * step)
        constraints.append(np.append(-slack_slope, 1.0)[None])
        limits.append(slack[:1] - slack_slope @ found_skews)
    return np.vstack(constraints), np.concatenate(limits)


def _program_with_bounds(
    problem: SlackProblem, family: Family, found: FoundSchedule, constraints: FloatArray, limits: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The constraints with those of the bounds on skews and slack first, from which the linear program starts."""
    n, change = found.skews.size, float(family.most_change[found.h])
    bounds, ends = [np.eye(n + 1), -np.eye(n, n + 1)], [problem.high] * n + [UNLIMITED_SLACK] + [-problem.low] * n
    if np.isfinite(change):
        bounds.append(np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]]))
        ends += [change, change]
    return np.vstack([*bounds, constraints]), np.concatenate([ends, limits])


def optimal_point(constraints: FloatArray, limits: FloatArray) -> FloatArray:
    """The point with constraints @ point <= limits and the largest last coordinate; (coordinates,).

    Dual simplex: the corner of as many rows as there are coordinates, whose normals span the objective with factors
    >= 0, is moved to the row that it violates most until it violates none. The first rows must be such: an upper bound
    on each coordinate. constraints: (m, coordinates); limits: (m,). Of several best points always the same one.
    """
    basis = np.arange(constraints.shape[1])
    objective = np.eye(basis.size)[-1]
    for step in range(_MOST_SIMPLEX_STEPS):
        corner = np.linalg.solve(constraints[basis], limits[basis])
        excess = constraints @ corner - limits
        violated = np.flatnonzero(excess > 1e-12)
        if violated.size == 0:
            break
        # Bland's rule after a while: the first violated row, so that no corner comes up for ever
        entering = int(violated[0] if step > 50 else excess.argmax())
        factors = np.linalg.solve(constraints[basis].T, np.stack([objective, constraints[entering]], axis=1))
        possible = np.flatnonzero(factors[:, 1] > 1e-12)
        if possible.size == 0:
            break  # no point at all: the corner that is nearest to one
        ratios = np.maximum(factors[possible, 0], 0.0) / factors[possible, 1]
        leaving = possible[ratios <= ratios.min() + 1e-15]
        basis[leaving[basis[leaving].argmin()]] = entering
    return np.asarray(corner)
