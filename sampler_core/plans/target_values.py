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
    "power_skew", kind="choice", choices=tuple(TARGETS), group="schedule", brief="{}",
)  # fmt: skip
SHAPE = Parameter(
    "shape", "Shape", "How the skew moves over the epochs.", "linear", kind="choice", choices=tuple(SCHEDULES),
    group="schedule", brief="{}",
)  # fmt: skip


def collected_values(value_of: Callable[[Parameter], Any]) -> dict[str, Any]:
    """Key -> value of a target's parameters, asked one by one: the target, its fields, the shape, the shape's fields.

    A field without a row is a schedule, or a target that this one builds on: both come from the schedule's parameters.
    """
    target_values = {TARGET.key: value_of(TARGET)}
    for parameter in _parameters_or_none(TARGETS[target_values[TARGET.key]]).values():
        if parameter is not None:
            target_values[parameter.key] = value_of(parameter)
        else:
            target_values[SHAPE.key] = value_of(SHAPE)
            schedule_parameters = rows_of(SCHEDULES[target_values[SHAPE.key]]).values()
            target_values |= {parameter.key: value_of(parameter) for parameter in schedule_parameters}
    return target_values


def target_of(target_values: Mapping[str, Any]) -> Target:
    """The target of these values; missing ones are their rows' defaults. Errors: those of the target."""
    target: Target = _target_or_schedule_of(TARGETS[target_values.get(TARGET.key, TARGET.default)], target_values)
    return target


def values_of(target: Target) -> dict[str, Any]:
    """Key -> value of the parameters that make this target; `ValueError` where controls cannot make it."""
    target_values = {TARGET.key: TARGETS.name_of(target), **_values_of_fields(target)}
    if (schedule := followed_schedule(target)) is not None:
        target_values |= {SHAPE.key: SCHEDULES.name_of(schedule), **_values_of_fields(schedule)}
    return target_values


def followed_schedule(target: Target) -> Schedule | None:
    """The schedule of a target, or of the power skew it builds on; `ValueError` where it builds on another target."""
    inner_fields = (name for name, parameter in _parameters_or_none(type(target)).items() if parameter is None)
    for inner_target in (getattr(target, name) for name in inner_fields):
        schedule: Schedule | None = inner_target.schedule if isinstance(inner_target, PowerSkew) else inner_target
        if type(schedule) not in SCHEDULES.values():
            raise ValueError(f"a target on top of {TARGETS.name_of(inner_target).replace('_', ' ')!r} has no controls")
        return schedule
    return None


def _target_or_schedule_of(cls: type, target_values: Mapping[str, Any]) -> Any:
    field_values: dict[str, Any] = {}
    for name, parameter in _parameters_or_none(cls).items():
        if parameter is not None:
            field_values[name] = target_values.get(parameter.key, parameter.default)
        else:
            schedule = _target_or_schedule_of(SCHEDULES[target_values.get(SHAPE.key, SHAPE.default)], target_values)
            field_values[name] = schedule if name == "schedule" else PowerSkew(schedule)
    return cls(**field_values)


def _parameters_or_none(cls: type) -> dict[str, Parameter | None]:
    """Field name -> row; None for a field that holds a schedule or a target."""
    return {field.name: rows_of(cls).get(field.name) for field in dataclasses.fields(cls)}


def _values_of_fields(target_or_schedule: Any) -> dict[str, Any]:
    parameters = rows_of(type(target_or_schedule)).items()
    return {row.key: _plain_value_of_field(row, getattr(target_or_schedule, name)) for name, row in parameters}


def _plain_value_of_field(parameter: Parameter, field_value: Any) -> Any:
    """Points, factors and shares as the text that their control holds."""
    if parameter.kind != "text" or isinstance(field_value, str):
        return field_value
    if parameter.key == "points":
        return ", ".join(f"{epoch}:{skew!r}" for epoch, skew in field_value)
    return escaped_surrogates(json.dumps({str(name): factor for name, factor in field_value}, ensure_ascii=False))
