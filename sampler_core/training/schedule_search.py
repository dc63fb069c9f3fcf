"""Tune by training: does a schedule make a classifier better than the best static skew, on rows no search has seen?

The one contract here: what is reported is what the winners of the searches reach on the rows that a split judges, never
the best number of a search.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant
from sampler_core.plans.targets import PowerSkew
from sampler_core.training.candidate_runs import CandidateRuns
from sampler_core.training.candidates import NATURAL, Candidate, checked_plans
from sampler_core.training.comparison import REGION
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import LEARNERS, Learner, MlpLearner
from sampler_core.training.losses import LOSSES, CrossEntropy
from sampler_core.training.search_space import SCHEDULE, STATIC, SearchSpace, trainings
from sampler_core.training.search_tables import confirmed, search_verdict, searched
from sampler_core.training.splits import SPLITTERS, Folds, Given, HoldOut, Split, judged_per_trained, splits_of
from sampler_core.training.stacked_runs import train
from sampler_core.training.stacking import stacks_of, work_of
from sampler_core.training.stacks import Run
from sampler_core.training.study import METRICS, Progress, ProgressCall, StudyStopped
from sampler_core.training.study_result import StudyResult
from sampler_core.training.successive_halving import INNER_TEST, Halving, Searched, Tell
from sampler_core.training.trained_study import TrainedStudy


class ScheduleSearch:
    """Is there a schedule that beats the static skew, tuned with the same budget, on these features?

    On each outer split a paired successive halving over inner splits of its training part picks a schedule and a static
    skew; these and natural draws are then trained on the whole training part and judged on the rest. base: the plan
    whose target is searched; its run, scheme, limits and seed hold for all. splits: `HoldOut` or `Folds`, or the data's
    own, where they have one. Others: as in `Study`. `ValueError` that names what is wrong.
    """

    def __init__(
        self, features: LabelledFeatures, base: SamplingPlan, space: SearchSpace = SearchSpace(),  # noqa: B008
        learner: Learner = MlpLearner(), splits: HoldOut | Folds | Given | None = None, *,  # noqa: B008
        metric: str = "balanced_accuracy", region: float = REGION, seed: int = 0, device: str | None = None,
    ) -> None:  # fmt: skip
        LEARNERS.name_of(learner)
        if metric not in METRICS:
            raise ValueError(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")
        natural = replace(base, target=PowerSkew(Constant(0.0)))
        ((_, self.natural),) = checked_plans({"base": natural}, features.class_counts)
        self.features, self.space, self.learner, self.seed = features, space, learner, seed
        self.metric, self.region, self.device = metric, region, device
        self.splitter = splits or (HoldOut(10, 0.3) if features.is_test is None else Given())
        if isinstance(self.splitter, Given) and features.is_test is None:
            raise ValueError("splits must be Folds or HoldOut for features without a split of their own, got Given")
        self.schedules = space.schedules(self.natural, features.class_counts, seed)
        self.static_skews = space.static_skews(self.natural, features.class_counts)
        self.has_inner_part = any(plan.adaptive for plan in self.schedules)

    @cached_property
    def splits(self) -> list[Split]:
        """The outer splits."""
        return splits_of(self.features, self.splitter, self.seed, self.has_inner_part)

    @property
    def runs_per_split(self) -> int:
        """How many trainings the search of one outer split is."""
        return trainings(len(self.schedules), len(self.static_skews))

    @property
    def num_runs(self) -> int:
        """How many trainings the searches and the confirmation are."""
        return len(self.splits) * (self.runs_per_split + 3)

    def run(self, progress: ProgressCall | None = None) -> StudyResult:
        """Searches, then confirms. The result is that of a study of the winners, with the tables `searched` (what the
        searches tried) and `confirmed` (the differences that the verdict tells), and in its settings, under `plans`,
        the schedule and the static skew that won most searches. `StudyStopped` where `progress` returns False."""
        tell = self._told(progress)
        halving = Halving(
            self.features, self.splits, self.learner, self._metric_of, self.seed, self.has_inner_part, self.device
        )
        schedules, static_skews = halving.search((self.schedules, self.static_skews), tell)
        trained = self._confirm(schedules, static_skews, tell)
        tables = {"searched": searched(schedules, static_skews), "confirmed": confirmed(trained)}
        result = StudyResult.of(trained, self._notes(schedules), self._settings(schedules, static_skews))
        said = search_verdict(tables["confirmed"], tables["searched"], self.metric, self.region)
        return replace(result, verdict=said, tables={**result.tables, **tables})

    def _metric_of(self, right: IntArray, judged: IntArray) -> FloatArray:
        if self.metric == "accuracy":
            return np.asarray(right.sum(axis=1) / judged.sum(axis=1))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.nanmean(np.where(judged > 0, right / judged, np.nan), axis=1))

    def _confirm(self, schedules: Searched, static_skews: Searched, tell: Tell) -> TrainedStudy:
        """The winners of each split and natural draws, trained on its training part and judged on its other rows."""
        kinds = {NATURAL: None, STATIC: static_skews, SCHEDULE: schedules}
        candidates = [
            Candidate(name, name, kind.plans[kind.chosen] if kind else self.natural, CrossEntropy())
            for name, kind in kinds.items()
        ]
        to_train = [
            Run(number, split, kind.plans[kind.winners[split]] if kind else self.natural)
            for split in range(len(self.splits)) for number, kind in enumerate(kinds.values())
        ]  # fmt: skip
        epochs = self.natural.epochs or 0
        runs = [CandidateRuns(self.features, self.splits, epochs) for _ in candidates]
        for stack in stacks_of(self.features, self.splits, to_train, self.learner, CrossEntropy(), self.device):
            for epoch in train(stack):
                for number, run in enumerate(stack.runs):
                    runs[run.candidate].take(number, run.split, epoch)
                tell(work_of(stack.runs, self.splits) / epochs)
        of_split = 0.0 if isinstance(self.splitter, Given) else judged_per_trained(self.splits)
        return TrainedStudy(candidates, runs, STATIC, NATURAL, self.metric, self.region, of_split)

    def _told(self, progress: ProgressCall | None) -> Tell:
        """Adds the work that was done up, and tells the share of all."""
        per_split = [(1 - INNER_TEST) * self.runs_per_split + 3] * len(self.splits)
        lengths = [self.natural.samples_per_epoch or split.train.size for split in self.splits]
        total, done, begin = (self.natural.epochs or 0) * float(np.dot(per_split, lengths)), 0.0, time.monotonic()

        def tell(work: float) -> None:
            nonlocal done
            done = min(done + work, total)
            left = (time.monotonic() - begin) * (total - done) / done
            if progress and progress(Progress(done / total, left, 0, {})) is False:
                raise StudyStopped("the search was stopped")

        return tell

    @property
    def notes(self) -> list[str]:
        """What is known before the search."""
        return list(self.features.notes)

    def _notes(self, schedules: Searched) -> list[str]:
        splits, wins = len(self.splits), int(schedules.wins.max())
        notes = [
            *self.notes,
            f"Each of the {splits} searches tried {several(len(self.schedules), 'schedule', 'schedules')} and "
            f"{several(len(self.static_skews), 'static skew', 'static skews')}, in "
            f"{several(self.runs_per_split, 'training', 'trainings')} on a part of the data that its winners are not "
            "judged on.",
        ]
        if 2 * wins < splits:
            notes.append(f"The searches disagree: the schedule that won most of them won {wins} of {splits}.")
        if len(self.schedules) < self.space.candidates:
            left_out = self.space.candidates - len(self.schedules)
            notes.append(f"{several(left_out, 'schedule was', 'schedules were')} left out: the plan's limits refuse.")
        return notes

    def _settings(self, schedules: Searched, static_skews: Searched) -> dict[str, Any]:
        """All that decides the result besides the features' numbers, and the plans that won most searches."""
        counts = self.features.class_counts
        plans = {kind: found.plans[found.chosen] for kind, found in ((SCHEDULE, schedules), (STATIC, static_skews))}
        plans[NATURAL] = self.natural
        return {
            "features": self.features.title, "rows": len(self.features.X), "columns": self.features.X.shape[1],
            "classes": list(counts.names), "counts": counts.counts.tolist(), "learner": LEARNERS.encode(self.learner),
            "space": asdict(self.space), "splits": SPLITTERS.encode(self.splitter), "runs": len(self.splits),
            "trainings": self.num_runs, "metric": self.metric, "region": self.region, "seed": self.seed,
            "reference": STATIC, "plans": {name: json.loads(plan.to_json()) for name, plan in plans.items()},
            "losses": {name: LOSSES.encode(CrossEntropy()) for name in plans},
        }  # fmt: skip
