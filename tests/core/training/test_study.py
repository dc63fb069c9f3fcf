"""A study as people use it: what it trains, what its tables hold (scikit-learn as the oracle), what it says."""

import doctest
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn import metrics

from sampler_core import Boost, Constant, DifficultyBalanced, PowerSkew, SamplingPlan
from sampler_core.training import (
    Folds,
    Given,
    HoldOut,
    LabelledFeatures,
    LinearLearner,
    MlpLearner,
    Study,
    StudyResult,
    StudyStopped,
    load_features,
)
from sampler_core.training.losses import LDAM, ClassWeighted, CrossEntropy, LogitAdjusted
from sampler_core.training.splits import splits_of
from sampler_core.training.stacked_runs import train

torch.set_num_threads(1)


def plan_of(skew=None, target=None, **others):
    target = PowerSkew(Constant(skew)) if target is None else target
    return SamplingPlan(**{"target": target, "epochs": 4, "batch_size": 32, "drawing": "exact", **others})


def easy(counts=(120, 40, 12), seed=0, spread=1.3, **others):
    generator = np.random.default_rng(seed)
    labels = np.repeat(["big", "mid", "rare"][: len(counts)], counts)
    centres = np.repeat(np.eye(len(counts), 4) * 2, counts, axis=0)
    return LabelledFeatures(centres + spread * generator.normal(size=centres.shape), labels, **others)


@pytest.fixture(scope="module")
def trained():
    study = Study(
        easy(), {"balanced": plan_of(1.0), "follows": plan_of(target=DifficultyBalanced())}, MlpLearner(0.01, hidden=8),
        [CrossEntropy(), LogitAdjusted(1.0, "drawn"), LDAM()], splits=Folds(3, 2),
    )  # fmt: skip
    return study, study.run()


def test_natural_draws_and_their_post_hoc_adjustment_are_in_every_table_unasked(trained):
    study, result = trained
    assert study.reference == "natural"
    for name in ("summary", "comparisons", "recalls", "confusions", "curves", "runs"):
        assert "natural + logit adjustment" in set(result.tables[name]["candidate"])
    assert len(result.tables["summary"]) == 1 + 2 * 3 + 1


def test_a_natural_plan_of_ones_own_is_the_reference_and_is_not_added_again():
    study = Study(easy(), {"mine": plan_of(0.0), "balanced": plan_of(1.0)}, splits=Folds(2, 1))
    assert (study.reference, len(study.candidates)) == ("mine", 2)
    weighted = Study(easy(), {"natural": plan_of(0.0)}, losses=[ClassWeighted(1.0)], splits=Folds(2, 1))
    assert [c.name for c in weighted.candidates] == ["natural, cross-entropy", "natural, class-weighted 1"]


