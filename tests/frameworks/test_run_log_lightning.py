"""The callback of Lightning, on one and two CPU processes: what is trained on, nothing of the sanity check, resumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sampler_core.run_log import Run, audit, departures, read_run
from tests.frameworks.run_log_lightning import EPOCHS, STOPPED_AFTER
from tests.frameworks.training import CLASS_COUNTS, LABELS, ROOT, plan_of, python

BOTH = pytest.mark.parametrize("devices", [1, 2])


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """By number of processes, the folder of their logs."""
    folders = {devices: tmp_path_factory.mktemp(f"devices{devices}") for devices in (1, 2)}
    for devices, folder in folders.items():
        python(str(ROOT / "tests/frameworks/run_log_lightning.py"), str(folder), str(devices))
    return folders


def check_is_the_plan(run: Run, devices: int) -> None:
    completed = -len(LABELS) % (16 * devices) if devices > 1 else 0
    previewed = [plan_of("stratified").preview(CLASS_COUNTS, epoch).totals for epoch in range(EPOCHS)]
    beyond = run.trained - previewed
    assert (run.epochs, run.ended) == (tuple(range(EPOCHS)), True)
    assert beyond.min() >= 0
    assert beyond.sum(axis=1).tolist() == [completed] * EPOCHS
    assert departures(run) == []
    assert audit(run, CLASS_COUNTS) == []


@BOTH
def test_a_training_is_logged_as_it_was_planned(logs: dict[int, Path], devices: int) -> None:
    run = read_run(logs[devices] / "whole.jsonl")
    assert run.ranks == tuple(range(devices))
    check_is_the_plan(run, devices)
    assert run.metrics["validation"]["recall"].shape == (EPOCHS, 10)


@BOTH
def test_a_training_that_goes_on_from_a_checkpoint_is_logged_as_a_whole(logs: dict[int, Path], devices: int) -> None:
    run = read_run(logs[devices] / "stopped.jsonl")
    (resume,) = {resume.resume for resume in run.resumes}
    assert resume == (1, STOPPED_AFTER * devices, devices)
    check_is_the_plan(run, devices)
