"""The state of a mix as plain JSON types, and what is refused before anything of it is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import shown, whole_number
from sampler_core.mixing.mix_batches import Worker
from sampler_core.mixing.mix_progress import MixPosition
from sampler_core.mixing.source_readers import OwnState, Reader

STATE_VERSION = 1
_FIELDS = ("plan", "mix", "epoch", "batches", "done", "replicas", "worker", "lengths", "own_states")


class MixIdentity(NamedTuple):
    """What a state must be of. mix: a digest of the sources, their sizes and what happens where one ends."""

    plan: str
    mix: str
    replicas: int

    @classmethod
    def of(cls, plan: str, sources: ClassCounts, samples: int, restarts: bool, replicas: int) -> MixIdentity:
        """sources: in canonical order."""
        text = repr((sources.names, sources.counts.tolist(), samples, restarts))
        return cls(plan, hashlib.blake2b(text.encode(), digest_size=8).hexdigest(), replicas)


def state_of(
    identity: MixIdentity, position: MixPosition, lengths: Sequence[int], readers: Sequence[Reader]
) -> dict[str, Any]:
    """A state: O(sources), and each source's own. lengths: of the passes of the sources, 0 where not known."""
    own_states = [reader.own_state for reader in readers]
    return {
        "version": STATE_VERSION, **identity._asdict(), **position._asdict(), "worker": list(position.worker),
        "lengths": list(lengths), "own_states": [None if own is None else list(own) for own in own_states],
    }  # fmt: skip


def position_of(state: Any, identity: MixIdentity, lengths: Sequence[int]) -> MixPosition:
    """The position in a state; `ValueError` for what is no state of this mix, and for fields out of range."""
    version = state.get("version") if isinstance(state, Mapping) else None
    if type(version) is not int or version != STATE_VERSION:
        raise ValueError(f"state must be one of a ScheduledMix, version {STATE_VERSION}, got {shown(state):.200}")
    if missing := [name for name in _FIELDS if name not in state]:
        raise ValueError(f"state must have the field {missing[0]!r}, got none")
    for name, is_of in (("plan", "this plan"), ("mix", "these sources and sizes")):
        if state[name] != getattr(identity, name):
            raise ValueError(f"state must be of {is_of} ({getattr(identity, name)}), got one of {state[name]!r:.100}")
    epoch, batches, done = (whole_number(f"{name} of the state", state[name]) for name in ("epoch", "batches", "done"))
    replicas = whole_number("replicas of the state", state["replicas"], least=1)
    if done and replicas != identity.replicas:
        must = f"state must be taken between batches to go on with {identity.replicas} ranks"
        raise ValueError(f"{must}, got one taken {done} items into a batch by {replicas}")
    _check_lists(state, lengths)
    workers = whole_number("workers of the state", state["worker"][1], least=1)
    worker = Worker(whole_number("worker of the state", state["worker"][0], most=workers - 1), workers)
    return MixPosition(epoch, batches, done, worker)


def own_states_of(state: Mapping[str, Any]) -> list[OwnState | None]:
    """The sources' own states in a state that `position_of` has accepted."""
    return [None if own is None else OwnState(*own) for own in state["own_states"]]


def _check_lists(state: Mapping[str, Any], lengths: Sequence[int]) -> None:
    """`ValueError` for lists of other lengths, and for a source that has now another number of items."""
    for name, entries in (("worker", 2), ("lengths", len(lengths)), ("own_states", len(lengths))):
        if not isinstance(state[name], list | tuple) or len(state[name]) != entries:
            raise ValueError(f"{name} of the state must be {entries} values, got {state[name]!r:.100}")
    for now, before in zip(lengths, state["lengths"], strict=True):
        if whole_number("lengths of the state", before) not in (0, now or before):
            raise ValueError(f"sources must have as many items as when the state was taken ({before:,}), got {now:,}")
    for own in state["own_states"]:
        if own is not None:
            if not isinstance(own, list | tuple) or len(own) != 3:
                raise ValueError(f"own_states of the state must be pass, items and state, got {own!r:.100}")
            whole_number("pass of a source in the state", own[0])
            whole_number("items of a source in the state", own[1])
