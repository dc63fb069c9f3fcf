"""A stack of runs and the features that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sampler_core.data.array_types import IntArray
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import Learner
from sampler_core.training.losses import Loss
from sampler_core.training.splits import Split


class Run(NamedTuple):
    """One training: a candidate (plan and loss, by its number) on a split (by its number)."""

    candidate: int
    split: int
    plan: SamplingPlan


@dataclass(frozen=True)
class Stack:
    """Runs that train together: sorted by split, of one loss, and alike in epochs, batch size and batches per epoch.

    splits: all of the study. dtype, device: of parameters and features.
    """

    data: LabelledFeatures
    splits: Sequence[Split]
    runs: Sequence[Run]
    learner: Learner
    loss: Loss
    dtype: torch.dtype = torch.float32
    device: str = "cpu"

    def runs_by_split(self) -> Iterator[tuple[int, slice]]:
        """Each split of the stack, and which of its runs are on it."""
        begin = 0
        for split, runs in groupby(run.split for run in self.runs):
            end = begin + len(list(runs))
            yield split, slice(begin, end)
            begin = end


class Table(NamedTuple):
    """The features of some splits, each standardised by its own training part, one below the other.

    first_row: split number -> where its rows begin.
    """

    features: Tensor
    first_row: dict[int, int]

    def part(self, split: int, rows: IntArray) -> Tensor:
        """Some rows of a split."""
        return self.features[torch.from_numpy(rows + self.first_row[split]).to(self.features.device)]


def standardised(stack: Stack) -> Table:
    """The features of the splits of the stack's runs; a constant column becomes 0."""
    numbers = sorted({run.split for run in stack.runs})
    rows, columns = stack.data.X.shape
    features = torch.empty(len(numbers) * rows, columns, dtype=stack.dtype, device=stack.device)
    given = torch.from_numpy(stack.data.X).to(features)
    for place, number in enumerate(numbers):
        trained = stack.data.X[stack.splits[number].train]
        mean, deviation = trained.mean(axis=0, dtype=np.float64), trained.std(axis=0, dtype=np.float64)
        deviation[deviation < 1e-12 * np.maximum(np.abs(mean), 1.0)] = 1.0
        part = features[place * rows : (place + 1) * rows]
        torch.sub(given, torch.from_numpy(mean).to(features), out=part)
        part /= torch.from_numpy(deviation).to(features)
    return Table(features, {number: place * rows for place, number in enumerate(numbers)})
