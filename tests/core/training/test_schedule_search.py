"""Tune by training: the search sees no row that its winners are judged on, and the verdict may say no."""

import doctest
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from sampler_core import DifficultyBalanced, SamplingPlan
from sampler_core.plans.schedules import Constant
from sampler_core.plans.targets import PowerSkew
from sampler_core.training import (
    Folds,
    Given,
    HoldOut,
    LabelledFeatures,
    LinearLearner,
    ScheduleSearch,
    SearchSpace,
    StudyResult,
    StudyStopped,
    search_space,
)
from sampler_core.training import successive_halving as halving
from sampler_core.training.losses import CrossEntropy
from sampler_core.training.search_tables import SCHEDULE, STATIC, search_verdict
from sampler_core.training.splits import inner_splits
from sampler_core.training.stacked_runs import train
from sampler_core.training.stacking import stacks_of
from sampler_core.training.stacks import Run
from tests.core.training.test_study import easy

torch.set_num_threads(1)
BASE = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=4, batch_size=32, drawing="exact")
SMALL = SearchSpace(candidates=4, shapes=("linear", "step"))


def search_of(features=None, **others):
    settings = {"space": SMALL, "learner": LinearLearner(0.05), "splits": HoldOut(3, 0.3), **others}
    return ScheduleSearch(features or easy(), BASE, **settings)


@pytest.fixture(scope="module")
def found():
    shares = []
    search = search_of()
    return search, search.run(lambda progress: shares.append(progress.share)), shares


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(halving).failed + doctest.testmod(search_space).failed == 0


def test_the_design_covers_start_end_shape_and_target_and_is_the_same_for_the_same_seed():
    counts = easy().class_counts
    space = SearchSpace(32, least=-0.5, most=2.0, targets=("power_skew", "difficulty_balanced"))
    plans = space.schedules(BASE, counts, seed=5)
    assert plans == space.schedules(BASE, counts, seed=5) != space.schedules(BASE, counts, seed=6)
    schedules = [(p.target.base if isinstance(p.target, DifficultyBalanced) else p.target).schedule for p in plans]
    assert {type(schedule).__name__.lower() for schedule in schedules} == set(space.shapes)
    assert {type(plan.target) for plan in plans} == {PowerSkew, DifficultyBalanced}
    for epoch in (0, 3):
        skews = np.array([schedule(epoch, 4) for schedule in schedules])
        thirds, _ = np.histogram(skews, bins=[-0.5, 1 / 3, 7 / 6, 2.0])
        assert thirds.min() >= 5, "start and end go over the whole range"
    assert all((plan.epochs, plan.seed, plan.drawing) == (4, 0, "exact") for plan in plans)
    statics = [plan.target.schedule.skew for plan in SearchSpace(4).static_skews(BASE, counts)]
    assert statics == [0.0, 0.5, 1.0, 1.5]


def test_a_plan_that_the_limits_refuse_is_left_out():
    base = replace(BASE, samples_per_epoch=400, max_repeats=3.0)
    counts = easy().class_counts
    assert len(SMALL.schedules(base, counts, 0)) == 4
    with pytest.raises(ValueError, match="max_repeats"):
        SMALL.schedules(replace(base, samples_per_epoch=4000), counts, 0)


def test_half_of_the_candidates_go_on_and_all_have_met_the_same_splits():
    reached = np.array([[0.5, 0.5, 0.9], [0.6, 0.6, 0.6], [0.2, np.nan, np.nan]])
    assert halving.best_of(reached, 2, 2).tolist() == [1, 0]
    assert halving.best_of(reached, 3, 1).tolist() == [0]
    for candidates in (3, 4, 16):
        steps = search_space.rungs(candidates)
        assert [step.splits.start for step in steps[1:]] == [step.splits.stop for step in steps[:-1]]
        assert steps[-1].candidates == 2
    search = search_of(space=replace(SMALL, candidates=8))
    assert search.runs_per_split == 2 * (8 * 2 + 4 * 2 + 2 * 4), "schedules and static skews alike"
    assert search.num_runs == 3 * (64 + 3)


def test_the_search_of_a_split_sees_nothing_of_the_rows_it_is_judged_on():
    search = search_of()
    blind = search.splits[0].test
    spoiled = LabelledFeatures(search.features.X.copy(), search.features.y, search.features.names)
    spoiled.X[blind] = 1e3 * np.random.default_rng(0).normal(size=(blind.size, 4))
    found = []
    for data in (search.features, spoiled):
        of_data = halving.Halving(data, search.splits[:1], search.learner, search._metric_of, 0, False)
        found.append(of_data.search((search.schedules, search.static_skews), lambda work: None))
        for split in inner_splits(data, search.splits[0], HoldOut(4, 0.3), 1):
            assert not np.intersect1d(blind, np.concatenate([split.train, split.test])).size
    for before, after in zip(*found, strict=True):
        np.testing.assert_array_equal(before.reached, after.reached)
        np.testing.assert_array_equal(before.winners, after.winners)


