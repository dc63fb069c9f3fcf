"""The epoch at hand: its number, its stream of indices, and the feedback and labels that wait for the next one.

The one contract here: feedback and labels take effect at the next epoch, never within one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sampler_core.data.array_types import Labels
from sampler_core.data.plain_values import ClassName
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.feedback import feedback_array
from sampler_core.sampling.index_stream import IndexStream
from sampler_core.sampling.target_state import TargetState


class CurrentEpoch:
    """The epoch that is drawn. plan, stream: of the run's start."""

    def __init__(self, plan: SamplingPlan, stream: IndexStream) -> None:
        self._plan, self.number = plan, 0
        self._target_state = TargetState(plan, stream)
        self._next_dataset: ClassSortedDataset | None = None
        self._awaited_labels: str | None = None  # digest of the next labels, which a restored state does not hold

    @property
    def latest_stream(self) -> IndexStream:
        """The stream of this epoch, or where `is_awaited` of the last one whose shares are known."""
        return self._target_state.stream

    @property
    def is_awaited(self) -> bool:
        """Whether the shares of this epoch are not known before the feedback of all ranks is exchanged."""
        return self._target_state.is_awaited

    @property
    def stream(self) -> IndexStream:
        """The stream of this epoch; `RuntimeError` before the exchange of feedback."""
        if self.is_awaited:
            raise RuntimeError(
                f"feedback must be exchanged between the ranks before the class shares of epoch {self.number} are "
                "known: call sampler.exchange() on all ranks"
            )
        return self.latest_stream

    def awaited_stream(self) -> IndexStream:
        """The stream of this epoch; waits for the feedback of all ranks."""
        self._target_state.read()
        return self.latest_stream

    @property
    def datasets(self) -> list[ClassSortedDataset]:
        """The data set now and, where other labels wait, that of the next epoch."""
        return [self.latest_stream.dataset, *([self._next_dataset] if self._next_dataset else [])]

    def update(self, **feedback: Any) -> None:
        """Keeps this rank's feedback for the next epoch, see `ScheduledClassSampler.update`."""
        target, counts = self._plan.adaptive, self.latest_stream.class_counts
        if target is None:
            raise TypeError(f"target must be adaptive to be updated, got {self._plan.target!r}")
        checked = {name: feedback_array(name, v, counts) for name, v in feedback.items() if v is not None}
        if target.reads not in checked:
            raise ValueError(f"{target.reads} must be given for {type(target).__name__}, got {sorted(checked) or None}")
        self._target_state.feedback = checked[target.reads][counts.canonical]

    def exchange(self) -> None:
        """Exchanges the feedback of all ranks, see `ScheduledClassSampler.exchange`."""
        self._target_state.post(f"exchange() in epoch {self.number}", self.number, ends_epoch=False)
        self._target_state.read()

    def update_labels(self, labels: Labels, classes: Sequence[ClassName] | None) -> None:
        """Encodes the labels of the next epoch; `ValueError` where the plan cannot be drawn from them."""
        dataset = ClassSortedDataset(labels, classes, self._plan.seed)
        self._plan.check(dataset.class_counts, self.latest_stream.batches.samples)
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
        self._target_state.post(f"set_epoch({number})", self.number, ends_epoch=True)
        if self._next_dataset is not None:
            self._target_state.change_dataset(self.number + 1, self._next_dataset)
            self._next_dataset = None
        self.number = number

    def as_json(self) -> dict[str, Any]:
        """The state as plain JSON types, O(num_classes)."""
        next_labels = self._next_dataset.digest if self._next_dataset else self._awaited_labels
        return {"epoch": self.number, "next_labels": next_labels, **self._target_state.as_json()}

    def load_json(self, data: Mapping[str, Any]) -> None:
        """The inverse of `as_json`, for a state that `IndexStream.check_state` has accepted."""
        self.number = data["epoch"]
        self._awaited_labels, self._next_dataset = data["next_labels"], None
        self._target_state.load_json(data)
