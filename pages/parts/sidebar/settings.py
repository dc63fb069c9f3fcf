"""From the values of the sidebar's controls to class counts and a plan."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from pages.parts.sidebar.controls import PROFILE, SHAPE, TABLE, TARGET, control
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import load, published_datasets, synthetic
from sampler_core.plans import parameters as rows
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.targets import PowerSkew

OWN = "own"
ROWS_OF: dict[str, tuple[Parameter, ...]] = {
    "synthetic": (PROFILE, rows.RATIO, rows.CLASSES, rows.SAMPLES), "published": (TABLE,), "mine": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of the sidebar's controls: of the data and the run by key, of the target and its schedule by field."""

    data: dict[str, Any]
    target: str
    fields: dict[str, Any]
    run: dict[str, Any]

    def counts(self) -> ClassCounts:
        """The class counts that they stand for."""
        return counts_of(self.data)

    def plan(self) -> SamplingPlan:
        """The plan; `TypeError`, `ValueError` where they make none."""
        return plan_of(target_of(self.target, self.fields), self.run)

    def at(self, key: str, value: float) -> Settings:
        """With the slider of that key elsewhere; `TypeError`, `ValueError` where there is none or not so far."""
        of_run = {row.key: row for row in rows.RUN_ROWS}
        of_data = {row.key: row for row in rows.DATA_ROWS}
        if key in self.run:
            return dataclasses.replace(self, run=self.run | {key: _moved(of_run[key], value)})
        if key in self.data and OWN not in self.data:
            return dataclasses.replace(self, data=self.data | {key: _moved(of_data[key], value)})
        return dataclasses.replace(self, fields=_field_moved(TARGETS[self.target], self.fields, key, value))


def _moved(row: Parameter, value: float) -> float | int:
    if row.slider is None:
        raise ValueError(f"{row.key} has no slider")
    moved = int(value) if row.kind == "integer" and value == int(value) else value
    row.check(moved)
    return moved


def _field_moved(described: type, fields: dict[str, Any], key: str, value: float) -> dict[str, Any]:
    for field, held in fields.items():
        row = rows_of(described).get(field)
        if row is None:
            shape, inner = held
            if any(one.key == key for one in rows_of(SCHEDULES[shape]).values()):
                return fields | {field: (shape, _field_moved(SCHEDULES[shape], inner, key, value))}
        elif row.key == key:
            return fields | {field: _moved(row, value)}
    raise ValueError(f"{key} is not set here")


def counts_of(data: dict[str, Any]) -> ClassCounts:
    """The class counts that the values of the Data group stand for."""
    if OWN in data:
        own: ClassCounts = data[OWN]
        return own
    if "table" in data:
        return load(data["table"])
    return synthetic(data["profile"], data["classes"], data["samples"], data["ratio"])


def unit_of(data: dict[str, Any]) -> str:
    """What one sample is."""
    return next((table.unit for table in published_datasets() if table.name == data.get("table")), "samples")


def target_values() -> tuple[str, dict[str, Any]]:
    """The chosen target and the value of each of its fields.

    A field without a row is a schedule, or a target that this one builds on: both come from the schedule's controls.
    """
    name = control(TARGET)
    values: dict[str, Any] = {}
    described = rows_of(TARGETS[name])
    for field in (f.name for f in dataclasses.fields(TARGETS[name])):
        values[field] = control(described[field]) if field in described else _schedule_values()
    return name, values


def _schedule_values() -> tuple[str, dict[str, Any]]:
    shape = control(SHAPE)
    return shape, {field: control(row) for field, row in rows_of(SCHEDULES[shape]).items()}


def target_of(name: str, values: dict[str, Any]) -> Any:
    """The target of these values; a bare schedule where a target is wanted becomes a power skew."""
    built = dict(values)
    for field in values.keys() - rows_of(TARGETS[name]).keys():
        shape, fields = values[field]
        schedule = SCHEDULES[shape](**fields)
        built[field] = schedule if field == "schedule" else PowerSkew(schedule)
    return TARGETS[name](**built)


def plan_of(target: Any, run: dict[str, Any]) -> SamplingPlan:
    """The plan of a target and the values of the Run group."""
    return SamplingPlan(
        target=target,
        epochs=run["epochs"],
        batch_size=run["batch"],
        samples_per_epoch=run["per_epoch"],
        drawing=run["scheme"],
        max_repeats=run["max_repeats"],
        min_share=run["min_share"],
        min_per_batch=run["min_per_batch"],
        seed=run["seed"],
    )
