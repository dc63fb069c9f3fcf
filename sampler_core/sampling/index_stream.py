"""IndexStream: what a plan draws, as arrays; the sampler is a shell over it.

The one contract here: each index is a pure function of (plan, labels, state, epoch, position). torch is not needed.
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np

from sampler_core.data.array_types import Codes, FloatArray, Labels
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, whole_number
from sampler_core.draws import SCHEMES, Scheme
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.class_cursors import ClassCursors
from sampler_core.sampling.draw_memory import memory_of
from sampler_core.sampling.rank_batches import RankBatches, StartPosition, checked_rank
from sampler_core.sampling.state_check import check_state_dict

_ITEM_CHUNK = 256  # drawn at a time where indices are asked for one by one


class IndexStream:
    """The indices that `ScheduledClassSampler` draws, as arrays: without torch, immutable, safe between threads.

    labels, plan, drop_last, classes: as there. With num_replicas = W, batch b of rank r is batch b W + r of the
    one-process stream; length, positions and batches are those of this rank. state: a sampler's `state_dict()`, whose
    class shares then hold in all epochs (what it keeps for the next epoch does not take effect). An adaptive target
    needs one; {} stands for its state before any feedback. device: of torch, by name or number, such as "cuda": indices
    are drawn there and given as tensors that are there, the same numbers. There one call for an epoch, or for a large
    part of it, is faster than one a batch.

    `stream[i]` goes through the run epoch after epoch. Streams with the same `repr` draw the same, in any process.

    Examples:
        >>> from sampler_core import Constant, PowerSkew, SamplingPlan
        >>> plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=4, drawing="exact")
        >>> stream = IndexStream(["cat", "cat", "cat", "dog", "dog", "emu"], plan)
        >>> len(stream), [stream[i] for i in range(6, 12)] == stream.indices(epoch=1).tolist()
        (12, True)
        >>> stream.batch(epoch=1, b=1).tolist() == stream.indices(epoch=1, begin=4, end=6).tolist()
        True
        >>> IndexStream(["cat", "cat", "cat", "dog", "dog", "emu"], plan, device="cpu").batch(epoch=1, b=1)
        tensor([2, 0])
    """

    _schemes: tuple[tuple[int, Scheme], ...] = ()  # of the latest two epochs
    _items: tuple[int, int, list[int], list[int]] = (-1, 0, [], [])  # of the latest chunk: see `_item`

    def __init__(
        self, labels: Labels, plan: SamplingPlan, num_replicas: int = 1, rank: int = 0,
        state: Mapping[str, Any] | None = None, *, drop_last: bool = False, classes: Sequence[ClassName] | None = None,
        device: Any = None,
    ) -> None:  # fmt: skip
        if not isinstance(plan, SamplingPlan):
            raise TypeError(f"plan must be a SamplingPlan, got {plan!r}")
        if plan.adaptive is not None and state is None:
            must = "state must be a sampler's state_dict() for an adaptive target, or {} before any feedback"
            raise ValueError(f"{must}, got None")
        if not isinstance(drop_last, bool):
            raise TypeError(f"drop_last must be True or False, got {drop_last!r}")
        num_replicas, rank = checked_rank(num_replicas, rank)
        batch_size = (plan.batch_size or 1) if num_replicas == 1 else plan.needed_batch_size  # ranks share by batches
        self._memory = memory_of(device)
        self._plan, self.dataset = plan, ClassSortedDataset(labels, classes, plan.seed)
        plan.check(self.class_counts)
        self.cursors = ClassCursors(plan, self.dataset.present, plan.samples(self.class_counts))
        self.batches = RankBatches(self.cursors.samples, batch_size, num_replicas, rank, drop_last)
        if state is not None and (not isinstance(state, Mapping) or state):
            self.check_state(state)
            if state.get("ended") is not None:
                raise ValueError("state must be taken after sampler.exchange(), got one that waits for other ranks")
            self.__dict__.update(self.restored(state).__dict__)

    # --- what is drawn -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Indices of the whole run; `TypeError` where the plan's epochs are not bounded."""
        if self._plan.epochs is None:
            raise TypeError("epochs must be given for a stream that has a length, got None")
        return self._plan.epochs * self.samples(0)

    def __getitem__(self, i: int) -> int:
        """Index i of the run; from the end where i is negative."""
        number = operator.index(i)
        if number < 0 or self._plan.epochs is not None:
            if not -len(self) <= number < len(self):
                raise IndexError(f"index must be from {-len(self)} to {len(self) - 1}, got {i}")
            number %= len(self)
        return self._item(*divmod(number, self.samples(0)))[0]

    def __iter__(self) -> Iterator[int]:
        for epoch in count() if self._plan.epochs is None else range(self._plan.epochs):
            for begin in range(0, self.samples(epoch), self._memory.chunk):
                yield from self.indices(epoch, begin, min(begin + self._memory.chunk, self.samples(epoch))).tolist()

    def samples(self, epoch: int) -> int:
        """Indices of an epoch."""
        whole_number("epoch", epoch)
        return self.batches.length(StartPosition())

    def indices(self, epoch: int, begin: int = 0, end: int | None = None) -> Any:
        """Indices begin..end-1 of any epoch (without `end`, to its end): int64, shape (end - begin,).

        A NumPy array; with a device, a tensor on it.
        """
        samples = self.samples(epoch)
        begin = whole_number("begin", begin, most=samples)
        end = samples if end is None else whole_number("end", end, begin, samples)
        indices = np.empty(end - begin, dtype=np.int64, like=self._memory.like)
        for at in range(begin, end, self._memory.chunk):
            upto = min(at + self._memory.chunk, end)
            indices[at - begin : upto - begin] = self.drawn(epoch, StartPosition(), at, upto)
        return getattr(indices, "tensor", indices)

    def batch(self, epoch: int, b: int) -> Any:
        """Batch b of an epoch, from 0, as `indices`: shape (batch_size,), less in a last smaller one."""
        size, samples = self._plan.needed_batch_size, self.samples(epoch)
        begin = whole_number("b", b, most=-(-samples // size) - 1) * size
        return self.indices(epoch, begin, min(begin + size, samples))

    def place(self, epoch: int, position: int) -> tuple[int, int]:
        """One index of an epoch as (class, which of the class), for data that lies in one part per class.

        The class is a position in `class_counts.names`; its samples count from 0, in the order of the labels.
        """
        index, drawn = self._item(epoch, whole_number("position", position, most=self.samples(epoch) - 1))
        return int(self.class_counts.canonical[drawn]), self.dataset.number_in_class(index, drawn)

    def class_shares(self, epoch: int) -> FloatArray:
        """The class shares of an epoch: float64, shape (num_classes,)."""
        shares = np.zeros(self.class_counts.num_classes)
        shares[self.class_counts.canonical] = self.cursors.draws(epoch).shares
        return shares

    # --- what it is made of --------------------------------------------------------------------------------------

    @property
    def plan(self) -> SamplingPlan:
        """The plan; with the run's samples per epoch, where these labels would give it others."""
        return self.plan_for(self.class_counts)

    def plan_for(self, class_counts: ClassCounts) -> SamplingPlan:
        """The plan that draws as many samples per epoch as this run, from these counts."""
        same = self._plan.samples(class_counts) == self.batches.samples
        return self._plan if same else replace(self._plan, samples_per_epoch=self.batches.samples)

    @property
    def class_counts(self) -> ClassCounts:
        """The classes and their counts."""
        return self.dataset.class_counts

    @property
    def state(self) -> State | None:
        """The state of an adaptive target that decides the shares; None before any feedback."""
        return self.cursors.state

    def __repr__(self) -> str:
        parts = [f"plan={self.plan.fingerprint}", f"labels={self.dataset.digest}"]
        if self.batches.num_replicas > 1:
            parts += [f"rank={self.batches.rank} of {self.batches.num_replicas}", f"drop_last={self.batches.drop_last}"]
        if self.cursors.is_settled:
            restored = json.dumps(self.cursors.as_json(), sort_keys=True).encode()
            parts.append(f"state={hashlib.blake2b(restored, digest_size=8).hexdigest()}")
        return f"IndexStream({', '.join(parts)})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_schemes", "_items", "_indices")}

    # --- for the sampler -----------------------------------------------------------------------------------------

    def drawn(self, epoch: int, start: StartPosition, first: int, last: int) -> Codes:
        """Indices first..last-1 of this rank in a pass that starts there, counted as in `RankBatches.length`."""
        places = self._scheme(epoch).places(self.batches.positions(start, first, last, self._memory.like))
        return places if self._indices is None else self._indices.take(places)

    @cached_property
    def _indices(self) -> Codes | None:
        """The class-sorted indices, where draws are made."""
        return None if self.dataset.indices is None else self._memory.put(self.dataset.indices)

    def _item(self, epoch: int, position: int) -> tuple[int, int]:
        """The index at a position, and its class in canonical order; drawn with those around it, which are kept."""
        begin, items = position - position % _ITEM_CHUNK, self._items
        if items[:2] != (epoch, begin):
            end = min(begin + _ITEM_CHUNK, self.samples(epoch))
            positions = self.batches.positions(StartPosition(), begin, end, self._memory.like)
            drawn = self._scheme(epoch).classes(positions)
            classes = getattr(drawn, "tensor", drawn).tolist()
            self._items = items = (epoch, begin, self.indices(epoch, begin, end).tolist(), classes)
        return items[2][position - begin], items[3][position - begin]

    def _scheme(self, epoch: int) -> Scheme:
        for number, scheme in self._schemes:
            if number == epoch:
                return scheme
        members = self.dataset.members(self.cursors.start(epoch))
        scheme = SCHEMES[self._plan.drawing](self.cursors.draws(epoch), members, self._memory.put)
        self._schemes = ((epoch, scheme), *self._schemes[:1])
        return scheme

    def from_epoch(
        self, epoch: int, state: State | None, dataset: ClassSortedDataset | None = None
    ) -> IndexStream:  # fmt: skip
        """The stream of a run whose state or labels change at the start of an epoch; its length stays."""
        dataset = dataset or self.dataset
        return self._with(self.cursors.settled_at(epoch, dataset.present, state), dataset)

    def as_json(self) -> dict[str, Any]:
        """What a state dict holds of the stream, as plain JSON types."""
        return {"plan": self._plan.fingerprint, "labels": self.dataset.digest, **self.cursors.as_json()}

    def check_state(self, state: Any) -> None:
        """`ValueError` for what is no state of this plan and these labels."""
        check_state_dict(state, self._plan, self.dataset)

    def restored(self, state: Mapping[str, Any]) -> IndexStream:
        """The stream of a state that `check_state` has accepted."""
        return self._with(self.cursors.restored(state), self.dataset)

    def _with(self, cursors: ClassCursors, dataset: ClassSortedDataset) -> IndexStream:
        other = copy(self)
        other.cursors, other.dataset = cursors, dataset
        other.batches = self.batches._replace(samples=cursors.samples)
        return other
