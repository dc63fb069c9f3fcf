"""Checks that a sampler can go on from a state dict, before anything of it is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import shown, whole_number
from sampler_core.draws import SCHEMES
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset
from sampler_core.plans.adaptive_targets import AdaptiveTarget, check_state
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.class_cursors import check_walk
from sampler_core.sampling.feedback import feedback_array

STATE_VERSION = 1
_DIGEST = re.compile(r"[0-9a-f]{16}")
_FIELDS = {
    "plan", "labels", "next_labels", "epoch", "batches", "within", "replicas", "samples", "walk", "target",
    "next_target",
}  # fmt: skip


def check_state_dict(state: Any, plan: SamplingPlan, dataset: ClassSortedDataset) -> None:
    """`ValueError` for a state of another plan, other labels or another version, and for fields out of range."""
    version = state.get("version") if isinstance(state, Mapping) else None
    if type(version) is not int or version != STATE_VERSION:
        raise ValueError(
            f"state must be one of a ScheduledClassSampler, version {STATE_VERSION}, got {shown(state):.200}"
        )
    if missing := _FIELDS - state.keys():
        raise ValueError(f"state must have the field {min(missing)!r}, got none")
    for name in ("plan", "labels", "next_labels"):
        if not (name == "next_labels" and state[name] is None) and not _is_digest(state[name]):
            must = "a digest or None" if name == "next_labels" else "a digest"
            raise ValueError(f"{name} of the state must be {must}, got {state[name]!r:.200}")
    whole_number("samples of the state", state["samples"], 1)
    of_run = [replace(plan, samples_per_epoch=samples) for samples in _lengths(plan, state["samples"])]
    if any(state["plan"] in same.earlier_fingerprints for same in of_run):
        raise ValueError(
            f"state must be of the {plan.drawing} scheme as it is now, got one of before, when its draws were others: "
            "go on with the version of sampler_core that took it, or start the run anew"
        )
    if state["plan"] not in [same.fingerprint for same in of_run]:
        raise ValueError(f"state must be of this plan ({plan.fingerprint}), got one of {state['plan']}")
    if state["labels"] != dataset.digest and state["labels"] == dataset.earlier_digest:
        raise ValueError(
            "state must be of draws as they are now, got one of before, when labels in one block per class had another "
            "order of samples: go on with the version of sampler_core that took it, or start the run anew"
        )
    if state["labels"] != dataset.digest:
        raise ValueError(
            f"state must be of these labels (digest {dataset.digest}), got one of {state['labels']}; after "
            "update_labels, construct the sampler with the changed labels"
        )
    for name, least, most in (
        ("epoch", 0, None), ("batches", 0, None), ("within", 0, (plan.batch_size or 1) - 1), ("replicas", 1, None),
    ):  # fmt: skip
        whole_number(f"{name} of the state", state[name], least, most)
    check_walk(state["walk"], SCHEMES[plan.drawing], dataset.present.num_classes)
    moment = plan.moment_at(0, state["samples"])
    for name in ("target", "next_target"):
        check_state(f"{name} of the state", state[name], plan.adaptive, dataset.present, moment)
    _check_feedback(state.get("feedback"), state.get("ended"), plan.adaptive, dataset.present)


def check_position(state: Mapping[str, Any], num_replicas: int) -> None:
    """`ValueError` for a state taken within a batch by another number of ranks."""
    if state["within"] and state["replicas"] != num_replicas:
        raise ValueError(
            f"state must be taken between batches to go on with {num_replicas} ranks, got one taken {state['within']} "
            f"indices into a batch by {state['replicas']}"
        )


def _check_feedback(feedback: Any, ended: Any, target: AdaptiveTarget | None, present: ClassCounts) -> None:
    """For the fields that states of version 0.1.0 lack."""
    if ended is not None:
        whole_number("ended of the state", ended)
    if feedback is None:
        return
    if target is None or not isinstance(feedback, list | tuple):
        must = "None where the target is not adaptive" if target is None else "a list or None"
        raise ValueError(f"feedback of the state must be {must}, got {feedback!r:.200}")
    feedback_array(target.reads, feedback, present)


def _lengths(plan: SamplingPlan, samples: int) -> set[int | None]:
    """The samples per epoch with which a plan draws the same in a run of so many: its own, or none where it has these.

    After `update_labels` the sampler's plan has the run's, which its first labels have settled.
    """
    return (
        {plan.samples_per_epoch, samples, None}
        if plan.samples_per_epoch in (None, samples)
        else {plan.samples_per_epoch}
    )


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
