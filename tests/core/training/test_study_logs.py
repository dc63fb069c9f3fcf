"""The run logs of a study are those of a real training with the same plan on the same rows, and open as such."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from sampler_core import Constant, DifficultyBalanced, ExponentiatedGradient, Linear, PowerSkew, ScheduledClassSampler
from sampler_core.figures.monitor_runs import MonitoredRun, recalls_of_runs
from sampler_core.run_log import RunLog, audit, departures, judged, run_of_contents
from sampler_core.training import Folds, LinearLearner, Study, StudyResult
from sampler_core.training.losses import LDAM, CrossEntropy
from sampler_core.training.stacked_runs import run_seed
from sampler_core.training.study_logs import first_runs, run_log
from tests.core.training.test_study import easy, plan_of

torch.set_num_threads(1)
PLANS = {
    "late": plan_of(target=PowerSkew(Linear(0.0, 0.4)), drawing="stratified"),
    "shorter": plan_of(1.0, drawing="independent", epochs=3, samples_per_epoch=70),
    "by recall": plan_of(target=DifficultyBalanced()),
    "by loss": plan_of(target=ExponentiatedGradient(eta=0.5)),
}


@pytest.fixture(scope="module")
def trained():
    study = Study(easy(), PLANS, LinearLearner(0.02), splits=Folds(3, 1))
    return study, study.train()


def lines_of(log):
    return [json.loads(line) for line in log.splitlines()]


def opened(log):
    return run_of_contents([log.encode()])


def logged_by_a_script(path, study, plan, split, told):
    """What a training script over the sampler logs, without the times and the name of the run."""
    labels, names = study.features.y[split.train], study.features.names
    plan = replace(plan, seed=run_seed(plan, split))
    sampler = ScheduledClassSampler(labels, plan, classes=names)
    log = RunLog(path, sampler, classes=names)
    for epoch in range(plan.epochs):
        sampler.set_epoch(epoch)
        for (targets,) in sampler.loader(TensorDataset(torch.from_numpy(labels))):
            log.count(targets)
        log.epoch(**({} if plan.adaptive is None else {plan.adaptive.reads: told[epoch]}))
    log.end()
    return [
        {k: v for k, v in line.items() if k not in ("run", "time", "seconds")} for line in lines_of(path.read_text())
    ]


@pytest.mark.parametrize("name", ["natural", *PLANS])
def test_each_line_is_that_of_a_training_script_with_the_same_plan_on_the_same_rows(name, trained, tmp_path):
    study, of_study = trained
    number = [candidate.name for candidate in study.candidates].index(name)
    split = 2
    told = of_study.runs[number].told[split]
    log = lines_of(run_log(of_study, number, split))
    of_script = logged_by_a_script(
        tmp_path / "run.jsonl", study, study.candidates[number].plan, study.splits[split], told
    )
    ours = [{k: v for k, v in line.items() if k != "run"} for line in log if line.get("part") != "test"]
    assert ours == of_script


@pytest.mark.parametrize("name", ["natural", *PLANS])
def test_it_drew_what_was_planned_and_the_audit_draws_it_once_more(name, trained):
    study, of_study = trained
    run = opened(first_runs(of_study)[name])
    assert departures(run) == [] and run.ended
    counts = np.bincount(study.features.y[study.splits[0].train])
    assert run.class_counts.counts.tolist() == counts.tolist()
    assert audit(run, run.class_counts, run.first_plan.labels) == []


def test_its_recalls_are_those_of_the_tables_on_the_rows_that_the_split_judges(trained):
    study, of_study = trained
    result = StudyResult.of(of_study, study.notes, study.settings)
    runs = result.tables["runs"].query("split == 0").set_index("candidate")
    for name, log in first_runs(of_study).items():
        judged_part = opened(log).metrics["test"]
        assert np.nanmean(judged_part["recall"][-1]) == pytest.approx(runs.loc[name, "balanced_accuracy"], abs=1e-5)
        assert judged_part["accuracy"][-1] == pytest.approx(runs.loc[name, "accuracy"])
        assert judged_part["n"][-1].tolist() == [40, 14, 4]


def test_runs_beside_each_other_are_compared_on_the_part_that_all_of_them_have(trained):
    _, of_study = trained
    runs = [MonitoredRun(name, judged(opened(log)), i) for i, (name, log) in enumerate(first_runs(of_study).items())]
    by_recall = next(one for one in runs if one.name == "by recall")
    assert set(by_recall.judgement.run.metrics) == {"test", "validation"}
    table = recalls_of_runs(runs, "rarest class", 1).table()
    assert table["by recall"].iloc[-1] == pytest.approx(by_recall.judgement.run.metrics["test"]["recall"][-1, 2])


def test_a_result_brings_the_first_run_of_each_candidate_as_far_as_they_are_small(trained):
    _, of_study = trained
    logs = first_runs(of_study)
    assert [*logs] == ["natural", *PLANS]
    assert [*first_runs(of_study, len(logs["natural"]) + 10)] == ["natural"]
    result = Study(easy(), {"a": plan_of(1.0)}, LinearLearner(), [CrossEntropy(), LDAM()], splits=Folds(2, 1)).run()
    assert [*result.run_logs] == ["natural", "a, cross-entropy", "a, ldam 0.5 30"]
    assert StudyResult.from_json(result.to_json()).run_logs == result.run_logs
    assert all(isinstance(opened(log).plan.target.schedule, Constant) for log in result.run_logs.values())
