"""The callback of the Hugging Face Trainer, on one and two processes: training batches alone, and its resumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sampler_core.run_log import Run, audit, departures, read_run
from tests.frameworks.run_log_transformers import EPOCHS, STOPPED_AFTER
from tests.frameworks.training import CLASS_COUNTS, LABELS, plan_of, python

BOTH = pytest.mark.parametrize("ranks", [1, 2])


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """By number of processes, the folder of their logs."""
    folders = {ranks: tmp_path_factory.mktemp(f"ranks{ranks}") for ranks in (1, 2)}
    python("-m", "tests.frameworks.run_log_transformers", str(folders[1]))
    python(
        "-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0",
        "--local-addr=127.0.0.1", "--module", "tests.frameworks.run_log_transformers", str(folders[2]),
    )  # fmt: skip
    return folders


def check_is_the_plan(run: Run, ranks: int) -> None:
    completed = -len(LABELS) % (16 * ranks) if ranks > 1 else 0
    previewed = [plan_of("stratified").preview(CLASS_COUNTS, epoch).totals for epoch in range(EPOCHS)]
    beyond = run.trained - previewed
    assert (run.epochs, run.ended, run.ranks) == (tuple(range(EPOCHS)), True, tuple(range(ranks)))
    assert beyond.min() >= 0, "evaluation is not counted, and nothing is missing"
    assert beyond.sum(axis=1).tolist() == [completed] * EPOCHS
    assert departures(run) == []
    assert audit(run, CLASS_COUNTS) == []


@BOTH
def test_a_training_is_logged_as_it_was_planned(logs: dict[int, Path], ranks: int) -> None:
    run = read_run(logs[ranks] / "whole.jsonl")
    check_is_the_plan(run, ranks)
    assert run.metrics["validation"]["loss"].shape == (EPOCHS,)


@BOTH
def test_a_training_that_goes_on_from_a_checkpoint_is_logged_as_a_whole(logs: dict[int, Path], ranks: int) -> None:
    run = read_run(logs[ranks] / "stopped.jsonl")
    (resume,) = {resume.resume for resume in run.resumes}
    assert resume == (0, STOPPED_AFTER * ranks, ranks)
    check_is_the_plan(run, ranks)
