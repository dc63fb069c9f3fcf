"""Study: trains plans on features, all at once, and says which is better.

The one contract here: what a run draws is what `ScheduledClassSampler` draws for its plan, seed and training part.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from sampler_core.plans.named_plans import NamedPlans
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.candidate_runs import CandidateRuns
from sampler_core.training.candidates import candidates_of, checked_plans, is_natural, notes_on
from sampler_core.training.comparison import REGION, USUAL_DEVIATION, found_difference, standard_error
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import LEARNERS, Learner, MlpLearner
from sampler_core.training.losses import LOSSES, CrossEntropy, Loss
from sampler_core.training.splits import SPLITTERS, Folds, Given, Split, Splits, judged_per_trained, splits_of
from sampler_core.training.stacked_runs import train
from sampler_core.training.stacking import stacks_of, work_of
from sampler_core.training.stacks import Run, Stack
from sampler_core.training.study_logs import first_runs
from sampler_core.training.study_result import StudyResult
from sampler_core.training.trained_study import TrainedStudy

METRICS = ("balanced_accuracy", "accuracy")


class Progress(NamedTuple):
    """How far a study is. share: 0 to 1. seconds_left: by the pace so far. epoch: that was trained last. reached:
    balanced accuracy after it by candidate, the mean over its runs that have come so far. part, parts: the runs train
    in so many parts one after another, this one from 0."""

    share: float
    seconds_left: float
    epoch: int
    reached: dict[str, float]
    part: int = 0
    parts: int = 1


ProgressCall: TypeAlias = Callable[[Progress], object]  # returns False to stop


class StudyStopped(RuntimeError):
    """The progress function asked to stop."""


class Study:
    """Which plan makes a classifier better on these features, by how much, and is it more than chance?

    plans: name -> plan, 1 to 6; each is trained with each of `losses` on every split. splits: `Folds(5, 5)`, or the
    data's own where it has one. reference: the name of the candidate that others are compared with; natural draws,
    which are added where they are missing. metric: "balanced_accuracy" or "accuracy". region: a difference within it is
    practically none. device: "cuda" where there is one, else "cpu". `ValueError` that names what is wrong.

    Examples:
        >>> study = Study(load_features("yeast"), {"balanced": plan}, LinearLearner(), splits=Folds(2, 1))
        >>> [candidate.name for candidate in study.candidates]
        ['natural', 'balanced']
    """

    def __init__(
        self, features: LabelledFeatures, plans: Mapping[str, SamplingPlan] | NamedPlans,
        learner: Learner = MlpLearner(),  # noqa: B008
        losses: Sequence[Loss] = (CrossEntropy(),), splits: Splits | None = None, *, reference: str | None = None,
        metric: str = "balanced_accuracy", region: float = REGION, seed: int = 0, device: str | None = None,
    ) -> None:  # fmt: skip
        LEARNERS.name_of(learner)
        if not losses or len({LOSSES.name_of(loss) + repr(loss) for loss in losses}) < len(losses):
            raise ValueError(f"losses must be at least one, each its own, got {losses!r}")
        if metric not in METRICS:
            raise ValueError(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")
        if not 0.0 <= region < 1.0:
            raise ValueError(f"region must be a number from 0 to 1, got {region!r}")
        self.features, self.learner, self.metric, self.region, self.seed = features, learner, metric, region, seed
        self.device = device
        counts = features.class_counts
        plans = checked_plans(plans, counts)
        self.candidates = candidates_of(plans, tuple(losses), counts)
        self.natural = next(c for c in self.candidates if is_natural(c, counts))
        names = [candidate.name for candidate in self.candidates]
        self.reference = self.natural.name if reference is None else reference
        if self.reference not in names:
            raise ValueError(f"reference must be one of {', '.join(names)}, got {reference!r}")
        self.splitter: Splits = splits or (Folds() if features.is_test is None else Given())
        if isinstance(self.splitter, Given) and features.is_test is None:
            raise ValueError("splits must be Folds or HoldOut for features without a split of their own, got Given")
        self.has_inner_part = any(candidate.plan.adaptive for candidate in self.candidates)

    @cached_property
    def splits(self) -> list[Split]:
        """The splits, the same for every candidate."""
        return splits_of(self.features, self.splitter, self.seed, self.has_inner_part)

    @property
    def notes(self) -> list[str]:
        """What a reader of the result must know."""
        notes = [*self.features.notes, *notes_on(self.candidates, self.features.class_counts)]
        splitter = self.splitter
        if isinstance(splitter, Folds) and splitter.folds_of(self.features) < splitter.folds:
            folds = splitter.folds_of(self.features)
            notes.append(f"{folds} folds instead of {splitter.folds}: the smallest class has {folds} samples.")
        if isinstance(splitter, Given):
            notes.append(
                "One split, the data's own: intervals are for other test rows and seeds, not other training data."
            )
        if self.has_inner_part:
            notes.append("No training draws a fifth of each training part: adaptive targets read it.")
        return notes

    @property
    def settings(self) -> dict[str, Any]:
        """All that decides the result besides the features' numbers, as plain JSON types."""
        of_training = isinstance(self.splitter, Given)  # else all rows are trained on in some split
        counts = self.features.training_counts if of_training else self.features.class_counts
        return {
            "features": self.features.title, "rows": len(self.features.X), "columns": self.features.X.shape[1],
            "classes": list(counts.names), "counts": counts.counts.tolist(), "learner": LEARNERS.encode(self.learner),
            "plans": {c.plan_name: json.loads(c.plan.to_json()) for c in self.candidates},
            "losses": {c.name: LOSSES.encode(c.loss) for c in self.candidates},
            "splits": SPLITTERS.encode(self.splitter), "runs": len(self.splits), "reference": self.reference,
            "metric": self.metric, "region": self.region, "seed": self.seed,
        }  # fmt: skip

    @property
    def num_runs(self) -> int:
        """How many trainings the study is."""
        return len(self.splits) * len(self.candidates)

    @property
    def test_per_train(self) -> float:
        """n_test / n_train, the mean over splits; 0 where all runs share one split."""
        if isinstance(self.splitter, Given):
            return 0.0
        return judged_per_trained(self.splits)

    def found_difference(self, deviation: float = USUAL_DEVIATION) -> float:
        """The difference that the study would find with 80 % power, if those between runs have this deviation."""
        error = standard_error(deviation, len(self.splits), self.test_per_train)
        return found_difference(error, len(self.splits), self.region, len(self.candidates))

    def run(self, progress: ProgressCall | None = None) -> StudyResult:
        """Trains all runs; `StudyStopped` when `progress` returns False."""
        trained = self.train(progress)
        return replace(StudyResult.of(trained, self.notes, self.settings), run_logs=first_runs(trained))

    def train(self, progress: ProgressCall | None = None) -> TrainedStudy:
        """`run`, and all that the runs reached instead of the tables of it."""
        runs = [CandidateRuns(self.features, self.splits, c.plan.epochs or 0) for c in self.candidates]
        stacks = list(self._stacks())
        work = [work_of(stack.runs, self.splits) for stack in stacks]
        total, done, begin = sum(work), 0.0, time.monotonic()
        for part, (stack, of_stack) in enumerate(zip(stacks, work, strict=True)):
            for epoch in train(stack):
                for number, run in enumerate(stack.runs):
                    runs[run.candidate].take(number, run.split, epoch)
                done += of_stack / (stack.runs[0].plan.epochs or 1)
                left = (time.monotonic() - begin) * (total - done) / done
                reached = self._reached(stack, runs, epoch.epoch)
                so_far = Progress(done / total, left, epoch.epoch, reached, part, len(stacks))
                if progress and progress(so_far) is False:
                    raise StudyStopped("the study was stopped")
        return TrainedStudy(
            self.candidates, runs, self.reference, self.natural.name, self.metric, self.region, self.test_per_train
        )

    def _reached(self, stack: Stack, runs: Sequence[CandidateRuns], epoch: int) -> dict[str, float]:
        trained = sorted({run.candidate for run in stack.runs})
        return {self.candidates[number].name: runs[number].reached(epoch) for number in trained}

    def _stacks(self) -> Iterator[Stack]:
        """Runs that train together."""
        for loss in dict.fromkeys(candidate.loss for candidate in self.candidates):
            runs = [
                Run(number, split, candidate.plan)
                for split in range(len(self.splits)) for number, candidate in enumerate(self.candidates)
                if candidate.loss == loss
            ]  # fmt: skip
            yield from stacks_of(self.features, self.splits, runs, self.learner, loss, self.device)
