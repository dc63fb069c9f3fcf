"""The JSON text of a plan -> the plan's fields, for every schema so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from typing import Any

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.draws import SCHEMES
from sampler_core.plans.targets import decode_target

PLAN_SCHEMA = 1
SEEDS = 2**64  # seeds are 0 .. SEEDS - 1
VERSION_FIELD = "drawing_version"  # of the sampling scheme; without it 1
# Schema -> what makes a plan's fields those of the next one. A plan that was saved once loads for ever.
PLAN_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def fields_from_json(text: str | bytes | bytearray, names: Set[str]) -> dict[str, Any]:
    """The fields of a plan from its JSON text; names: those that a plan has. `ValueError` that names what is wrong.

    A seed outside 0 .. 2**64 - 1, which plans once had, becomes the one in that range that draws the same.
    """
    plan_json = _upgraded_plan_json(text)
    plan_fields = {*names, "schema", "fingerprint", VERSION_FIELD}
    if unknown_fields := sorted(plan_json.keys() - plan_fields):
        raise ValueError(f"plan must have the fields {', '.join(sorted(plan_fields))}, got {unknown_fields[0]!r}")
    if missing_fields := [name for name in ("target", "epochs", "batch_size") if name not in plan_json]:
        raise ValueError(f"plan must have the field {missing_fields[0]!r}, got none")
    _check_scheme_version(plan_json)
    plan_values = {name: plan_json[name] for name in plan_json.keys() & names}
    if type(seed := plan_values.get("seed")) is int:
        plan_values["seed"] = seed % SEEDS
    target, tuned_on = decode_target(plan_json["target"]), _counts_from_json(plan_json.get("tuned_on"))
    return plan_values | {"target": target, "tuned_on": tuned_on}


def changed_draws(text: str | bytes | bytearray) -> str:
    """A sentence where the sampling scheme has changed since a plan was saved, for the JSON text of a plan; else "".

    A text without a fingerprint was written by hand, so nothing was drawn by it before.
    """
    plan_json = _upgraded_plan_json(text)
    now, saved = SCHEMES[plan_json.get("drawing", "independent")].VERSION, plan_json.get(VERSION_FIELD, 1)
    if saved == now or "fingerprint" not in plan_json:
        return ""
    return (
        f"the {plan_json['drawing']} scheme has changed since this plan was saved (version {saved}, now {now}): its "
        "class shares are the same, its draws are others"
    )


def _check_scheme_version(plan_json: dict[str, Any]) -> None:
    """`ValueError` for a sampling scheme of a version that is not known here; an unknown scheme is left to the plan."""
    drawing, version = plan_json.get("drawing", "independent"), plan_json.get(VERSION_FIELD, 1)
    latest = SCHEMES[drawing].VERSION if isinstance(drawing, str) and drawing in SCHEMES else 1
    whole_number(f"{VERSION_FIELD} of the plan", version, 1, latest)


def counts_to_json(counts: ClassCounts | None) -> dict[str, Any] | None:
    """Class counts as plain JSON types."""
    return None if counts is None else {"names": list(counts.names), "counts": counts.counts.tolist()}


def _upgraded_plan_json(text: str | bytes | bytearray) -> dict[str, Any]:
    """JSON text of a plan of any schema so far -> the fields of this one."""
    try:
        plan_json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"plan must be JSON, got {error}") from None
    schema = plan_json.get("schema") if isinstance(plan_json, dict) else None
    if type(schema) is not int or not 1 <= schema <= PLAN_SCHEMA:
        got_instead = f"schema {schema!r}" if isinstance(plan_json, dict) else type(plan_json).__name__
        raise ValueError(f'plan must be an object with "schema": {PLAN_SCHEMA} or an earlier one, got {got_instead}')
    for version in range(schema, PLAN_SCHEMA):
        plan_json = PLAN_UPGRADES[version](plan_json)
    return dict(plan_json)


def _counts_from_json(counts_json: Any) -> ClassCounts | None:
    if counts_json is None:
        return None
    lists = ("names", "counts")
    if not isinstance(counts_json, dict) or not all(isinstance(counts_json.get(name), list) for name in lists):
        raise ValueError(f"tuned_on must be an object with the lists names and counts, got {counts_json!r:.200}")
    return ClassCounts(tuple(counts_json["names"]), counts_json["counts"])
