"""The audit draws a run once more from its plan and the labels, and finds a log that was changed, to the window."""

import json
from pathlib import Path

import numpy as np
import pytest

from sampler_core import Constant, DifficultyBalanced, ExponentiatedGradient, PowerSkew, SamplingPlan
from sampler_core.__main__ import main
from sampler_core.run_log import RunLog, audit, read_run
from tests.core.run_log_scripts import (
    BATCH,
    CLEAN,
    COUNTS,
    DATASET,
    LABELS,
    SCHEMES,
    clean,
    clean_on_two_ranks,
    labels_in_another_order,
    larger_batches,
    plan_of,
    sampler_of,
)

NAMES = np.array([*COUNTS])[LABELS]


def audited(folder: Path, labels=NAMES) -> int:
    (folder / "labels.csv").write_text("animal\n" + "".join(f"{name}\n" for name in labels))
    return main(["audit", str(folder / "run.jsonl"), str(folder / "labels.csv")])


@pytest.mark.parametrize("script", CLEAN, ids=lambda script: script.__name__)
def test_a_clean_run_is_drawn_once_more_and_holds(script, tmp_path: Path, capsys):
    script(tmp_path / "run.jsonl")
    assert audited(tmp_path) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("509 samples of 4 classes read from")
    assert said[1].startswith("Epochs 0 to 3 drew what was planned")


@pytest.mark.parametrize("drawing", SCHEMES)
def test_each_scheme_is_drawn_once_more(drawing, tmp_path: Path):
    clean(tmp_path / "run.jsonl", plan_of(drawing))
    assert audit(read_run(tmp_path / "run.jsonl"), sampler_of().class_counts, sampler_of().labels_digest) == []


def test_ranks_of_the_sampler_are_drawn_once_more(tmp_path: Path):
    clean_on_two_ranks(tmp_path / "run.jsonl", by_the_sampler=True)
    assert audit(read_run(tmp_path / "run.jsonl"), sampler_of().class_counts) == []


def test_one_sample_that_was_changed_in_the_log_is_found_with_its_window(tmp_path: Path, capsys):
    clean(tmp_path / "run.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    row = lines[5]["trained"]
    before = list(row)
    row[0], row[3] = row[0] - 1, row[3] + 1
    lines[5]["drawn"] = row
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert audited(tmp_path) == 1
    said = capsys.readouterr().out
    window = f"Epoch 2, batches 0 to 31: training took {row[0]} of class 'ant' instead of {before[0]}"
    assert f"{window}, {row[3]} of class 'dog' instead of {before[3]}." in said


@pytest.mark.parametrize("script", [labels_in_another_order, larger_batches], ids=lambda script: script.__name__)
def test_a_mistake_in_the_script_is_said_by_the_audit_too(script, tmp_path: Path, capsys):
    script(tmp_path / "run.jsonl")
    assert audited(tmp_path) == 1
    said = capsys.readouterr().out
    if script is labels_in_another_order:
        assert "The labels have the class counts of the run, but in another order" in said
    assert "Pass batch_size=16 to the loader" in said or "labels_of(dataset)" in said


def test_labels_of_another_data_set_are_said(tmp_path: Path, capsys):
    clean(tmp_path / "run.jsonl")
    assert audited(tmp_path, [*NAMES, "dog", "elk"]) == 1
    said = capsys.readouterr().out
    assert "Class 'dog' has 30 samples in the labels, in training 29." in said
    assert audited(tmp_path, ["yes", "no"]) == 2
    assert "labels must be of the run's classes, such as 'ant'" in capsys.readouterr().err


def test_a_table_of_counts_is_enough_for_the_classes(tmp_path: Path):
    clean(tmp_path / "run.jsonl")
    table = "class,count\n" + "".join(f"{name},{count}\n" for name, count in COUNTS.items())
    (tmp_path / "counts.csv").write_text(table)
    assert main(["audit", str(tmp_path / "run.jsonl"), str(tmp_path / "counts.csv")]) == 0


def test_what_is_no_log_is_one_sentence_and_exit_code_2(tmp_path: Path, capsys):
    (tmp_path / "run.jsonl").write_text("no log\n")
    assert audited(tmp_path) == 2
    assert capsys.readouterr().err.startswith('run log must have a line of the kind "plan"')
    (tmp_path / "run.jsonl").unlink()
    assert audited(tmp_path) == 2


ADAPTIVE = {"recall": DifficultyBalanced(PowerSkew(Constant(0.5))), "loss": ExponentiatedGradient()}


def adaptive_run(path: Path, reads: str, by_the_log: bool) -> None:
    plan = SamplingPlan(target=ADAPTIVE[reads], epochs=4, batch_size=BATCH, drawing="exact")
    sampler = sampler_of(plan)
    log = RunLog(path, sampler)
    for epoch in range(4):
        sampler.set_epoch(epoch)
        for _, targets in sampler.loader(DATASET):
            log.count(targets)
        feedback = {reads: [1 / 3, 0.1 * epoch, None, 0.05]}
        log.epoch(**(feedback if by_the_log else {"accuracy": 0.5}))
        if not by_the_log:
            sampler.update(**feedback)


@pytest.mark.parametrize("reads", ADAPTIVE)
def test_an_adaptive_run_is_drawn_once_more_from_the_feedback_in_its_log(reads, tmp_path: Path):
    adaptive_run(tmp_path / "run.jsonl", reads, by_the_log=True)
    run = read_run(tmp_path / "run.jsonl")
    assert len(np.unique(run.planned.round(3), axis=0)) == 4, "its shares moved"
    assert audit(run, sampler_of().class_counts) == []


@pytest.mark.parametrize("reads", ADAPTIVE)
def test_without_the_feedback_the_audit_says_that_it_cannot(reads, tmp_path: Path, capsys):
    adaptive_run(tmp_path / "run.jsonl", reads, by_the_log=False)
    assert audited(tmp_path) == 2
    said = capsys.readouterr().err
    assert f"got none or other feedback before epoch 1: pass {reads} to log.epoch in training" in said
