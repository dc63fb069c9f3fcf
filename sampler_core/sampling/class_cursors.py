"""Where each class starts in an epoch, over the epochs of a run.

The one contract here: an epoch starts where the earlier ones ended. That is counted from quotas or strides alone, in
O(epochs x classes) integer operations up to the end of the plan and in closed form past it, without any draw.

NOTE example: `exact` draws a class of 5 samples 3, 3 and 4 times in epochs 0, 1 and 2. Epoch 3 starts at cursor 10, the
class's member 10 mod 5 = 0, also when it is the first epoch drawn in this process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.draws import SCHEMES, Independent, Scheme
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.plan import SamplingPlan

_MAX_START = 1 << 62  # leaves room to advance
_COUNTED_EPOCHS = 1000  # of a plan that is not bounded; past them starts have a closed form


class ClassCursors:
    """Computes where each class starts in an epoch; caches the latest (epoch, start).

    A start is int64, shape (num_classes, *scheme.START). Up to the settled epoch starts are fixed: the shares or labels
    that led to it are gone. Past the plan's last epoch its shares hold, so all further epochs are one step.
    """

    def __init__(self, plan: SamplingPlan, samples: int) -> None:
        self._plan, self.samples = plan, samples
        self._scheme: type[Scheme] = SCHEMES[plan.drawing]
        self._settled_cursors: tuple[int, IntArray | None] = (0, None)
        self._latest_cursors: tuple[int, IntArray | None] = (0, None)

    def start(self, present: ClassCounts, state: State | None, epoch: int) -> IntArray:
        """The cursor of each class at the start of an epoch.

        Epochs before the settled one start where it does: what was drawn in them is no longer known.
        """
        counted = min(epoch, max(self._plan.epochs or _COUNTED_EPOCHS, self._settled_cursors[0]))
        at, start = self._latest_cursors if self._latest_cursors[0] <= counted else self._settled_cursors
        start = np.zeros((present.num_classes, *self._scheme.START), dtype=np.int64) if start is None else start
        if self._scheme is Independent:
            return start
        for draws, epochs in self._plan.equal_epochs(present, range(at, counted), state, self.samples):
            start = self._scheme.next_start(draws, present.counts, start, epochs)
        self._latest_cursors = (max(at, counted), start)
        if epoch <= counted:
            return start
        draws = self._plan.epoch_at(present, counted, state, self.samples)
        return self._scheme.start_after(draws, present.counts, start, epoch - counted)

    def settle(self, present: ClassCounts, state: State | None, epoch: int) -> None:
        """Fixes the cursors at the start of an epoch, because feedback or labels change from there on."""
        self._settled_cursors = self._latest_cursors = (epoch, self.start(present, state, epoch))

    def change_classes(self, before: ClassCounts, after: ClassCounts) -> None:
        """Keeps the settled cursor of each class by name; new classes start at 0."""
        epoch, start = self._settled_cursors
        by_name = {} if start is None else dict(zip(before.names, start, strict=True))
        new = np.zeros(self._scheme.START, dtype=np.int64)
        start = np.array([by_name.get(name, new) for name in after.names], dtype=np.int64)
        self._settled_cursors = self._latest_cursors = (epoch, start)

    def as_json(self) -> dict[str, Any]:
        """The settled epoch and cursors as plain JSON types."""
        epoch, start = self._settled_cursors
        return {"epoch": epoch, "start": None if start is None else start.tolist()}

    @staticmethod
    def check_json(data: Any, plan: SamplingPlan, num_classes: int) -> None:
        """`ValueError` for anything but `as_json` of this plan and this many classes."""
        if not isinstance(data, Mapping) or not {"epoch", "start"} <= data.keys():
            raise ValueError(f"walk of the state must have an epoch and a start, got {data!r:.200}")
        whole_number("epoch of the walk", data["epoch"])
        if data["start"] is not None:
            _check_numbers(data["start"], (num_classes, *SCHEMES[plan.drawing].START))

    def load_json(self, data: dict[str, Any]) -> None:
        """The inverse of `as_json`."""
        start = None if data["start"] is None else np.array(data["start"], dtype=np.int64)
        self._settled_cursors = self._latest_cursors = (data["epoch"], start)


def _check_numbers(start: Any, shape: tuple[int, ...]) -> None:
    """`ValueError` unless it is nested lists of whole numbers of this shape."""
    if not shape:
        whole_number("start of the walk", start, most=_MAX_START)
        return
    if not isinstance(start, list | tuple) or len(start) != shape[0]:
        raise ValueError(f"start of the walk must be {' lists of '.join(map(str, shape))} numbers, got {start!r:.200}")
    for part in start:
        _check_numbers(part, shape[1:])
