"""Where each class starts in an epoch, over the epochs of a run.

The one contract here: an epoch starts where the earlier ones ended. That is counted from quotas or strides alone, in
O(epochs x classes) integer operations up to the end of the plan and in closed form past it, without any draw.

NOTE example: `exact` draws a class of 5 samples 3, 3 and 4 times in epochs 0, 1 and 2. Epoch 3 starts at cursor 10, the
class's member 10 mod 5 = 0, also when it is the first epoch drawn in this process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.draws import SCHEMES, Epoch, Independent, Scheme
from sampler_core.plans.adaptive_targets import State, state_as_json, state_of_json
from sampler_core.plans.plan import SamplingPlan

_MAX_START = 1 << 62  # leaves room to advance
_COUNTED_EPOCHS = 1000  # of a plan that is not bounded; past them starts have a closed form


class EpochStart(NamedTuple):
    """Where each class starts in an epoch; start: int64, shape (num_classes, *scheme.START), None for all zeros."""

    epoch: int = 0
    start: IntArray | None = None


class ClassCursors:
    """Computes where each class starts in an epoch of a run with these classes and this state of the target.

    Up to the settled epoch starts are fixed: the shares or labels that led to it are gone. Past the plan's last epoch
    its shares hold, so all further epochs are one step. Nothing changes but the latest start, which is kept.
    """

    def __init__(
        self, plan: SamplingPlan, present: ClassCounts, samples: int, state: State | None = None,
        settled: EpochStart = EpochStart(),  # noqa: B008
    ) -> None:  # fmt: skip
        self.present, self.samples, self.state = present, samples, state
        self._plan, self._scheme = plan, SCHEMES[plan.drawing]
        self._settled = self._latest = settled

    def draws(self, epoch: int) -> Epoch:
        """The shares, in canonical order, and keys of an epoch."""
        return self._plan.epoch_at(self.present, epoch, self.state, self.samples)

    def start(self, epoch: int) -> IntArray:
        """The cursor of each class at the start of an epoch.

        Epochs before the settled one start where it does: what was drawn in them is no longer known.
        """
        counted = min(epoch, max(self._plan.epochs or _COUNTED_EPOCHS, self._settled.epoch))
        latest = self._latest
        at, start = latest if latest.epoch <= counted else self._settled
        start = np.zeros((self.present.num_classes, *self._scheme.START), dtype=np.int64) if start is None else start
        if self._scheme is Independent:
            return start
        for draws, epochs in self._plan.equal_epochs(self.present, range(at, counted), self.state, self.samples):
            start = self._scheme.next_start(draws, self.present.counts, start, epochs)
        self._latest = EpochStart(max(at, counted), start)
        if epoch <= counted:
            return start
        return self._scheme.start_after(self.draws(counted), self.present.counts, start, epoch - counted)

    def settled_at(self, epoch: int, present: ClassCounts, state: State | None) -> ClassCursors:
        """The cursors of a run whose classes or state change at the start of an epoch.

        Each class keeps its cursor by name; new classes start at 0.
        """
        start = self.start(epoch)
        if present.names != self.present.names:
            by_name, new = dict(zip(self.present.names, start, strict=True)), np.zeros_like(start[0])
            start = np.array([by_name.get(name, new) for name in present.names], dtype=np.int64)
        return ClassCursors(self._plan, present, self.samples, state, EpochStart(epoch, start))

    @property
    def is_settled(self) -> bool:
        """Whether these cursors say more than plan and classes."""
        return self._settled.start is not None or self.state is not None

    def as_json(self) -> dict[str, Any]:
        """What these cursors add to plan and classes, as plain JSON types."""
        epoch, start = self._settled
        walk = {"epoch": epoch, "start": None if start is None else start.tolist()}
        return {"samples": self.samples, "walk": walk, "target": state_as_json(self.state)}

    def restored(self, data: Mapping[str, Any]) -> ClassCursors:
        """The inverse of `as_json`."""
        epoch, start = data["walk"]["epoch"], data["walk"]["start"]
        settled = EpochStart(epoch, None if start is None else np.array(start, dtype=np.int64))
        return ClassCursors(self._plan, self.present, data["samples"], state_of_json(data["target"]), settled)


def check_walk(data: Any, scheme: type[Scheme], num_classes: int) -> None:
    """`ValueError` for anything but the walk in `ClassCursors.as_json` of this scheme and this many classes."""
    if not isinstance(data, Mapping) or not {"epoch", "start"} <= data.keys():
        raise ValueError(f"walk of the state must have an epoch and a start, got {data!r:.200}")
    whole_number("epoch of the walk", data["epoch"])
    if data["start"] is not None:
        _check_numbers(data["start"], (num_classes, *scheme.START))


def _check_numbers(start: Any, shape: tuple[int, ...]) -> None:
    """`ValueError` unless it is nested lists of whole numbers of this shape."""
    if not shape:
        whole_number("start of the walk", start, most=_MAX_START)
        return
    if not isinstance(start, list | tuple) or len(start) != shape[0]:
        raise ValueError(f"start of the walk must be {' lists of '.join(map(str, shape))} numbers, got {start!r:.200}")
    for part in start:
        _check_numbers(part, shape[1:])