def test_a_candidate_of_a_search_reaches_what_its_plan_reaches_alone():
    search = search_of()
    of_search = halving.Halving(search.features, search.splits, search.learner, search._metric_of, 0, False)
    schedules, _ = of_search.search((search.schedules, search.static_skews), lambda work: None)
    split = inner_splits(search.features, search.splits[1], HoldOut(4, 0.3), 2)[1]
    (alone,) = stacks_of(search.features, [split], [Run(0, 0, search.schedules[3])], search.learner, CrossEntropy())
    *_, last = train(alone)
    recall = last.measures.right[0] / np.bincount(search.features.y[split.test])
    assert schedules.reached[1, 3, 1] == pytest.approx(recall.mean(), abs=1e-12)
    early, *_ = train(alone, measured_epochs=(3,))
    assert early.measures.right.size == 0


def test_what_is_told_is_the_difference_on_the_rows_of_the_splits_and_not_the_best_of_the_search(found):
    _, result, shares = found
    runs = result.tables["runs"].pivot(index="split", columns="candidate", values="balanced_accuracy")
    confirmed = result.tables["confirmed"].set_index("against")
    assert len(runs) == 3
    assert confirmed.loc[STATIC, "mean"] == pytest.approx((runs[SCHEDULE] - runs[STATIC]).mean())
    baseline = "natural + logit adjustment"
    assert confirmed.loc[baseline, "mean"] == pytest.approx((runs[SCHEDULE] - runs[baseline]).mean())
    assert list(confirmed.index) == [STATIC, baseline]
    searched = result.tables["searched"]
    assert searched.groupby("kind")["wins"].sum().tolist() == [3, 3]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.02)


def test_a_result_survives_json_and_has_the_plan_to_use(found):
    search, result, _ = found
    again = StudyResult.from_json(result.to_json())
    assert again.verdict == result.verdict
    pd.testing.assert_frame_equal(again.tables["searched"], result.tables["searched"], check_dtype=False)
    import json

    plan = SamplingPlan.from_json(json.dumps(again.settings["plan"]))
    assert plan in search.schedules
    assert any(note.startswith("Each of the 3 searches tried 4 schedules and 4 static skews") for note in again.notes)


def test_a_search_stops_when_it_is_told_to_and_takes_adaptive_targets_and_a_given_split():
    calls = itertools.count()
    with pytest.raises(StudyStopped):
        search_of().run(lambda progress: next(calls) < 3)
    is_test = np.arange(172) % 3 == 0
    data = easy(is_test=is_test)
    space = SearchSpace(4, targets=("difficulty_balanced",))
    search = search_of(data, space=space, splits=Given(2))
    assert all(split.validation.size for split in search.splits)
    result = search.run()
    assert set(result.tables["searched"]["target"]) == {"DifficultyBalanced", "PowerSkew"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: SearchSpace(5), "candidates must be one of 4, 8, 16, 32, 64, got 5"),
        (lambda: SearchSpace(least=1.0, most=1.0), r"most must be a number above least \(1\), got 1"),
        (lambda: SearchSpace(shapes=("piecewise",)), "shapes must be some of linear, cosine"),
        (lambda: SearchSpace(targets=("boost",)), "targets must be some of power_skew, difficulty_balanced"),
        (lambda: search_of(metric="f1"), "metric must be one of balanced_accuracy, accuracy, got 'f1'"),
        (lambda: search_of(splits=Given()), "splits must be Folds or HoldOut"),
        (lambda: ScheduleSearch(easy(), replace(BASE, epochs=None), splits=Folds(2, 1)), "epochs must be given"),
    ],
)
def test_what_cannot_be_searched_is_said_at_construction(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


@pytest.mark.parametrize(
    ("verdict", "beginning"),
    [
        ("better", "A schedule beats the tuned static skew (0.5 to 0.8) here (balanced accuracy +1.2 points, 95 %"),
        ("worse", "No schedule beats the tuned static skew (0.5 to 0.8) here: the searched one is worse ("),
        ("same", "No schedule beats the tuned static skew (0.5 to 0.8) here: the two are the same within 1 point ("),
        ("undecided", "No schedule is shown to beat the tuned static skew (0.5 to 0.8) here ("),
    ],
)
def test_the_verdict_says_yes_or_no_first_and_what_needs_no_search(verdict, beginning):
    row = {"candidate": SCHEDULE, "mean": 0.012, "low": 0.003, "high": 0.021, "found": 0.02, "verdict": verdict,
           "reached": 0.9, "against_reached": 0.888}  # fmt: skip
    baseline = {**row, "against": "natural + logit adjustment", "against_reached": 0.91, "verdict": "undecided"}
    tried = pd.DataFrame({"kind": STATIC, "first_skew": [0.8, 0.5, 0.6], "wins": [2, 1, 0]})
    said = search_verdict(pd.DataFrame([{**row, "against": STATIC}, baseline]), tried, "balanced_accuracy", 0.01)
    assert said.startswith(beginning)
    assert ("a difference of 2 points would be found" in said) == (verdict == "undecided")
    assert "Natural draws with logit adjustment, which need no search, reach 91 %, the schedule 90 %" in said
