"""Checks that a sampler can go on from a state dict, before anything of it is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sampler_core.data.plain_values import shown, whole_number
from sampler_core.plans.adaptive_targets import check_state
from sampler_core.sampling.class_cursors import ClassCursors
from sampler_core.sampling.current_epoch import CurrentEpoch
from sampler_core.sampling.rank_batches import RankBatches

STATE_VERSION = 1
_DIGEST = re.compile(r"[0-9a-f]{16}")
_FIELDS = {
    "plan", "labels", "next_labels", "epoch", "batches", "within", "replicas", "samples", "walk", "target",
    "next_target",
}  # fmt: skip


def check_state_dict(state: Any, current: CurrentEpoch, batches: RankBatches) -> None:
    """`ValueError` for a state of another plan, other labels or another version, and for fields out of range."""
    version = state.get("version") if isinstance(state, Mapping) else None
    if type(version) is not int or version != STATE_VERSION:
        raise ValueError(
            f"state must be one of a ScheduledClassSampler, version {STATE_VERSION}, got {shown(state):.200}"
        )
    if missing := _FIELDS - state.keys():
        raise ValueError(f"state must have the field {min(missing)!r}, got none")
    plan, dataset = current.plan, current.dataset
    for name in ("plan", "labels", "next_labels"):
        if not (name == "next_labels" and state[name] is None) and not _is_digest(state[name]):
            must = "a digest or None" if name == "next_labels" else "a digest"
            raise ValueError(f"{name} of the state must be {must}, got {state[name]!r:.200}")
    if state["plan"] != plan.fingerprint:
        raise ValueError(f"state must be of this plan ({plan.fingerprint}), got one of {state['plan']}")
    if state["labels"] != dataset.digest:
        raise ValueError(
            f"state must be of these labels (digest {dataset.digest}), got one of {state['labels']}; after "
            "update_labels, construct the sampler with the changed labels"
        )
    for name, least, most in (
        ("epoch", 0, None), ("batches", 0, None), ("within", 0, batches.batch_size - 1), ("samples", 1, None),
        ("replicas", 1, None),
    ):  # fmt: skip
        whole_number(f"{name} of the state", state[name], least, most)
    ClassCursors.check_json(state["walk"], dataset.present.num_classes)
    moment = plan.moment_at(0, state["samples"])
    for name in ("target", "next_target"):
        check_state(f"{name} of the state", state[name], plan.adaptive, dataset.present, moment)
    if state["within"] and state["replicas"] != batches.num_replicas:
        raise ValueError(
            f"state must be taken between batches to go on with {batches.num_replicas} ranks, got one taken "
            f"{state['within']} indices into a batch by {state['replicas']}"
        )


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
