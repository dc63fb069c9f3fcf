"""What an adaptive plan draws before training: by the recalls of an assumed learner, or by those of a run.

The one contract here: only the recalls are assumed. The state moves by the target's own `updated`, and the shares come
from the plan, as in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.parameters import Described, Parameter, described
from sampler_core.plans.plan import SamplingPlan

PACE = Parameter(
    "pace", "Draws to learn a class",
    "The pace of the assumed learner: after so many draws of a class its recall is 63 % of its top.",
    1000.0, 1.0, 1e9, 100.0, logarithmic=True, slider=(10, 1_000_000, 100),
)  # fmt: skip
SPREAD = Parameter(
    "spread", "Spread of the tops",
    "The top is the recall that a class comes to in the end: 1 for the largest class, 1 less this for the rarest.",
    0.3, 0.0, 1.0, 0.05, slider=(0.0, 1.0, 0.05),
)  # fmt: skip


class RecallSource(Protocol):
    """Where the recalls come from."""

    def recalls(self, counts: ClassCounts, epoch: int, seen: FloatArray) -> FloatArray:
        """The recall of each class after an epoch, shape (num_classes,), NaN where nothing is known.

        seen: the draws of each class so far, this epoch included.
        """
        ...


@dataclass(frozen=True, slots=True)
class AssumedLearner(Described):
    """recall_c = top_c (1 - exp(-seen_c / pace)): an assumption, for plans whose training has not begun.

    The tops fall evenly over the ranks, from 1 for the largest class to 1 - spread for the rarest.

    Examples:
        >>> counts, seen = ClassCounts.from_counts({"a": 60, "b": 30, "c": 9}), np.array([0.0, 100.0, 1e9])
        >>> AssumedLearner(pace=100.0, spread=0.4).recalls(counts, epoch=0, seen=seen).round(3).tolist()
        [0.0, 0.506, 0.6]
    """

    pace: float = described(PACE, 1000.0)
    spread: float = described(SPREAD, 0.3)

    def tops(self, counts: ClassCounts) -> FloatArray:
        """The recall that each class comes to in the end, shape (num_classes,); NaN for a class without samples."""
        falling = counts.canonical[np.argsort(-counts.counts[counts.canonical], kind="stable")]
        tops = np.full(counts.num_classes, np.nan)
        tops[falling] = 1.0 - self.spread * np.linspace(0.0, 1.0, falling.size)
        return tops

    def recalls(self, counts: ClassCounts, epoch: int, seen: FloatArray) -> FloatArray:
        """As `RecallSource`; the epoch makes no difference."""
        return np.asarray(self.tops(counts) * -np.expm1(-seen / self.pace))


@dataclass(frozen=True, eq=False, slots=True)
class GivenRecalls:
    """Recalls of a run: float, shape (epochs, num_classes), classes in the order of the counts, NaN where unknown.

    An epoch past the table tells nothing, so that the shares stay. `ValueError` for another shape, or a number outside
    0 to 1.
    """

    table: FloatArray

    def __post_init__(self) -> None:
        table = np.array(self.table, dtype=np.float64)
        if table.ndim != 2:
            raise ValueError(f"table must have the shape (epochs, num_classes), got {table.shape}")
        wrong = table[(table < 0.0) | (table > 1.0)]
        if wrong.size:
            raise ValueError(f"recall must be a number from 0 to 1, got {wrong[0]:g}")
        object.__setattr__(self, "table", table)

    def recalls(self, counts: ClassCounts, epoch: int, seen: FloatArray) -> FloatArray:
        """As `RecallSource`; the draws make no difference."""
        if self.table.shape[1] != counts.num_classes:
            raise ValueError(f"table must have a column per class ({counts.num_classes}), got {self.table.shape[1]}")
        return self.table[epoch] if epoch < len(self.table) else np.full(counts.num_classes, np.nan)


class FollowedRun(NamedTuple):
    """The run of an adaptive plan under the recalls of `source`.

    shares: of the draws, float64, (epochs, num_classes). recalls: after each epoch, the same shape. states: of the
    target, in each epoch.
    """

    source: RecallSource
    shares: FloatArray
    recalls: FloatArray
    states: tuple[State, ...]


def follow(plan: SamplingPlan, class_counts: CountsLike, source: RecallSource) -> FollowedRun:
    """The run of an adaptive plan, epoch by epoch; the draws so far are the expected ones.

    `ValueError` for a plan that is not adaptive, has no epochs or cannot be drawn.
    """
    counts, target = as_class_counts(class_counts), plan.adaptive
    if target is None:
        raise ValueError(f"target must be adaptive to follow recalls, got {plan.target!r:.100}")
    shape = plan.listed_epochs(counts.num_classes, f"a table of {counts.num_classes:,} classes"), counts.num_classes
    present, samples, seen = counts.present, plan.samples(counts), np.zeros(counts.num_classes)
    shares, recalls = np.zeros(shape), np.zeros(shape)
    states = [target.initial(present, plan.moment_at(0, samples))]
    for epoch in range(shape[0]):
        shares[epoch, counts.canonical] = plan.epoch_at(present, epoch, states[-1]).shares
        seen = seen + samples * shares[epoch]
        recalls[epoch] = source.recalls(counts, epoch, seen)
        told = recalls[epoch, counts.canonical]
        states.append(target.updated(states[-1], told if target.reads == "recall" else loss_at(told)))
    return FollowedRun(source, shares, recalls, tuple(states[:-1]))


def loss_at(recalls: FloatArray) -> FloatArray:
    """The log loss of a learner that knows this part of each class and guesses evenly at the rest.

    -log(recall + (1 - recall) / C): log C at recall 0, 0 at recall 1. Shape (num_classes,), NaN where unknown.

    Examples:
        >>> loss_at(np.array([0.0, 1.0])).round(3).tolist()
        [0.693, -0.0]
    """
    return np.asarray(-np.log(recalls + (1.0 - recalls) / recalls.size))
