"""The JSON text of a plan -> the plan's fields, for every schema so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from typing import Any

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.targets import decode_target

SCHEMA = 1
SEEDS = 2**64  # seeds are 0 .. SEEDS - 1
# Schema -> what makes a plan's fields those of the next one. A plan that was saved once loads for ever.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def fields_from_json(text: str | bytes | bytearray, names: Set[str]) -> dict[str, Any]:
    """The fields of a plan from its JSON text; names: those that a plan has. `ValueError` that names what is wrong.

    A seed outside 0 .. 2**64 - 1, which plans once had, becomes the one in that range that draws the same.
    """
    data = _upgraded(text)
    known = {*names, "schema", "fingerprint"}
    if unknown := sorted(data.keys() - known):
        raise ValueError(f"plan must have the fields {', '.join(sorted(known))}, got {unknown[0]!r}")
    if missing := [name for name in ("target", "epochs", "batch_size") if name not in data]:
        raise ValueError(f"plan must have the field {missing[0]!r}, got none")
    fields = {name: data[name] for name in data.keys() & names}
    if type(seed := fields.get("seed")) is int:
        fields["seed"] = seed % SEEDS
    return fields | {"target": decode_target(data["target"]), "tuned_on": _counts_from_json(data.get("tuned_on"))}


def counts_to_json(counts: ClassCounts | None) -> dict[str, Any] | None:
    """Class counts as plain JSON types."""
    return None if counts is None else {"names": list(counts.names), "counts": counts.counts.tolist()}


def _upgraded(text: str | bytes | bytearray) -> dict[str, Any]:
    """JSON text of a plan of any schema so far -> the fields of this one."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"plan must be JSON, got {error}") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if type(schema) is not int or not 1 <= schema <= SCHEMA:
        got = f"schema {schema!r}" if isinstance(data, dict) else type(data).__name__
        raise ValueError(f'plan must be an object with "schema": {SCHEMA} or an earlier one, got {got}')
    for version in range(schema, SCHEMA):
        data = UPGRADES[version](data)
    return dict(data)


def _counts_from_json(data: Any) -> ClassCounts | None:
    if data is None:
        return None
    if not isinstance(data, dict) or not all(isinstance(data.get(name), list) for name in ("names", "counts")):
        raise ValueError(f"tuned_on must be an object with the lists names and counts, got {data!r:.200}")
    return ClassCounts(tuple(data["names"]), data["counts"])
