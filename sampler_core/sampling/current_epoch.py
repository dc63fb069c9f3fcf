"""What decides the draws of the epoch at hand: its number, the data, the target's state and the class cursors.

The one contract here: feedback and labels take effect at the next epoch, never within one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sampler_core.data.array_types import Labels
from sampler_core.data.plain_values import ClassName
from sampler_core.draws import SCHEMES, ClassMembers, Epoch, Scheme
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.class_cursors import ClassCursors
from sampler_core.sampling.distributed import mean_over_ranks
from sampler_core.sampling.feedback import feedback_array


class CurrentEpoch:
    """The epoch that is drawn, and the feedback and labels that wait for the next one."""

    def __init__(self, plan: SamplingPlan, labels: Labels, classes: Sequence[ClassName] | None) -> None:
        self.plan, self.number = plan, 0
        self.dataset = ClassSortedDataset(labels, classes, plan.seed)
        plan.check(self.dataset.class_counts)
        self._cursors = ClassCursors(plan, plan.samples(self.dataset.class_counts))
        self._state: State | None = None
        self._next_state: State | None = None
        self._next_dataset: ClassSortedDataset | None = None
        self._awaited_labels: str | None = None  # digest of the next labels, which a restored state does not hold
        self._scheme: Scheme | None = None

    @property
    def samples(self) -> int:
        """M, the draws of one epoch over all ranks; a restored run keeps its own."""
        return self._cursors.samples

    def draws(self) -> Epoch:
        """The shares, in canonical order, and keys of this epoch."""
        return self.plan.epoch_at(self.dataset.present, self.number, self._state, self.samples)

    def scheme(self) -> Scheme:
        """The sampling scheme of this epoch, with the members of each class."""
        if self._scheme is None:
            start = self._cursors.start(self.dataset.present, self._state, self.number)
            members = ClassMembers(self.dataset.present.counts, self.dataset.first, start)
            self._scheme = SCHEMES[self.plan.drawing](self.draws(), members)
        return self._scheme

    def update(self, **feedback: Any) -> None:
        """Computes the target's next state from feedback, see `ScheduledClassSampler.update`."""
        target, counts = self.plan.adaptive, self.dataset.class_counts
        if target is None:
            raise TypeError(f"target must be adaptive to be updated, got {self.plan.target!r}")
        checked = {name: feedback_array(name, v, counts) for name, v in feedback.items() if v is not None}
        if target.reads not in checked:
            raise ValueError(f"{target.reads} must be given for {type(target).__name__}, got {sorted(checked) or None}")
        mean = mean_over_ranks(checked[target.reads])[counts.canonical]
        moment = self.plan.moment_at(self.number, self.samples)
        state = self._next_state or self._state or target.initial(self.dataset.present, moment)
        self._next_state = target.updated(state, mean)

    def update_labels(self, labels: Labels, classes: Sequence[ClassName] | None) -> None:
        """Encodes the labels of the next epoch; `ValueError` where the plan cannot be drawn from them."""
        dataset = ClassSortedDataset(labels, classes, self.plan.seed)
        self.plan.check(dataset.class_counts, self.samples)
        self._next_dataset = dataset

    def change_to(self, number: int) -> None:
        """Goes to another epoch; the feedback and labels that wait take effect."""
        if self._awaited_labels is not None:
            given = self._next_dataset.digest if self._next_dataset else "none"
            if given != self._awaited_labels:
                raise ValueError(
                    "labels must be given again through update_labels before the next epoch: they were changed before "
                    f"the state was taken (digest {self._awaited_labels}), got {given}"
                )
            self._awaited_labels = None
        if self._next_state is not None or self._next_dataset is not None:
            self._cursors.settle(self.dataset.present, self._state, self.number + 1)
        if self._next_dataset is not None:
            before, after = self.dataset.present, self._next_dataset.present
            self._cursors.change_classes(before, after)
            self.dataset, self._next_dataset = self._next_dataset, None
            if before.names != after.names:
                self._state = self._next_state = None
        if self._next_state is not None:
            self._state, self._next_state = self._next_state, None
        self.number, self._scheme = number, None

    def as_json(self) -> dict[str, Any]:
        """The state as plain JSON types, O(num_classes)."""
        next_labels = self._next_dataset.digest if self._next_dataset else self._awaited_labels
        return {
            "plan": self.plan.fingerprint, "labels": self.dataset.digest, "next_labels": next_labels,
            "epoch": self.number, "samples": self.samples, "walk": self._cursors.as_json(),
            "target": _as_lists(self._state), "next_target": _as_lists(self._next_state),
        }  # fmt: skip

    def load_json(self, data: Mapping[str, Any]) -> None:
        """The inverse of `as_json`, for a state that `state_check.check_state_dict` has accepted."""
        self.number, self._scheme = data["epoch"], None
        self._cursors.samples = data["samples"]
        self._cursors.load_json(data["walk"])
        self._state, self._next_state = _as_arrays(data["target"]), _as_arrays(data["next_target"])
        self._awaited_labels, self._next_dataset = data["next_labels"], None


def _as_lists(state: State | None) -> dict[str, list[float]] | None:
    return None if state is None else {name: values.tolist() for name, values in state.items()}


def _as_arrays(state: Mapping[str, Sequence[float]] | None) -> State | None:
    return None if state is None else {name: np.array(values, dtype=np.float64) for name, values in state.items()}
