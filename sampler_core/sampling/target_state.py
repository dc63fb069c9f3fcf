"""The state of an adaptive target in a run: in effect, to follow, and this rank's feedback on the way to the others.

The one contract here: ranks that make the same calls (`set_epoch`, `exchange`, ...) are in the same state as soon as
they have read each other's posts, whenever each of them reads.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset
from sampler_core.plans.adaptive_targets import State, state_as_json, state_of_json
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.distributed import world_size
from sampler_core.sampling.feedback_posts import mean_of_posts, post_feedback
from sampler_core.sampling.index_stream import IndexStream


class _Post(NamedTuple):
    """Feedback of this rank, posted in an epoch of these classes; `number` is None in one process."""

    number: int | None
    epoch: int
    ends_epoch: bool
    present: ClassCounts
    feedback: FloatArray | None


class TargetState:
    """stream: of the state in effect. Feedback is in canonical class order."""

    def __init__(self, plan: SamplingPlan, stream: IndexStream) -> None:
        self._plan = plan
        self.restart(stream)

    def restart(self, stream: IndexStream) -> None:
        """Forgets all feedback that is not in effect in this stream."""
        self.stream = stream
        self._next: State | None = None
        self.feedback: FloatArray | None = None  # given since the last post
        self._unread: list[_Post] = []

    def change_dataset(self, epoch: int, dataset: ClassSortedDataset) -> None:
        """Other labels from an epoch on; other classes forget all feedback."""
        if dataset.present.names == self.stream.dataset.present.names:
            self.stream = self.stream.from_epoch(epoch, self.stream.state, dataset)
        else:
            self.restart(self.stream.from_epoch(epoch, None, dataset))

    @property
    def is_awaited(self) -> bool:
        """Whether other ranks may have feedback that this one has not read: the state in effect is not known yet."""
        return bool(self._unread)

    def post(self, call: str, epoch: int, ends_epoch: bool) -> None:
        """Sends this rank's feedback to the others without waiting for theirs; one process has none to wait for."""
        if self._plan.adaptive is None:
            return
        present, several = self.stream.dataset.present, world_size() > 1
        call = f"{call} with {present.num_classes} classes"
        number = post_feedback(self._plan.fingerprint, call, self.feedback) if several else None
        self._unread.append(_Post(number, epoch, ends_epoch, present, self.feedback))
        self.feedback = None
        if not several:
            self.read()

    def read(self) -> None:
        """Waits for the other ranks' posts and applies them, see `feedback_posts.mean_of_posts` for errors."""
        while self._unread:
            post = self._unread[0]
            alone = post.number is None
            mean = post.feedback if alone else mean_of_posts(self._plan.fingerprint, post.number)  # type: ignore[arg-type]
            del self._unread[0]
            self._apply(post, mean)

    def _apply(self, post: _Post, mean: FloatArray | None) -> None:
        target = self._plan.adaptive
        if mean is not None and target is not None:
            moment = self._plan.moment_at(post.epoch, self.stream.batches.samples)
            self._next = target.updated(self.stream.state or target.initial(post.present, moment), mean)
        if post.ends_epoch and self._next is not None:
            self.stream = self.stream.from_epoch(post.epoch + 1, self._next)
            self._next = None

    def as_json(self) -> dict[str, Any]:
        """The state as plain JSON types. ended: the epoch whose end was posted and not read."""
        given = [post.feedback for post in self._unread] + [self.feedback]
        feedback = next((values for values in reversed(given) if values is not None), None)
        if world_size() > 1 and (self.is_awaited or feedback is not None):
            warnings.warn(
                "the state is taken before the feedback of all ranks is exchanged and holds that of this rank only: "
                "call sampler.exchange() on all ranks before state_dict()",
                stacklevel=5,
            )
        return {
            **self.stream.as_json(), "next_target": state_as_json(self._next),
            "feedback": None if feedback is None else [None if np.isnan(v) else v for v in feedback.tolist()],
            "ended": next((post.epoch for post in self._unread if post.ends_epoch), None),
        }  # fmt: skip

    def load_json(self, data: Mapping[str, Any]) -> None:
        """The inverse of `as_json`, with the stream of the state; states of version 0.1.0 have no feedback."""
        self.restart(self.stream.restored(data))
        self._next = state_of_json(data["next_target"])
        if data.get("feedback") is not None:
            self.feedback = np.array(data["feedback"], dtype=np.float64)
        if data.get("ended") is not None:
            self.post(f"load_state_dict in epoch {data['epoch']}", data["ended"], ends_epoch=True)
