"""The walk of each class through its members, over the epochs of a run.

The one contract here: an epoch begins where the earlier ones ended, and that is counted from quotas alone: O(epochs x
classes) integer work for a jump, no draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.draws import exact_quotas, stratified_start
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.plan import SamplingPlan

_FARTHEST = 1 << 62  # leaves room to walk on


class Walk:
    """Remembers one (epoch, start); goes on from there, or from the settled beginning for an earlier epoch."""

    def __init__(self, plan: SamplingPlan, samples: int) -> None:
        self._plan, self.samples = plan, samples
        self._settled: tuple[int, IntArray | None] = (0, None)
        self._last: tuple[int, IntArray | None] = (0, None)

    def start(self, present: ClassCounts, state: State | None, epoch: int) -> IntArray:
        """Where each class's walk stands at the beginning of an epoch: int64, shape (num_classes,).

        Epochs before the settled one begin where the settled one does: what was drawn in them is not known any more.
        """
        at, start = self._last if self._last[0] <= epoch else self._settled
        start = np.zeros(present.num_classes, dtype=np.int64) if start is None else start
        if self._plan.drawing != "independent":
            for earlier in range(at, epoch):
                start = self._next(present, state, earlier, start)
        self._last = (max(at, epoch), start)
        return start

    def settle(self, present: ClassCounts, state: State | None, epoch: int) -> None:
        """Fix the walk up to an epoch, because feedback or labels change from there on."""
        self._settled = self._last = (epoch, self.start(present, state, epoch))

    def rename(self, before: ClassCounts, now: ClassCounts) -> None:
        """Carry the settled walk over to other classes, by name."""
        epoch, start = self._settled
        known = dict(
            zip(before.names, (start if start is not None else np.zeros(before.num_classes)).tolist(), strict=True)
        )
        self._settled = self._last = (epoch, np.array([known.get(name, 0) for name in now.names], dtype=np.int64))

    def as_json(self) -> dict[str, Any]:
        """The settled walk as plain JSON types."""
        epoch, start = self._settled
        return {"epoch": epoch, "start": None if start is None else start.tolist()}

    @staticmethod
    def check_json(data: Any, num_classes: int) -> None:
        """`ValueError` for what is not `as_json` of so many classes."""
        if not isinstance(data, Mapping) or not {"epoch", "start"} <= data.keys():
            raise ValueError(f"walk of the state must have an epoch and a start, got {data!r:.200}")
        whole_number("epoch of the walk", data["epoch"])
        start = data["start"]
        if start is None:
            return
        if not isinstance(start, list | tuple) or len(start) != num_classes:
            raise ValueError(
                f"start of the walk must be one whole number per class ({num_classes}), got {start!r:.200}"
            )
        for place in start:
            whole_number("start of the walk", place, most=_FARTHEST)

    def load_json(self, data: dict[str, Any]) -> None:
        """Back from `as_json`."""
        start = None if data["start"] is None else np.array(data["start"], dtype=np.int64)
        self._settled = self._last = (data["epoch"], start)

    def _next(self, present: ClassCounts, state: State | None, epoch: int, start: IntArray) -> IntArray:
        draws = self._plan.epoch_at(present, epoch, state, self.samples)
        if self._plan.drawing == "exact":
            return start + exact_quotas(draws)
        return stratified_start(draws, present.counts, start)
