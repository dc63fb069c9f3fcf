"""plans.json: a file of several plans with names.

The one contract here: `plans_from_json(plans_to_json(plans)) == plans`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from sampler_core.plans.plan import SamplingPlan

SCHEMA = 1
MOST_PLANS, LONGEST_NAME = 6, 40
LONGEST_FILE = 20_000_000  # characters: six plans with the counts of 100,000 classes each

NamedPlans: TypeAlias = tuple[tuple[str, SamplingPlan], ...]


def plans_to_json(plans: NamedPlans) -> str:
    """The plans as JSON text; each as `SamplingPlan.to_json` writes it."""
    entries = [{"name": name, "plan": json.loads(plan.to_json())} for name, plan in plans]
    return json.dumps({"schema": SCHEMA, "plans": entries}, indent=2)


def plans_from_json(text: str) -> NamedPlans:
    """The plans again; a single plan's JSON is taken as one named "plan". `ValueError` that names what is wrong.

    A warning as of `SamplingPlan.from_json`.
    """
    plans, changed = read_plans(text)
    if changed:
        warnings.warn(changed, stacklevel=2)
    return plans


def read_plans(text: str) -> tuple[NamedPlans, str]:
    """`plans_from_json`, and what it would warn of, else ""."""
    if len(text) > LONGEST_FILE:
        raise ValueError(f"plans must be at most {LONGEST_FILE:,} characters, got {len(text):,}")
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"plans must be JSON, got {error}") from None
    if not isinstance(data, Mapping):
        raise ValueError(f"plans must be a JSON object, got {type(data).__name__}")
    if "plans" not in data:
        plan, changed = SamplingPlan.read_json(text)
        return (("plan", plan),), changed
    if data.get("schema") != SCHEMA or not isinstance(data["plans"], list):
        raise ValueError(f'plans must be an object with "schema": {SCHEMA} and a list "plans"')
    read = [_named_plan(entry) for entry in data["plans"]]
    check_names(name for name, _, _ in read)
    return tuple((name, plan) for name, plan, _ in read), next((changed for *_, changed in read if changed), "")


def check_names(names: Iterable[str]) -> None:
    """`ValueError` unless these can be the names of plans that are compared."""
    names = list(names)
    if not 1 <= len(names) <= MOST_PLANS:
        raise ValueError(f"plans must be from 1 to {MOST_PLANS}, got {len(names)}")
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.isspace():
            raise ValueError(f"name of a plan must be 1 to {LONGEST_NAME} printable characters, got {name!r}")
        if names.count(name) > 1:
            raise ValueError(f"name of a plan must be its own, got {name!r} twice")


def _named_plan(entry: object) -> tuple[str, SamplingPlan, str]:
    if not isinstance(entry, Mapping) or set(entry) != {"name", "plan"}:
        raise ValueError('each of plans must be an object with "name" and "plan"')
    try:
        return str(entry["name"]), *SamplingPlan.read_json(json.dumps(entry["plan"]))
    except ValueError as error:
        raise ValueError(f"plan {str(entry['name'])[:LONGEST_NAME]!r}: {error}") from None
