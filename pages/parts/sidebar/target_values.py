"""Targets as the values of controls, and back; and in one line of words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from pages.parts.sidebar.controls import SHAPE, TARGET, titles_of
from sampler_core.formatting import number
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.plan_variants import sendable
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.targets import PowerSkew


def target_values(target: Any) -> dict[str, Any]:
    """Key -> value of the controls that make this target; `ValueError` where the sidebar cannot make it."""
    values: dict[str, Any] = {TARGET.key: TARGETS.name_of(target), **_described(target)}
    schedule = schedule_of(target)
    if schedule is not None:
        values |= {SHAPE.key: SCHEDULES.name_of(schedule), **_described(schedule)}
    return values


def schedule_of(target: Any) -> Any:
    """The schedule that a target, or the power skew it builds on, follows; None where it follows none."""
    for inner in (getattr(target, field.name) for field in _undescribed(type(target))):
        if inner in SCHEDULES:
            return inner
        if not isinstance(inner, PowerSkew):
            raise ValueError(f"a target on top of {TARGETS.name_of(inner).replace('_', ' ')!r} has no controls")
        return inner.schedule
    return None


def built_target(name: str, shape: str, value_of: Callable[[Parameter], Any]) -> Any:
    """A target from controls; `value_of` says what the control of a row holds. Errors: those of the target."""
    cls, schedule = TARGETS[name], SCHEDULES[shape]
    values = {field: value_of(row) for field, row in rows_of(cls).items()}
    for field in _undescribed(cls):
        made = schedule(**{own: value_of(row) for own, row in rows_of(schedule).items()})
        values[field.name] = made if field.name == "schedule" else PowerSkew(made)
    return cls(**values)


def needs_schedule(name: str) -> bool:
    """Whether the target of this name follows a schedule."""
    return bool(_undescribed(TARGETS[name]))


def described_target(target: Any) -> str:
    """A target in one line of plain text: its name, shape and settings."""
    schedule = schedule_of(target)
    shape = f", {SCHEDULES.name_of(schedule)}" if schedule is not None else ""
    given = [*_rows_and_values(target), *_rows_and_values(schedule)]
    settings = [f"{row.label.lower()} {said(row, value)}" for row, value in given if value is not None]
    return f"{TARGETS.name_of(target).replace('_', ' ')}{shape}{': ' if settings else ''}{', '.join(settings)}"


def said(row: Parameter, value: Any) -> str:
    """A value of a row as people read it."""
    if value is None:
        return "none"
    if row.kind == "choice":
        return titles_of(row)[value]
    return str(value) if row.kind == "text" else number(value)


def _undescribed(cls: type) -> list[Any]:
    """Fields without a row: a schedule, or a target that this one builds on."""
    return [field for field in dataclasses.fields(cls) if field.name not in rows_of(cls)]


def _described(value: Any) -> dict[str, Any]:
    return {row.key: given for row, given in _rows_and_values(value)}


def _rows_and_values(value: Any) -> list[tuple[Parameter, Any]]:
    if value is None:
        return []
    own = rows_of(type(value))
    return [(own[field.name], _as_control(own[field.name], getattr(value, field.name)))
            for field in dataclasses.fields(value) if field.name in own]  # fmt: skip


def _as_control(row: Parameter, value: Any) -> Any:
    """Corners and factors as the text that their control holds."""
    if row.kind != "text" or isinstance(value, str):
        return value
    if row.key == "points":
        return ", ".join(f"{epoch}:{skew!r}" for epoch, skew in value)
    return sendable(json.dumps({str(name): factor for name, factor in value}, ensure_ascii=False))
