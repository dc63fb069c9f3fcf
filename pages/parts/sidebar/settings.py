"""From the values of the sidebar's controls to class counts and a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pages.parts.sidebar.controls import PROFILE, TABLE, rows_by_key
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import load, published_datasets, synthetic
from sampler_core.plans import parameters as rows
from sampler_core.plans.parameters import PLAN_ROWS, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import target_of

OWN = "own"
ROWS_OF: dict[str, tuple[Parameter, ...]] = {
    "synthetic": (PROFILE, rows.RATIO, rows.CLASSES, rows.SAMPLES), "published": (TABLE,), "mine": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of the sidebar's controls by key, and the class counts of the user's own labels under `OWN`."""

    values: dict[str, Any]

    def counts(self) -> ClassCounts:
        """The class counts of the Data group."""
        if OWN in self.values:
            own: ClassCounts = self.values[OWN]
            return own
        if TABLE.key in self.values:
            return load(self.values[TABLE.key])
        return synthetic(*(self.values[key] for key in ("profile", "classes", "samples", "ratio")))

    def unit(self) -> str:
        """What one sample is."""
        chosen = self.values.get(TABLE.key)
        return next((table.unit for table in published_datasets() if table.name == chosen), "samples")

    def plan(self) -> SamplingPlan:
        """The plan; `TypeError`, `ValueError` where they make none."""
        fields = {field: self.values[row.key] for field, row in PLAN_ROWS.items()}
        return SamplingPlan(target=target_of(self.values), **fields)

    def with_slider(self, key: str, value: float) -> Settings:
        """With the slider of this key at a value; `TypeError`, `ValueError` where there is none or not so far."""
        row = rows_by_key().get(key)
        if row is None or row.slider is None or key not in self.values:
            raise ValueError(f"{key} has no slider here")
        moved = int(value) if row.kind == "integer" and value == int(value) else value
        row.check(moved)
        return Settings(self.values | {key: moved})
