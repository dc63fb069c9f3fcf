"""Ray Train with real workers: it leaves the sampler alone, and a run goes on with another number of workers."""

from pathlib import Path

import pytest

from tests.engines.ray_workers import EPOCHS, STOPPED_AFTER, STOPPED_IN
from tests.frameworks.training import BATCH, Batches, dealt, of_rank, plan_of, python, read, stream

PLAN = plan_of("stratified")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ray")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(folder))  # where Ray keeps checkpoints
        environment.setenv("RAY_AUTH_MODE", "disabled")
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        python("-m", "tests.engines.ray_workers", str(folder), timeout=1200)
    return folder


def later_epochs(rank: int, ranks: int, first: int) -> Batches:
    return [batch for epoch in range(first, EPOCHS) for batch in of_rank(stream(PLAN, epoch), rank, ranks)]


def test_two_workers_draw_from_the_scheduled_sampler_itself(out: Path) -> None:
    for rank, seen in enumerate(read(out / "whole", 2)):
        assert (seen["untouched"], seen["ranks"]) == (True, [2, rank])


def test_batch_b_of_rank_r_is_batch_b_w_plus_r_of_the_one_process_stream(out: Path) -> None:
    for rank, seen in enumerate(read(out / "whole", 2)):
        assert seen["batches"] == later_epochs(rank, 2, first=0)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_other_numbers_of_workers_go_on_from_a_checkpoint_within_an_epoch(out: Path, workers: int) -> None:
    seen = read(out / str(workers), workers)
    rest = stream(PLAN, STOPPED_IN)[2 * STOPPED_AFTER :]
    rounds = -(-len(rest) // workers)
    gone_on = dealt([one["batches"][:rounds] for one in seen])
    assert gone_on[: len(rest) - 1] == rest[:-1]
    assert gone_on[len(rest) - 1][: len(rest[-1])] == rest[-1]  # completed by extras where there are several workers
    assert {len(batch) for batch in gone_on[:-1]} == {BATCH}
    assert [one["batches"][rounds:] for one in seen] == [
        later_epochs(rank, workers, STOPPED_IN + 1) for rank in range(workers)
    ]
