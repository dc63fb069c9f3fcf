"""Two ranks under Accelerate: a clean training is logged as it was planned, and a sampler that shards too is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from sampler_core.run_log import audit, departures, read_run
from tests.frameworks.run_log_accelerated import EPOCHS
from tests.frameworks.training import CLASS_COUNTS, plan_of, python


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two ranks left their logs."""
    out = tmp_path_factory.mktemp("logs")
    python(
        "-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0",
        "--local-addr=127.0.0.1", "--module", "tests.frameworks.run_log_accelerated", str(out),
    )  # fmt: skip
    return out


def test_batches_that_accelerate_deals_out_add_up_to_the_plan(logs: Path) -> None:
    run = read_run(logs / "clean.jsonl")
    previewed = [plan_of("stratified").preview(CLASS_COUNTS, epoch).totals for epoch in range(EPOCHS)]
    assert run.drawn.tolist() == [totals.tolist() for totals in previewed]
    assert (run.trained - previewed).min() >= 0
    assert departures(run) == []
    assert audit(run, CLASS_COUNTS) == []


def test_a_sampler_that_shards_what_accelerate_shards_is_named(logs: Path) -> None:
    (found,) = departures(read_run(logs / "twice.jsonl"))
    assert (found.cause, found.since) == ("sharded twice", 0)
    assert "num_replicas=1 where the framework shares them out itself (Accelerate" in found.sentence
