"""The runs of one candidate, over splits: what was drawn and reached in each epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.splits import Split
from sampler_core.training.stacked_runs import EpochOfRuns

LOSSES_OF_PROBABILITIES = ("log_loss", "brier", "corrected_log_loss", "corrected_brier")


class CandidateRuns:
    """J runs of E epochs: right, right_adjusted, drawn have the shape (J, E, num_classes), `probabilities` by name
    (J, E); answers, adjusted_answers: those of the last epoch, an array a run; told: what an adaptive target has read,
    a list of a row an epoch for each run, empty for others."""

    def __init__(self, data: LabelledFeatures, splits: Sequence[Split], epochs: int) -> None:
        classes, runs = data.class_counts.num_classes, len(splits)
        self.data, self.splits = data, splits
        self.judged = np.stack([np.bincount(data.y[split.test], minlength=classes) for split in splits])
        self.right = np.zeros((runs, epochs, classes), dtype=np.int32)
        self.right_adjusted = np.zeros((runs, epochs, classes), dtype=np.float32)
        self.drawn = np.zeros((runs, epochs, classes), dtype=np.int32)
        self.probabilities = {name: np.zeros((runs, epochs)) for name in LOSSES_OF_PROBABILITIES}
        self.epochs_done = np.zeros(runs, dtype=np.int32)
        self.answers: list[IntArray] = [np.zeros(0, dtype=np.int64)] * runs
        self.adjusted_answers = list(self.answers)
        self.told: list[list[FloatArray]] = [[] for _ in splits]

    def take(self, run: int, split: int, of_stack: EpochOfRuns) -> None:
        """Run number `run` of a stack, on a split, after an epoch."""
        epoch, drawn, measures = of_stack.epoch, of_stack.drawn, of_stack.measures
        self.right[split, epoch], self.right_adjusted[split, epoch] = measures.right[run], measures.right_adjusted[run]
        self.drawn[split, epoch] = drawn[run]
        for name, values in self.probabilities.items():
            values[split, epoch] = getattr(measures, name)[run]
        self.answers[split], self.adjusted_answers[split] = measures.answers[run], measures.adjusted_answers[run]
        self.epochs_done[split] = epoch + 1
        if (told := of_stack.told[run]) is not None:
            self.told[split].append(told)

    @property
    def has_adjustment(self) -> bool:
        """Whether its loss has a formula for post-hoc logit adjustment."""
        return not np.isnan(self.right_adjusted).any()

    def balanced_accuracy(self, adjusted: bool = False, epochs: slice = slice(None)) -> FloatArray:
        """Mean recall over the classes that are judged in the split, shape (J, E)."""
        right = (self.right_adjusted if adjusted else self.right)[:, epochs]
        judged = self.judged[:, None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            recall: FloatArray = np.nanmean(np.where(judged > 0, right / judged, np.nan), axis=-1)
        return recall

    def reached(self, epoch: int) -> float:
        """Balanced accuracy after an epoch, the mean over the runs that have come so far."""
        of_epoch = self.balanced_accuracy(epochs=slice(epoch, epoch + 1))[:, 0]
        return float(of_epoch[self.epochs_done > epoch].mean())

    def accuracy(self, adjusted: bool = False) -> FloatArray:
        """Share of right answers, shape (J, E)."""
        right = self.right_adjusted if adjusted else self.right
        return np.asarray(right.sum(axis=-1) / self.judged.sum(axis=-1)[:, None], dtype=np.float64)

    def metric(self, name: str, adjusted: bool = False) -> FloatArray:
        """A metric by its name, shape (J, E)."""
        if name in self.probabilities:
            return self.probabilities[name]
        return self.balanced_accuracy(adjusted) if name == "balanced_accuracy" else self.accuracy(adjusted)

    def recalls(self, epoch: int = -1, adjusted: bool = False) -> tuple[FloatArray, FloatArray]:
        """Right answers of each class as a mean over repeats, and how many samples of it a repeat judges."""
        right = (self.right_adjusted if adjusted else self.right)[:, epoch]
        repeats = 1 + max(split.repeat for split in self.splits)
        return right.sum(axis=0) / repeats, self.judged.sum(axis=0) / repeats

    def pooled(self, adjusted: bool = False) -> list[tuple[IntArray, IntArray]]:
        """Of each repeat, all of its folds together: the classes of the rows that were judged, and the answers."""
        answers = self.adjusted_answers if adjusted else self.answers
        repeats: dict[int, list[int]] = {}
        for number, split in enumerate(self.splits):
            repeats.setdefault(split.repeat, []).append(number)
        return [
            (np.concatenate([self.data.y[self.splits[number].test] for number in numbers]),
             np.concatenate([answers[number] for number in numbers]))
            for numbers in repeats.values()
        ]  # fmt: skip

    def row_rates(self, adjusted: bool = False) -> tuple[FloatArray, IntArray]:
        """Where all runs judge the same rows: how often each was answered rightly, shape (n_test,), and its class."""
        answers, targets = (
            np.stack(self.adjusted_answers if adjusted else self.answers),
            self.data.y[self.splits[0].test],
        )
        return np.asarray((answers == targets).mean(axis=0), dtype=np.float64), targets
