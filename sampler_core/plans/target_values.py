"""Targets as the values of their parameters, by key, and back: what controls, links and Compare hold.

The one contract here: `target_of(values_of(target)) == target` for every target that controls can make.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from sampler_core.plans import adaptive_targets, explicit_shares  # noqa: F401  # register their targets
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.plan_variants import escaped_surrogates
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.schedules import Schedule
from sampler_core.plans.targets import PowerSkew, Target

TARGET = Parameter(
    "target", "Target", "The rule that turns class counts into class shares.",
    "power_skew", kind="choice", choices=tuple(TARGETS),
)  # fmt: skip
SHAPE = Parameter(
    "shape", "Shape", "How the skew moves over the epochs.", "linear", kind="choice", choices=tuple(SCHEDULES)
)


def collected_values(value_of: Callable[[Parameter], Any]) -> dict[str, Any]:
    """Key -> value of a target's parameters, asked one by one: the target, its fields, the shape, the shape's fields.

    A field without a row is a schedule, or a target that this one builds on: both come from the schedule's parameters.
    """
    values = {TARGET.key: value_of(TARGET)}
    for row in _rows_or_none(TARGETS[values[TARGET.key]]).values():
        if row is not None:
            values[row.key] = value_of(row)
        else:
            values[SHAPE.key] = value_of(SHAPE)
            values |= {row.key: value_of(row) for row in rows_of(SCHEDULES[values[SHAPE.key]]).values()}
    return values


def target_of(values: Mapping[str, Any]) -> Target:
    """The target of these values; missing ones are their rows' defaults. Errors: those of the target."""
    target: Target = _built(TARGETS[values.get(TARGET.key, TARGET.default)], values)
    return target


def values_of(target: Target) -> dict[str, Any]:
    """Key -> value of the parameters that make this target; `ValueError` where controls cannot make it."""
    values = {TARGET.key: TARGETS.name_of(target), **_own_values(target)}
    schedule = followed_schedule(target)
    return values if schedule is None else values | {SHAPE.key: SCHEDULES.name_of(schedule), **_own_values(schedule)}


def followed_schedule(target: Target) -> Schedule | None:
    """The schedule of a target, or of the power skew it builds on; `ValueError` where it builds on another target."""
    for inner in (getattr(target, name) for name, row in _rows_or_none(type(target)).items() if row is None):
        schedule: Schedule | None = inner.schedule if isinstance(inner, PowerSkew) else inner
        if type(schedule) not in SCHEDULES.values():
            raise ValueError(f"a target on top of {TARGETS.name_of(inner).replace('_', ' ')!r} has no controls")
        return schedule
    return None


def _built(cls: type, values: Mapping[str, Any]) -> Any:
    fields: dict[str, Any] = {}
    for name, row in _rows_or_none(cls).items():
        if row is not None:
            fields[name] = values.get(row.key, row.default)
        else:
            schedule = _built(SCHEDULES[values.get(SHAPE.key, SHAPE.default)], values)
            fields[name] = schedule if name == "schedule" else PowerSkew(schedule)
    return cls(**fields)


def _rows_or_none(cls: type) -> dict[str, Parameter | None]:
    """Field name -> row; None for a field that holds a schedule or a target."""
    return {field.name: rows_of(cls).get(field.name) for field in dataclasses.fields(cls)}


def _own_values(value: Any) -> dict[str, Any]:
    return {row.key: _plain(row, getattr(value, name)) for name, row in rows_of(type(value)).items()}


def _plain(row: Parameter, value: Any) -> Any:
    """Points, factors and shares as the text that their control holds."""
    if row.kind != "text" or isinstance(value, str):
        return value
    if row.key == "points":
        return ", ".join(f"{epoch}:{skew!r}" for epoch, skew in value)
    return escaped_surrogates(json.dumps({str(name): factor for name, factor in value}, ensure_ascii=False))