def test_tables_hold_what_scikit_learn_computes_from_the_answers(trained):
    study, result = trained
    summary = result.tables["summary"].set_index("candidate")
    stacks = list(study._stacks())
    assert len(stacks) >= 3, "a stack a loss"
    run_values = result.tables["runs"].set_index(["candidate", "split"])
    for stack in stacks:
        *_, last = train(stack)
        for number, run in enumerate(stack.runs):
            name = study.candidates[run.candidate].name
            rows = study.splits[run.split].test
            targets, answers = study.features.y[rows], last.measures.answers[number]
            of_run = run_values.loc[(name, run.split)]
            assert of_run["accuracy"] == pytest.approx(metrics.accuracy_score(targets, answers))
            assert of_run["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(targets, answers))
    runs = result.tables["runs"].groupby("candidate")["balanced_accuracy"].mean()
    assert summary["balanced_accuracy"].to_dict() == pytest.approx(runs.to_dict())


def test_log_loss_and_brier_are_scikit_learns(trained):
    study, _ = trained
    for stack in study._stacks():
        *_, last = train(stack)
        split = stack.splits[stack.runs[0].split]
        trained_part = stack.data.X[split.train].astype(np.float64)
        inputs = (stack.data.X[split.test] - trained_part.mean(0)) / trained_part.std(0)
        parameters = [part[:1].detach() for part in last.parameters]
        logits = stack.learner.logits(parameters, torch.tensor(inputs).float()[None], stack.loss.normalised_head)
        shares = torch.softmax(stack.loss.scores(logits)[0].double(), -1).numpy()
        targets = stack.data.y[split.test]
        assert last.measures.log_loss[0] == pytest.approx(metrics.log_loss(targets, shares, labels=range(3)), rel=1e-4)
        squares = metrics.brier_score_loss(np.eye(3)[targets].astype(int), shares, scale_by_half=False)
        assert last.measures.brier[0] == pytest.approx(squares, rel=1e-4)


def test_recalls_have_the_size_of_the_class_as_n_whatever_the_repeats(trained):
    _, result = trained
    recalls = result.tables["recalls"].query("candidate == 'natural'")
    assert recalls["n"].tolist() == recalls["samples"].tolist() == [120, 40, 12]
    assert ((recalls["low"] < recalls["recall"]) & (recalls["recall"] <= recalls["high"])).all()
    pooled = result.tables["confusions"].query("candidate == 'natural'")
    right = pooled[pooled["class"] == pooled["answer"]]["samples"].to_numpy()
    assert right / recalls["n"].to_numpy() == pytest.approx(recalls["recall"].to_numpy())


def test_drawn_shares_are_the_plans_and_those_of_an_adaptive_target_move_by_run(trained):
    _, result = trained
    shares = result.tables["class_curves"].set_index(["candidate", "epoch", "class"])["share"]
    assert shares["balanced, cross-entropy"].to_numpy() == pytest.approx(np.full(12, 1 / 3), abs=0.01)
    assert shares["natural"][3]["rare"] == pytest.approx(12 / 172, abs=0.02)
    moved = result.tables["class_curves"].query("candidate == 'follows, cross-entropy' and epoch == 3")
    assert (moved["largest_share"] > moved["least_share"]).any()


def test_natural_draws_need_no_correction_and_balanced_ones_are_calibrated_by_it():
    data = load_features()
    result = Study(
        data, {"balanced": plan_of(1.0, epochs=6, batch_size=128)}, LinearLearner(0.02), splits=Folds(2, 1)
    ).run()
    summary = result.tables["summary"].set_index("candidate")
    balanced, natural = summary.loc["balanced"], summary.loc["natural"]
    assert natural["corrected_log_loss"] == pytest.approx(natural["log_loss"], rel=0.01)
    assert balanced["log_loss"] > 1.5 * natural["log_loss"]
    assert balanced["corrected_log_loss"] < 1.2 * natural["log_loss"]
    assert balanced["corrected_brier"] < balanced["brier"]


def test_the_example_of_the_study_is_true():
    names = {**globals(), "plan": plan_of(1.0)}
    (examples,) = doctest.DocTestFinder(recurse=False).find(Study, "Study", globs=names)
    done = doctest.DocTestRunner(verbose=False).run(examples)
    assert (done.attempted, done.failed) == (2, 0)


def test_correcting_twice_is_warned_of():
    plans = {"natural": plan_of(0.0), "balanced": plan_of(1.0)}
    study = Study(easy(), plans, losses=[ClassWeighted(1.0), LogitAdjusted(1.0, "drawn")], splits=Folds(2, 1))
    (note,) = study.notes
    assert note.startswith("'balanced, class-weighted 1' corrects the imbalance twice")


def test_the_same_study_gives_the_same_result_and_another_seed_another():
    study = lambda seed: Study(easy(), {"balanced": plan_of(1.0)}, LinearLearner(), splits=Folds(2, 1), seed=seed).run()  # noqa: E731
    first, again, other = study(0).to_json(), study(0).to_json(), study(1).to_json()
    assert first == again
    assert first != other


def test_all_runs_at_once_or_few_at_a_time_is_the_same_study(monkeypatch):
    def run():
        return Study(easy(), {"balanced": plan_of(1.0)}, MlpLearner(hidden=4), splits=Folds(4, 1)).run().tables["runs"]

    at_once = run()
    monkeypatch.setattr("sampler_core.training.stacking.STACK_BYTES", 1)
    few = run().drop(columns="candidate")
    assert np.allclose(at_once.drop(columns="candidate"), few, atol=1e-5, equal_nan=True)


def test_plans_of_other_lengths_train_each_for_its_own():
    plans = {
        "short": plan_of(1.0, epochs=2),
        "long": plan_of(1.0, epochs=5),
        "large": plan_of(1.0, samples_per_epoch=300),
    }
    result = Study(easy(), plans, LinearLearner(), splits=Folds(2, 1)).run()
    curves = result.tables["curves"].query("metric == 'accuracy'").groupby("candidate")["epoch"].max()
    assert curves[["short", "long", "large"]].tolist() == [1, 4, 3]


def test_progress_tells_share_time_and_curve_and_stops_the_study():
    seen = []
    study = Study(easy(), {"balanced": plan_of(1.0)}, LinearLearner(), splits=Folds(2, 1))
    study.run(seen.append)
    assert [round(one.share, 6) for one in seen] == [0.25, 0.5, 0.75, 1.0]
    assert seen[-1].seconds_left == 0.0
    assert set(seen[0].reached) == {"natural", "balanced"}
    with pytest.raises(StudyStopped):
        study.run(lambda one: one.epoch < 1)


def test_the_result_comes_back_from_its_json(trained):
    _, result = trained
    again = StudyResult.from_json(result.to_json())
    assert (again.verdict, again.notes) == (result.verdict, result.notes)
    assert again.settings == json.loads(json.dumps(result.settings))
    for name, table in result.tables.items():
        assert table.equals(again.tables[name].astype(table.dtypes.to_dict()))
    with pytest.raises(ValueError, match="schema"):
        StudyResult.from_json("{}")


def test_the_datas_own_split_is_used_and_its_interval_counts_the_test_rows():
    is_test = np.zeros(172, dtype=bool)
    is_test[::2] = True
    data = easy(is_test=is_test)
    study = Study(data, {"balanced": plan_of(1.0)}, LinearLearner())
    assert study.splitter == Given(10)
    study = Study(data, {"balanced": plan_of(1.0)}, LinearLearner(), splits=Given(3))
    assert all(np.array_equal(split.test, np.flatnonzero(is_test)) for split in study.splits)
    assert len({split.seed for split in study.splits}) == 3
    result = study.run()
    found = result.tables["comparisons"].set_index("candidate").loc["balanced"]
    of_runs = result.tables["runs"].pivot(index="split", columns="candidate", values="balanced_accuracy")
    by_seeds = (of_runs["balanced"] - of_runs["natural"]).std() / np.sqrt(3)
    assert found["standard_error"] > by_seeds
    reached = result.tables["summary"].set_index("candidate").loc["balanced"]
    seeds_alone = 4.303 * of_runs["balanced"].std() / np.sqrt(3)  # t with two degrees of freedom
    assert reached["balanced_accuracy_high"] - reached["balanced_accuracy"] > seeds_alone
    assert result.settings["counts"] == [60, 20, 6], "those of the training part"
    assert "other test rows and seeds" in result.notes[0]


@pytest.mark.parametrize("splits", [Folds(5, 2), HoldOut(4, 0.3)])
def test_splits_are_stratified_and_no_row_is_trained_on_and_judged(splits):
    data = easy()
    made = splits_of(data, splits, seed=7, with_inner_part=True)
    for split in made:
        parts = np.concatenate([split.train, split.validation, split.test])
        assert np.array_equal(np.sort(parts), np.arange(172))
        for c, n in enumerate([120, 40, 12]):
            assert abs((data.y[split.test] == c).sum() - n * split.test.size / 172) <= 1
        assert (data.y[split.validation] == 2).sum() == int(0.2 * (12 - (data.y[split.test] == 2).sum()))
    assert len({split.seed for split in made}) == len(made)
    assert [split.test.tolist() for split in splits_of(data, splits, seed=7)] == [split.test.tolist() for split in made]


def test_folds_are_lowered_to_the_smallest_class_and_a_single_sample_is_never_judged():
    data = easy((60, 20, 3))
    study = Study(data, {"balanced": plan_of(1.0)}, splits=Folds(5, 1))
    assert len(study.splits) == 3
    assert "3 folds instead of 5: the smallest class has 3 samples." in study.notes
    single = easy((60, 20, 1))
    study = Study(single, {"balanced": plan_of(1.0)}, splits=Folds(5, 1))
    assert all(80 in split.train for split in study.splits)
    assert "Classes with one sample are trained on and never judged: 'rare'." in study.notes


def test_an_adaptive_plan_takes_the_inner_part_from_every_plan_alike():
    study = Study(easy(), {"follows": plan_of(target=DifficultyBalanced())}, splits=Folds(3, 1))
    assert all(split.validation.size for split in study.splits)
    assert study.notes == [
        "'follows' changes its class shares during training: prior correction counts those of the last epoch only, and "
        "is approximate there.",
        "No training draws a fifth of each training part: adaptive targets read it.",
    ]


def test_before_training_the_difference_that_would_be_found_is_told():
    few = Study(easy(), {"balanced": plan_of(1.0)}, splits=Folds(3, 1)).found_difference()
    many = Study(easy(), {"balanced": plan_of(1.0)}, splits=Folds(10, 10)).found_difference()
    assert 0.02 < many < few


@pytest.mark.parametrize(
    ("given", "says"),
    [({"plans": {}}, "plans must be from 1 to 6"),
     ({"plans": {"a": plan_of(1.0, epochs=None)}}, "plan 'a': epochs must be given for training, got None"),
     ({"plans": {"a": replace(plan_of(1.0), batch_size=None)}}, "plan 'a': batch_size must be given"),
     ({"plans": {"a": plan_of(target=Boost(PowerSkew(Constant(0.0)), {"no": 2.0}, 0, 1))}}, "plan 'a': class must be"),
     ({"losses": []}, "losses must be at least one"), ({"metric": "f1"}, "metric must be one of"),
     ({"reference": "other"}, "reference must be one of natural, a"), ({"region": 2}, "region must be a number"),
     ({"splits": Given(3)}, "splits must be Folds or HoldOut for features without"),
     ({"learner": "mlp"}, "learner must be one of linear, mlp")],
)  # fmt: skip
def test_a_wrong_argument_is_named(given, says):
    with pytest.raises((TypeError, ValueError), match=says):
        Study(**{"features": easy(), "plans": {"a": plan_of(1.0)}, **given})
