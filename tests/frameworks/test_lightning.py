"""Lightning on one and two CPU processes: the sampler stays as it is, gets each epoch, and its batches arrive."""

from __future__ import annotations

from typing import Any

import pytest

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import (
    COUNTS,
    LABELS,
    ROOT,
    adaptive_plan,
    counts_of,
    dealt,
    of_rank,
    plan_of,
    previewed,
    python,
    read,
    stream,
)

PLAN = plan_of("stratified")  # with min_per_batch=1
Runs = dict[int, list[Any]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """By number of processes, what each rank recorded."""
    found = {}
    for devices in (1, 2):
        out = tmp_path_factory.mktemp(f"devices{devices}")
        python(str(ROOT / "tests/frameworks/lightning_run.py"), str(out), str(devices))
        found[devices] = read(out, devices)
    return found


def of_epoch(run: Any, epoch: int) -> list[list[int]]:
    return [indices for trainers, _, indices in run["batches"] if trainers == epoch]


@pytest.mark.parametrize("devices", [1, 2])
def test_the_loader_that_is_used_has_the_very_sampler_that_was_given(runs: Runs, devices: int) -> None:
    assert [(run["left_alone"], run["ranks"]) for run in runs[devices]] == [(True, devices)] * devices


@pytest.mark.parametrize("devices", [1, 2])
def test_set_epoch_arrives_in_each_epoch(runs: Runs, devices: int) -> None:
    for run in runs[devices]:
        assert {(trainers, samplers) for trainers, samplers, _ in run["batches"]} == {(0, 0), (1, 1), (2, 2)}
        assert run["warnings"] == []


@pytest.mark.parametrize("devices", [1, 2])
def test_batches_are_those_of_the_plan_with_its_quotas_and_floors(runs: Runs, devices: int) -> None:
    for epoch in range(3):
        per_rank = [of_epoch(run, epoch) for run in runs[devices]]
        assert per_rank == [of_rank(stream(PLAN, epoch), rank, devices) for rank in range(devices)]
        counts = counts_of(dealt(per_rank))
        assert counts[:46] == previewed(PLAN, epoch)[:46]
        assert min(min(row) for row in counts[:46]) >= 1
        assert len(counts[0]) == len(COUNTS)


@pytest.mark.parametrize("loader", ["stateful", "plain"])
@pytest.mark.parametrize("devices", [1, 2])
def test_a_checkpoint_within_an_epoch_goes_on_with_the_remaining_batches(runs: Runs, devices: int, loader: str) -> None:
    for run in runs[devices]:
        first, second = run[loader]
        assert first + second == run["batches"]
        assert {epoch for epoch, _, _ in second} == {1, 2}


@pytest.mark.parametrize("devices", [1, 2])
def test_an_adaptive_plan_follows_what_the_first_process_alone_reports(runs: Runs, devices: int) -> None:
    sampler = ScheduledClassSampler(LABELS, adaptive_plan())
    found = [run["validating"] for run in runs[devices]]
    assert all(one["states"] == found[0]["states"] for one in found)
    for epoch in range(3):
        sampler.set_epoch(epoch)
        assert [one["shares"][epoch] for one in found] == [sampler.class_shares().tolist()] * devices
        drawn = counts_of(dealt([of_epoch(one, epoch) for one in found]))
        assert drawn[:46] == sampler.preview().batch_class_counts.tolist()[:46]
        sampler.update(recall=[0.9 - 0.05 * c for c in range(len(COUNTS))])


def test_fabric_counts_epochs_from_zero_again_after_a_restore_and_the_sampler_warns(runs: Runs) -> None:
    (run,) = runs[1]
    assert run["fabric"]["epochs"] == [[stream(PLAN, epoch), epoch] for epoch in range(2)]
    assert run["fabric"]["left_alone"]
    warned = "set_epoch(0) goes back behind epoch 1, which was restored"
    assert any(warned in said for said in run["fabric"]["warnings"])
