"""PlanSet: several plans with names, as a file keeps them.

The one contract here: `PlanSet.from_json(s.to_json()) == s`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sampler_core.plans.plan import SamplingPlan

SCHEMA = 1
MOST_PLANS, LONGEST_NAME = 6, 40
LONGEST_FILE = 20_000_000  # characters: six plans with the counts of 100,000 classes each


@dataclass(frozen=True, slots=True)
class PlanSet:
    """One to six plans, each under a name of its own. plans: pairs of (name, plan)."""

    plans: tuple[tuple[str, SamplingPlan], ...]

    def __post_init__(self) -> None:
        check_names(tuple(name for name, _ in self.plans))

    def to_json(self) -> str:
        """The set as JSON text; each plan as `SamplingPlan.to_json` writes it."""
        plans = [{"name": name, "plan": json.loads(plan.to_json())} for name, plan in self.plans]
        return json.dumps({"schema": SCHEMA, "plans": plans}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> PlanSet:
        """The set again; a single plan's JSON is taken as a set of one. `ValueError` that names what is wrong."""
        data = _object_of(text)
        if "plans" not in data:
            return cls((("plan", SamplingPlan.from_json(text)),))
        plans = data["plans"]
        if data.get("schema") != SCHEMA or not isinstance(plans, list):
            raise ValueError(f'plans must be an object with "schema": {SCHEMA} and a list "plans"')
        return cls(tuple(_named_plan(entry) for entry in plans))


def check_names(names: tuple[str, ...]) -> None:
    """`ValueError` unless these can be the names of a set's plans."""
    if not 1 <= len(names) <= MOST_PLANS:
        raise ValueError(f"plans must be from 1 to {MOST_PLANS}, got {len(names)}")
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.isspace():
            raise ValueError(f"name of a plan must be 1 to {LONGEST_NAME} printable characters, got {name!r}")
        if names.count(name) > 1:
            raise ValueError(f"name of a plan must be its own, got {name!r} twice")


def _object_of(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST_FILE:
        raise ValueError(f"plans must be at most {LONGEST_FILE:,} characters, got {len(text):,}")
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"plans must be JSON, got {error}") from None
    if not isinstance(data, Mapping):
        raise ValueError(f"plans must be a JSON object, got {type(data).__name__}")
    return data


def _named_plan(entry: object) -> tuple[str, SamplingPlan]:
    if not isinstance(entry, Mapping) or set(entry) != {"name", "plan"}:
        raise ValueError('each of plans must be an object with "name" and "plan"')
    try:
        return str(entry["name"]), SamplingPlan.from_json(json.dumps(entry["plan"]))
    except ValueError as error:
        raise ValueError(f"plan {str(entry['name'])[:LONGEST_NAME]!r}: {error}") from None
