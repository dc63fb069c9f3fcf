"""Rounded solutions: schedules with as few digits as the requirements allow.

The one contract here: the rounded plan meets every requirement that the solved plan meets, with nearly as much slack;
the slack given is its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.targets import PowerSkew
from sampler_core.tuning.best_schedule import BestScheduleFinder
from sampler_core.tuning.feasible_band import verdicts
from sampler_core.tuning.requirements import Requirement
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.skew_intervals import UNLIMITED
from sampler_core.tuning.solver import Solution, solution_in_words

DIGITS_TRIED = (2, 3, 4, 6)
SLACK_KEPT = 0.9  # of the slack


def round_solution(found: Solution, counts: ClassCounts, requirements: Sequence[Requirement]) -> Solution:
    """The solution with its schedule in the fewest significant digits that keep `SLACK_KEPT` of its slack.

    The solution itself where none of `DIGITS_TRIED` will do, or where nothing was solved.
    """
    plan, schedule = found.plan, found.schedule
    if plan is None or schedule is None:
        return found
    finder = BestScheduleFinder(SharesBySkew(plan, counts), plan, SCHEDULES.name_of(schedule), found.bounds)
    for digits in DIGITS_TRIED:
        shorter = dataclasses.replace(plan, target=PowerSkew(_rounded_schedule(schedule, digits)))
        judged = verdicts(shorter, counts, requirements)
        skews = shorter.skews()
        if skews is None or not all(verdict.holds for verdict in judged):
            continue
        slack = finder.slack_of(requirements, skews)
        slack = np.inf if slack >= UNLIMITED - 1e-9 else slack
        if slack >= SLACK_KEPT * found.slack:
            says = solution_in_words(_rounded_schedule(schedule, digits), len(requirements), slack)
            return dataclasses.replace(found, says=says, plan=shorter, slack=slack, verdicts=judged)
    return found


def _rounded_schedule(schedule: Any, digits: int) -> Any:
    fields = {field.name: getattr(schedule, field.name) for field in dataclasses.fields(schedule)}
    return type(schedule)(**{name: _rounded_value(value, digits) for name, value in fields.items()})


def _rounded_value(value: Any, digits: int) -> Any:
    """Floats rounded, in pairs too; whole numbers and None as they are."""
    if isinstance(value, tuple):
        return tuple(_rounded_value(item, digits) for item in value)
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value
