"""Two gloo ranks: each its own file, added up by the reader; audited, also where shares follow both ranks' recall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sampler_core.run_log import audit, departures, read_run
from tests.frameworks.run_log_ranks import EPOCHS
from tests.frameworks.training import CLASS_COUNTS, plan_of, python


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two ranks left their logs."""
    out = tmp_path_factory.mktemp("logs")
    python("-m", "tests.frameworks.run_log_ranks", str(out))
    return out


def test_each_rank_has_its_file_and_together_they_are_the_plan(logs: Path) -> None:
    assert {path.name for path in logs.glob("clean*")} == {"clean.jsonl", "clean.rank1.jsonl"}
    run = read_run(logs / "clean.jsonl")
    assert (run.ranks, run.epochs, run.ended) == ((0, 1), tuple(range(EPOCHS)), True)
    previewed = [plan_of("stratified").preview(CLASS_COUNTS, epoch).totals for epoch in range(EPOCHS)]
    beyond = run.trained - previewed
    assert beyond.min() >= 0
    assert beyond.sum(axis=1).tolist() == [48 * 16 - 745] * EPOCHS, "completed to 48 batches"
    assert departures(run) == []
    assert audit(run, CLASS_COUNTS) == []


def test_the_feedback_of_both_ranks_is_in_the_log_and_its_shares_are_drawn_once_more(logs: Path) -> None:
    run = read_run(logs / "adaptive.jsonl")
    assert run.metrics["validation"]["recall"][0] == pytest.approx([0.895 - 0.05 * c for c in range(10)])
    assert len(np.unique(run.planned.round(2), axis=0)) == EPOCHS, "its shares moved"
    assert departures(run) == []
    assert audit(run, CLASS_COUNTS) == []


def test_a_sampler_made_before_the_process_group_is_named(logs: Path) -> None:
    (found,) = departures(read_run(logs / "early.jsonl"))
    assert found.cause == "ranks alike"
    assert "each of the 2 ranks trains on the same batches" in found.sentence
