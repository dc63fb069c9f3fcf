"""What decides the draws of the epoch at hand: its number, the data, the target's state and the class cursors.

The one contract here: feedback and labels take effect at the next epoch, never within one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sampler_core.data.array_types import Labels
from sampler_core.data.plain_values import ClassName
from sampler_core.draws import SCHEMES, ClassMembers, Epoch, Scheme
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.class_cursors import ClassCursors
from sampler_core.sampling.feedback import feedback_array
from sampler_core.sampling.target_state import TargetState


class CurrentEpoch:
    """The epoch that is drawn, and the feedback and labels that wait for the next one."""

    def __init__(self, plan: SamplingPlan, labels: Labels, classes: Sequence[ClassName] | None) -> None:
        self.plan, self.number = plan, 0
        self.dataset = ClassSortedDataset(labels, classes, plan.seed)
        plan.check(self.dataset.class_counts)
        self._cursors = ClassCursors(plan, plan.samples(self.dataset.class_counts))
        self._target_state = TargetState(plan, self._cursors)
        self._next_dataset: ClassSortedDataset | None = None
        self._awaited_labels: str | None = None  # digest of the next labels, which a restored state does not hold
        self._scheme: Scheme | None = None

    @property
    def samples(self) -> int:
        """M, the draws of one epoch over all ranks; a restored run keeps its own."""
        return self._cursors.samples

    @property
    def dataset_lengths(self) -> set[int]:
        """Samples of the data set now and, where other labels wait, from the next epoch on."""
        waiting = [self._next_dataset] if self._next_dataset else []
        return {dataset.class_counts.num_samples for dataset in [self.dataset, *waiting]}

    @property
    def is_awaited(self) -> bool:
        """Whether the shares of this epoch are not known before the feedback of all ranks is exchanged."""
        return self._target_state.is_awaited

    @property
    def plan_of_run(self) -> SamplingPlan:
        """The plan, with the run's samples per epoch where the labels would give it others."""
        labels = (self._next_dataset or self.dataset).class_counts
        same = self.plan.samples(labels) == self.samples
        return self.plan if same else replace(self.plan, samples_per_epoch=self.samples)

    def draws(self) -> Epoch:
        """The shares, in canonical order, and keys of this epoch; `RuntimeError` before the exchange of feedback."""
        if self.is_awaited:
            raise RuntimeError(
                f"feedback must be exchanged between the ranks before the class shares of epoch {self.number} are "
                "known: call sampler.exchange() on all ranks"
            )
        return self.plan.epoch_at(self.dataset.present, self.number, self._target_state.in_effect, self.samples)

    def scheme(self) -> Scheme:
        """The sampling scheme of this epoch, with the members of each class; waits for the feedback of all ranks."""
        self._target_state.read()
        if self._scheme is None:
            start = self._cursors.start(self.dataset.present, self._target_state.in_effect, self.number)
            members = ClassMembers(self.dataset.present.counts, self.dataset.first, start)
            self._scheme = SCHEMES[self.plan.drawing](self.draws(), members)
        return self._scheme

    def update(self, **feedback: Any) -> None:
        """Keeps this rank's feedback for the next epoch, see `ScheduledClassSampler.update`."""
        target, counts = self.plan.adaptive, self.dataset.class_counts
        if target is None:
            raise TypeError(f"target must be adaptive to be updated, got {self.plan.target!r}")
        checked = {name: feedback_array(name, v, counts) for name, v in feedback.items() if v is not None}
        if target.reads not in checked:
            raise ValueError(f"{target.reads} must be given for {type(target).__name__}, got {sorted(checked) or None}")
        self._target_state.feedback = checked[target.reads][counts.canonical]

    def exchange(self) -> None:
        """Exchanges the feedback of all ranks, see `ScheduledClassSampler.exchange`."""
        self._target_state.post(f"exchange() in epoch {self.number}", self.number, self.dataset.present, False)
        self._target_state.read()

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
        if self._next_dataset is not None:
            self._target_state.read()  # the cursors follow from the shares of all epochs before the change
        self._target_state.post(f"set_epoch({number})", self.number, self.dataset.present, True)
        if self._next_dataset is not None:
            self._change_dataset(self._next_dataset)
        self.number, self._scheme = number, None

    def _change_dataset(self, dataset: ClassSortedDataset) -> None:
        before, after = self.dataset.present, dataset.present
        self._cursors.settle(before, self._target_state.in_effect, self.number + 1)
        self._cursors.change_classes(before, after)
        self.dataset, self._next_dataset = dataset, None
        if before.names != after.names:
            self._target_state.restart()

    def as_json(self) -> dict[str, Any]:
        """The state as plain JSON types, O(num_classes)."""
        next_labels = self._next_dataset.digest if self._next_dataset else self._awaited_labels
        return {
            "plan": self.plan.fingerprint, "labels": self.dataset.digest, "next_labels": next_labels,
            "epoch": self.number, "samples": self.samples, "walk": self._cursors.as_json(),
            **self._target_state.as_json(),
        }  # fmt: skip

    def load_json(self, data: Mapping[str, Any]) -> None:
        """The inverse of `as_json`, for a state that `state_check.check_state_dict` has accepted."""
        self.number, self._scheme = data["epoch"], None
        self._cursors.samples = data["samples"]
        self._cursors.load_json(data["walk"])
        self._awaited_labels, self._next_dataset = data["next_labels"], None
        self._target_state.load_json(data, self.number, self.dataset.present)
