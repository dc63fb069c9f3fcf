"""How many splits a study has: what each choice takes in time, and the smallest difference that it would show."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import sqrt
from typing import Any, NamedTuple

from pages.parts.train.study_job import FeatureReading
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.comparison import REGION, USUAL_DEVIATION, found_difference, standard_error
from sampler_core.training.study_result import StudyResult

SEEDS = {"5 runs a plan": 5, "25 runs a plan": 25, "100 runs a plan": 100}  # where features have a split of their own
FOLDS = {"25 runs a plan": (5, 5), "100 runs a plan": (10, 10)}
HOLD_OUT, TEST = 5, 0.3
# Seconds of one thread on an AMD EPYC: an epoch of one run, and in it a sample and a weight of a sample.
EPOCH, SAMPLE, WEIGHT = 2.5e-4, 3.2e-7, 2.5e-10
JUDGED = 1 / 3  # of the time of a sample that is trained on
MOST_CORES = 5  # beyond, threads help little


class Splitting(NamedTuple):
    """The splits of a choice for some features. splits: as the study's process reads them. lowered: why there are fewer
    folds than usual."""

    splits: dict[str, Any]
    runs: int
    test_per_train: float
    words: str
    lowered: str = ""


class Spread(NamedTuple):
    """How far differences between paired runs lie apart, with the test_per_train where that was measured (0: nowhere).

    by_rows: the variance of their mean by the rows judged, where all runs share one split.
    """

    deviation: float = USUAL_DEVIATION
    test_per_train: float = 0.0
    by_rows: float = 0.0

    @classmethod
    def measured(cls, result: StudyResult) -> Spread | None:
        """That of the plan whose difference to the reference is least sure."""
        compared, runs = result.tables["comparisons"], result.tables["runs"]
        plans = compared[~compared["is_baseline"].astype(bool)].sort_values("standard_error")
        if plans.empty:
            return None
        of_runs = runs.pivot(index="split", columns="candidate", values=result.settings["metric"])
        of_plan = of_runs[plans["candidate"].iloc[-1]] - of_runs[result.settings["reference"]]
        deviation, variance = float(of_plan.std()), float(plans["standard_error"].iloc[-1]) ** 2
        if deviation == 0.0:
            return None
        rest = max(0.0, variance - deviation**2 / len(of_plan))
        if result.settings["splits"]["name"] == "given":
            return cls(deviation, by_rows=rest)
        return cls(deviation, rest / deviation**2)

    def standard_error(self, split: Splitting) -> float:
        """Of the mean difference with these splits: by half as many rows a run is judged, its variance doubles."""
        deviation = self.deviation
        if self.test_per_train and split.test_per_train:
            deviation *= sqrt(_judged(self.test_per_train) / _judged(split.test_per_train))
        return standard_error(deviation, split.runs, split.test_per_train, self.by_rows)


def measured_spread(reading: FeatureReading, results: Iterable[StudyResult]) -> Spread | None:
    """As the first of these results that is of these features has measured it; None where none is."""
    own = [reading.title, reading.rows, reading.features, list(reading.counts.names)]
    for result in results:
        if [result.settings.get(name) for name in ("features", "rows", "columns", "classes")] == own:
            return Spread.measured(result)
    return None


def splitting(choice: str, reading: FeatureReading) -> Splitting:
    """What a choice of `SPLITS` means for features: their own split where they have one."""
    if reading.has_split:
        seeds = SEEDS[choice]
        return Splitting({"name": "given", "seeds": seeds}, seeds, 0.0, f"the features' own split, {seeds} seeds")
    if choice in FOLDS:
        folds, repeats = FOLDS[choice]
        folds = min(folds, smallest_class(reading))
        words, asked = f"{repeats} times {folds} folds", FOLDS[choice][0]
        few = f"{folds} folds instead of {asked}: the smallest class has {folds} samples" if folds < asked else ""
        named = {"name": "folds", "folds": asked, "repeats": repeats}
        return Splitting(named, folds * repeats, 1 / (folds - 1), words, few)
    words = f"{HOLD_OUT} splits, {100 * (1 - TEST):.0f} % of the rows to train on"
    return Splitting({"name": "hold_out", "splits": HOLD_OUT, "test": TEST}, HOLD_OUT, TEST / (1 - TEST), words)


def smallest_class(reading: FeatureReading) -> int:
    """Samples of the smallest class that can be judged."""
    counts = reading.counts.counts
    return int(counts[counts > 1].min(initial=reading.rows))


def visible_difference(split: Splitting, candidates: int, spread: Spread = Spread()) -> float:  # noqa: B008
    """The difference that is found with 80 % power, where those between runs lie so far apart."""
    return found_difference(spread.standard_error(split), split.runs, REGION, max(candidates, 1))


def seconds(split: Splitting, reading: FeatureReading, plans: list[SamplingPlan], weights: int) -> float:
    """About how long a study takes on this machine. plans: one a candidate; weights: of the learner."""
    per_split, trained = 0.0, reading.counts.num_samples / (1.0 + split.test_per_train)
    for plan in plans:
        samples = (plan.samples_per_epoch or trained) + JUDGED * (reading.rows - trained)
        per_split += (plan.epochs or 0) * (EPOCH + samples * (SAMPLE + WEIGHT * weights))
    return 2.0 + split.runs * per_split / max(1, min(os.cpu_count() or 2, MOST_CORES) - 1)


def _judged(test_per_train: float) -> float:
    """The part of the rows that is judged."""
    return test_per_train / (1.0 + test_per_train)


def duration(length: float) -> str:
    """Seconds in words, two digits at most: "20 s", "4 min", "3 h"."""
    if length < 90:
        step = 1 if length < 10 else 5
        return f"{max(step, step * round(length / step))} s"
    return f"{round(length / 60)} min" if length < 5400 else f"{length / 3600:.1f} h"
