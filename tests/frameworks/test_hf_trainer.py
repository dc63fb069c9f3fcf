"""The Hugging Face Trainer with one and two processes, through its hook `_get_train_sampler`.

It deals out batches through Accelerate, so the sampler is made with `num_replicas=1`, and it calls `set_epoch` itself.
One exception (transformers 5.23): several processes that go on within an epoch draw those of epoch 0, because the
loader that skips what was done hides the sampler from set_epoch; a callback that sets the epoch helps.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.frameworks.hugging_face import EPOCHS, STOPPED_AFTER
from tests.frameworks.training import Batches, counts_of, dealt, of_rank, plan_of, previewed, stream, torchrun

PLAN = plan_of("stratified")
Runs = dict[int, list[Any]]
BOTH = pytest.mark.parametrize("ranks", [1, 2])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """By number of processes, what each rank recorded."""
    return {ranks: torchrun("hugging_face", ranks, tmp_path_factory.mktemp(f"ranks{ranks}")) for ranks in (1, 2)}


def expected(rank: int, ranks: int) -> Batches:
    return [batch for epoch in range(EPOCHS) for batch in of_rank(stream(PLAN, epoch), rank, ranks)]


@BOTH
def test_all_epochs_are_those_of_the_plan(runs: Runs, ranks: int) -> None:
    assert [run["whole"]["batches"] for run in runs[ranks]] == [expected(rank, ranks) for rank in range(ranks)]
    assert [run["whole"]["warnings"] for run in runs[ranks]] == [[]] * ranks


@BOTH
def test_each_epoch_has_the_previewed_class_counts(runs: Runs, ranks: int) -> None:
    drawn = counts_of(dealt([run["whole"]["batches"] for run in runs[ranks]]))
    for epoch in range(EPOCHS):
        begin = epoch * len(drawn) // EPOCHS
        assert drawn[begin : begin + 46] == previewed(PLAN, epoch)[:46]


@BOTH
def test_a_checkpoint_within_an_epoch_goes_on_with_the_remaining_batches(runs: Runs, ranks: int) -> None:
    rest = [run["gone_on"]["batches"] for run in runs[ranks]]
    assert rest == [expected(rank, ranks)[STOPPED_AFTER:] for rank in range(ranks)]


def test_without_the_callback_several_processes_lose_the_epoch_when_they_go_on_within_it(runs: Runs) -> None:
    left = 48 - STOPPED_AFTER  # of epoch 1, whose 24 steps a rank follow the 24 of epoch 0
    for rank, run in enumerate(runs[2]):
        epoch_not_set = run["epoch_not_set"]["batches"]
        assert epoch_not_set[:left] == of_rank(stream(PLAN, 0), rank, 2)[STOPPED_AFTER - 24 :]
        assert epoch_not_set[left:] == expected(rank, 2)[48:]
