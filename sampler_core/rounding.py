"""Solved schedules with short numbers: as few digits as the demands allow.

The one contract here: the rounded plan meets every demand that the given plan meets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from sampler_core.counts import ClassCounts
from sampler_core.plan import SamplingPlan
from sampler_core.targets import PowerSkew, skew_schedule
from sampler_core.tuning import Demand, verdicts

DIGITS = (2, 3, 4, 6)


def rounded(plan: SamplingPlan, counts: ClassCounts, demands: Sequence[Demand]) -> SamplingPlan:
    """The plan with the numbers of its schedule in the fewest significant digits with which all demands hold.

    The plan itself where none of `DIGITS` will do, or where its target follows no schedule.
    """
    schedule = skew_schedule(plan.target)
    if schedule is None:
        return plan
    for digits in DIGITS:
        shorter = dataclasses.replace(plan, target=PowerSkew(_shorter(schedule, digits)))
        if all(verdict.holds for verdict in verdicts(shorter, counts, demands)):
            return shorter
    return plan


def _shorter(schedule: Any, digits: int) -> Any:
    fields = {field.name: getattr(schedule, field.name) for field in dataclasses.fields(schedule)}
    return type(schedule)(**{name: _short(value, digits) for name, value in fields.items()})


def _short(value: Any, digits: int) -> Any:
    """Floats rounded, in pairs too; whole numbers and None as they are."""
    if isinstance(value, tuple):
        return tuple(_short(item, digits) for item in value)
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value
