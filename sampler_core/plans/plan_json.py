"""The JSON text of a plan -> the plan's fields, for every schema so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from typing import Any

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.draws import SCHEMES
from sampler_core.plans.targets import decode_target

SCHEMA = 1
VERSION_FIELD = "drawing_version"  # of the sampling scheme; without it 1
# Schema -> what makes a plan's fields those of the next one. A plan that was saved once loads for ever.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def fields_from_json(text: str, names: Set[str]) -> dict[str, Any]:
    """The fields of a plan from its JSON text; names: those that a plan has. `ValueError` that names what is wrong."""
    data = _upgraded(text)
    known = {*names, "schema", "fingerprint", VERSION_FIELD}
    if unknown := sorted(data.keys() - known):
        raise ValueError(f"plan must have the fields {', '.join(sorted(known))}, got {unknown[0]!r}")
    if missing := [name for name in ("target", "epochs", "batch_size") if name not in data]:
        raise ValueError(f"plan must have the field {missing[0]!r}, got none")
    _check_version(data)
    fields = {name: data[name] for name in data.keys() & names}
    return fields | {"target": decode_target(data["target"]), "tuned_on": _counts_from_json(data.get("tuned_on"))}


def changed_draws(text: str) -> str:
    """A sentence where the sampling scheme has changed since a plan was saved, for the JSON text of a plan; else "".

    A text without a fingerprint was written by hand, so nothing was drawn by it before.
    """
    data = _upgraded(text)
    now, saved = SCHEMES[data.get("drawing", "independent")].VERSION, data.get(VERSION_FIELD, 1)
    if saved == now or "fingerprint" not in data:
        return ""
    return (
        f"the {data['drawing']} scheme has changed since this plan was saved (version {saved}, now {now}): its class "
        "shares are the same, its draws are others"
    )


def _check_version(data: dict[str, Any]) -> None:
    """`ValueError` for a sampling scheme of a version that is not known here; an unknown scheme is left to the plan."""
    drawing, version = data.get("drawing", "independent"), data.get(VERSION_FIELD, 1)
    latest = SCHEMES[drawing].VERSION if isinstance(drawing, str) and drawing in SCHEMES else 1
    whole_number(f"{VERSION_FIELD} of the plan", version, 1, latest)


def counts_to_json(counts: ClassCounts | None) -> dict[str, Any] | None:
    """Class counts as plain JSON types."""
    return None if counts is None else {"names": list(counts.names), "counts": counts.counts.tolist()}


def _upgraded(text: str) -> dict[str, Any]:
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
    return ClassCounts(tuple(data["names"]), np.asarray(data["counts"]))
