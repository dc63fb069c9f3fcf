"""plans.json: a file of several plans with names.

The one contract here: `plans_from_json(plans_to_json(plans)) == plans`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from sampler_core.plans.plan import SamplingPlan

PLANS_SCHEMA = 1
MOST_PLANS, LONGEST_NAME = 6, 40
LONGEST_FILE = 20_000_000  # characters: six plans with the counts of 100,000 classes each

NamedPlans: TypeAlias = tuple[tuple[str, SamplingPlan], ...]


def plans_to_json(named_plans: NamedPlans) -> str:
    """The plans as JSON text; each as `SamplingPlan.to_json` writes it."""
    plans_json = [{"name": plan_name, "plan": json.loads(plan.to_json())} for plan_name, plan in named_plans]
    return json.dumps({"schema": PLANS_SCHEMA, "plans": plans_json}, indent=2)


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
        plans_json = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"plans must be JSON, got {error}") from None
    if not isinstance(plans_json, Mapping):
        raise ValueError(f"plans must be a JSON object, got {type(plans_json).__name__}")
    if "plans" not in plans_json:
        plan, changed = SamplingPlan.read_json(text)
        return (("plan", plan),), changed
    if plans_json.get("schema") != PLANS_SCHEMA or not isinstance(plans_json["plans"], list):
        raise ValueError(f'plans must be an object with "schema": {PLANS_SCHEMA} and a list "plans"')
    named_plans = [_named_plan_from_json(named_plan) for named_plan in plans_json["plans"]]
    check_names(name for name, _, _ in named_plans)
    first_change = next((changed for *_, changed in named_plans if changed), "")
    return tuple((name, plan) for name, plan, _ in named_plans), first_change


def check_names(plan_names: Iterable[str]) -> None:
    """`ValueError` unless these can be the names of plans that are compared."""
    plan_names = list(plan_names)
    if not 1 <= len(plan_names) <= MOST_PLANS:
        raise ValueError(f"plans must be from 1 to {MOST_PLANS}, got {len(plan_names)}")
    for plan_name in plan_names:
        is_name = isinstance(plan_name, str) and plan_name.isprintable() and not plan_name.isspace()
        if not is_name or not 1 <= len(plan_name) <= LONGEST_NAME:
            raise ValueError(f"name of a plan must be 1 to {LONGEST_NAME} printable characters, got {plan_name!r}")
        if plan_names.count(plan_name) > 1:
            raise ValueError(f"name of a plan must be its own, got {plan_name!r} twice")


def _named_plan_from_json(named_plan: object) -> tuple[str, SamplingPlan, str]:
    if not isinstance(named_plan, Mapping) or set(named_plan) != {"name", "plan"}:
        raise ValueError('each of plans must be an object with "name" and "plan"')
    try:
        return str(named_plan["name"]), *SamplingPlan.read_json(json.dumps(named_plan["plan"]))
    except ValueError as error:
        raise ValueError(f"plan {str(named_plan['name'])[:LONGEST_NAME]!r}: {error}") from None
