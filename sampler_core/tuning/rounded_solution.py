"""Solved schedules with short numbers: as few digits as the requirements allow.

The one contract here: the rounded plan meets every requirement that the solved plan meets, with nearly as much slack, and
the slack that is told is its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.targets import PowerSkew
from sampler_core.tuning import Requirement, Solution, verdicts
from sampler_core.tuning.best_schedule import Reach
from sampler_core.tuning.skew_curve import Curve
from sampler_core.tuning.skew_intervals import FREE
from sampler_core.tuning.solver import says_of

DIGITS = (2, 3, 4, 6)
KEPT = 0.9  # of the slack


def rounded(found: Solution, counts: ClassCounts, requirements: Sequence[Requirement]) -> Solution:
    """The solution with the numbers of its schedule in the fewest significant digits that keep `KEPT` of its slack.

    The solution itself where none of `DIGITS` will do, or where nothing was solved.
    """
    plan, schedule = found.plan, found.schedule
    if plan is None or schedule is None:
        return found
    reach = Reach(Curve(plan, counts), plan, SCHEDULES.name_of(schedule), found.bounds, FREE)
    for digits in DIGITS:
        shorter = dataclasses.replace(plan, target=PowerSkew(_shorter(schedule, digits)))
        judged = verdicts(shorter, counts, requirements)
        skews = shorter.skews()
        if skews is None or not all(verdict.holds for verdict in judged):
            continue
        slack = reach.slack(requirements, skews)
        slack = np.inf if slack >= FREE - 1e-9 else slack
        if slack >= KEPT * found.slack:
            says = says_of(_shorter(schedule, digits), len(requirements), slack)
            return dataclasses.replace(found, says=says, plan=shorter, slack=slack, verdicts=judged)
    return found


def _shorter(schedule: Any, digits: int) -> Any:
    fields = {field.name: getattr(schedule, field.name) for field in dataclasses.fields(schedule)}
    return type(schedule)(**{name: _short(value, digits) for name, value in fields.items()})


def _short(value: Any, digits: int) -> Any:
    """Floats rounded, in pairs too; whole numbers and None as they are."""
    if isinstance(value, tuple):
        return tuple(_short(item, digits) for item in value)
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value
