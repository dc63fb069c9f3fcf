"""Paired successive halving: candidates train on the same inner splits, rung by rung, and the better half goes on.

The one contract here: the search of an outer split trains and judges on rows of its training part only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import Learner
from sampler_core.training.losses import CrossEntropy
from sampler_core.training.measures import RunMeasures
from sampler_core.training.search_space import FIRST_SPLITS, rungs
from sampler_core.training.splits import HoldOut, Split, inner_splits
from sampler_core.training.stacked_runs import train
from sampler_core.training.stacking import stacks_of, work_of
from sampler_core.training.stacks import Run

INNER_TEST = 0.3  # of an outer training part, what a search judges by
Tell = Callable[[float], object]  # takes the draws that were trained on since it was last called


def best_of(reached: FloatArray, splits: int, most: int) -> IntArray:
    """The candidates that reached most in the mean over the first splits, the best first; the earlier of equals.

    reached: shape (candidates, splits), NaN where one was not trained.

    Examples:
        >>> best_of(np.array([[0.1, 0.3], [0.4, 0.4], [0.9, np.nan]]), 2, 1).tolist()
        [1]
    """
    if splits == 0:
        return np.arange(len(reached))[:most]
    means = np.nan_to_num(reached[:, :splits].mean(axis=1), nan=-np.inf)
    return np.argsort(-means, kind="stable")[:most]


class Searched(NamedTuple):
    """What the searches of all outer splits found. plans: that were tried. reached: shape (outer splits, plans, inner
    splits), NaN where a plan was not trained. winners: the number of the plan that won, (outer splits,)."""

    plans: tuple[SamplingPlan, ...]
    reached: FloatArray
    winners: IntArray

    @property
    def first_means(self) -> FloatArray:
        """What each plan reached on the splits that all were trained on: shape (plans,)."""
        return np.asarray(self.reached[:, :, :FIRST_SPLITS].mean(axis=(0, 2)))

    @property
    def wins(self) -> IntArray:
        """How many searches each plan won: shape (plans,)."""
        return np.bincount(self.winners, minlength=len(self.plans))

    @property
    def chosen(self) -> int:
        """The number of the plan that won most searches; of equals, of the one with the best `first_means`."""
        return int(np.lexsort((-self.first_means, -self.wins))[0])


@dataclass(frozen=True)
class Halving:
    """Searches of all outer splits at once, their runs stacked. metric: right answers of runs, (runs, num_classes), and
    rows judged, the same shape -> (runs,). fields: as in `ScheduleSearch`."""

    data: LabelledFeatures
    splits: Sequence[Split]
    learner: Learner
    metric: Callable[[IntArray, IntArray], FloatArray]
    seed: int
    has_inner_part: bool
    device: str | None = None

    def search(self, kinds: Sequence[tuple[SamplingPlan, ...]], tell: Tell) -> list[Searched]:
        """The search of each kind of plans by itself; all kinds meet the same inner splits."""
        steps = rungs(max(map(len, kinds)))
        last = steps[-1].splits.stop
        inner = [split for outer in range(len(self.splits)) for split in self._inner_splits(outer, last)]
        found = [np.full((len(self.splits), len(plans), last), np.nan) for plans in kinds]
        for rung in steps:
            left = [
                [best_of(of_split, rung.splits.start, rung.candidates) for of_split in reached] for reached in found
            ]
            places = [
                (outer, split, kind, int(number))
                for outer in range(len(self.splits)) for split in rung.splits
                for kind in range(len(kinds)) for number in left[kind][outer]
            ]  # fmt: skip
            runs = [Run(place, outer * last + split, kinds[kind][number])
                    for place, (outer, split, kind, number) in enumerate(places)]  # fmt: skip
            for place, value in self._trained(inner, runs, tell):
                outer, split, kind, number = places[place]
                found[kind][outer, number, split] = value
        winners = [np.array([best_of(of_split, last, 1)[0] for of_split in reached]) for reached in found]
        return [Searched(*each) for each in zip(kinds, found, winners, strict=True)]

    def _inner_splits(self, outer: int, splits: int) -> list[Split]:
        way = HoldOut(splits, INNER_TEST)
        return inner_splits(self.data, self.splits[outer], way, self.seed + 1 + outer, self.has_inner_part)

    def _trained(self, splits: Sequence[Split], runs: Sequence[Run], tell: Tell) -> list[tuple[int, float]]:
        """Place of a run -> the metric that it reaches."""
        reached: list[tuple[int, float]] = []
        last = (runs[0].plan.epochs or 1) - 1
        for stack in stacks_of(self.data, splits, runs, self.learner, CrossEntropy(), self.device):
            work = work_of(stack.runs, splits) / (last + 1)
            measures: RunMeasures
            for epoch in train(stack, measured_epochs=(last,)):
                measures = epoch.measures
                tell(work)
            judged = np.stack([self.judged(splits[run.split]) for run in stack.runs])
            places = [run.candidate for run in stack.runs]
            reached += zip(places, self.metric(measures.right, judged).tolist(), strict=True)
        return reached

    def judged(self, split: Split) -> IntArray:
        """How many rows of each class a split judges."""
        return np.bincount(self.data.y[split.test], minlength=self.data.class_counts.num_classes)
