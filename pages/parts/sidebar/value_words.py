"""Values, targets and errors in the words of the page: the labels of parameters for the library's names."""

from __future__ import annotations

import re
from typing import Any

from pages.parts.sidebar.controls import titles_of
from sampler_core.formatting import number
from sampler_core.plans import parameters as rows
from sampler_core.plans.parameters import LIMIT_ROWS, PLAN_ROWS, Parameter, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.target_values import followed_schedule, rows_and_values
from sampler_core.plans.targets import Target, skew_schedule

DATA_FIELDS = {"num_classes": rows.CLASSES, "num_samples": rows.SAMPLES, "imbalance_ratio": rows.RATIO}
_QUOTED_OR_WORD = re.compile(r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)|\w+=?""")


def value_in_words(row: Parameter, value: Any) -> str:
    """A value of a row as people read it."""
    if value is None:
        return "none"
    if row.kind == "choice":
        return titles_of(row)[value]
    return str(value) if row.kind == "text" else number(value)


def target_in_words(target: Target) -> str:
    """A target in one line of plain text: its name, shape and settings. `ValueError` where controls cannot make it."""
    schedule = followed_schedule(target)
    shape = f", {SCHEDULES.name_of(schedule)}" if schedule is not None else ""
    given = rows_and_values(target) + ([] if schedule is None else rows_and_values(schedule))
    settings = [f"{row.label.lower()} {value_in_words(row, value)}" for row, value in given if value is not None]
    return f"{TARGETS.name_of(target).replace('_', ' ')}{shape}{': ' if settings else ''}{', '.join(settings)}"


def error_in_words(error: Exception) -> str:
    """What the library says of a plan, with the sidebar's labels for its names; what it quotes stays."""
    limits = {f"{field}=": f"{row.label} " for field, row in LIMIT_ROWS.items()}  # as in "max_repeats=2 must allow"
    described = [rows_of(cls) for cls in (*TARGETS.values(), *SCHEDULES.values())]
    fields = [pair for rows_of_fields in (DATA_FIELDS, PLAN_ROWS, *described) for pair in rows_of_fields.items()]
    labels = limits | {field: row.label for field, row in fields if field != row.label.lower()}
    return _QUOTED_OR_WORD.sub(lambda found: labels.get(found[0], found[0]), str(error))


def row_labels(plan: SamplingPlan) -> dict[str, str]:
    """Field -> label, of the plan's own parameters, and of the schedule of a power skew or of another target."""
    described = rows_of(type(skew_schedule(plan.target) or plan.target))
    return {field: row.label for field, row in (PLAN_ROWS | described).items()}
