"""Accelerate with one and two processes: it deals out every n-th batch by itself, so the sampler draws for all ranks.

That is `num_replicas=1`; epochs go through `loader.set_epoch`, because Accelerate counts from 0 in each loader.
"""

from __future__ import annotations

from typing import Any

import pytest

from sampler_core import ScheduledClassSampler
from tests.frameworks.accelerated import STOPPED_AFTER, STOPPED_IN
from tests.frameworks.training import (
    COUNTS,
    LABELS,
    SCHEMES,
    Batches,
    adaptive_plan,
    counts_of,
    dealt,
    of_rank,
    plan_of,
    previewed,
    stream,
    torchrun,
)

Runs = dict[int, list[Any]]
BOTH = pytest.mark.parametrize("ranks", [1, 2])
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """By number of processes, what each rank recorded."""
    return {ranks: torchrun("accelerated", ranks, tmp_path_factory.mktemp(f"ranks{ranks}")) for ranks in (1, 2)}


def expected(scheme: str, epoch: int, ranks: int) -> list[Batches]:
    return [of_rank(stream(plan_of(scheme), epoch), rank, ranks) for rank in range(ranks)]


@BOTH
@EACH_SCHEME
def test_a_rank_gets_the_same_batches_as_from_a_sampler_with_that_many_replicas(
    runs: Runs, scheme: str, ranks: int
) -> None:
    found = [run["by_itself"][scheme] for run in runs[ranks]]
    assert [run["ranks"] for run in runs[ranks]] == [ranks] * ranks
    assert [one["counted"][0] for one in found] == expected(scheme, 0, ranks)
    assert [one["counted"][1] for one in found] == expected(scheme, 1, ranks)


@BOTH
@EACH_SCHEME
def test_set_epoch_of_the_loader_reaches_the_sampler(runs: Runs, scheme: str, ranks: int) -> None:
    found = [run["by_itself"][scheme] for run in runs[ranks]]
    assert [one["chosen"] for one in found] == expected(scheme, 5, ranks)
    assert {one["epoch"] for one in found} == {5}


@BOTH
@EACH_SCHEME
def test_all_ranks_together_draw_the_previewed_class_counts(runs: Runs, scheme: str, ranks: int) -> None:
    drawn = counts_of(dealt([run["by_itself"][scheme]["chosen"] for run in runs[ranks]]))
    assert drawn[:46] == previewed(plan_of(scheme), 5)[:46]
    assert sum(map(sum, drawn)) == (len(LABELS) if ranks == 1 else 48 * 16)


@BOTH
@EACH_SCHEME
@pytest.mark.parametrize("way", ["skipped", "from_state"])
def test_a_training_stopped_within_an_epoch_goes_on_with_the_remaining_batches(
    runs: Runs, scheme: str, ranks: int, way: str
) -> None:
    whole = stream(plan_of(scheme), STOPPED_IN)
    found = [run[way][scheme] for run in runs[ranks]]
    assert dealt([one["done"] for one in found]) == whole[: STOPPED_AFTER * ranks]
    rest = dealt([one["rest"] for one in found])
    assert rest[: 46 - STOPPED_AFTER * ranks] == whole[STOPPED_AFTER * ranks : 46]
    assert rest[46 - STOPPED_AFTER * ranks][: len(whole[46])] == whole[46]


@BOTH
def test_an_adaptive_plan_follows_what_the_main_process_alone_reports(runs: Runs, ranks: int) -> None:
    sampler = ScheduledClassSampler(LABELS, adaptive_plan())
    sampler.update(recall=[0.9 - 0.05 * c for c in range(len(COUNTS))])
    sampler.set_epoch(1)
    found = [run["validated"] for run in runs[ranks]]
    assert [one["shares"] for one in found] == [sampler.class_shares().tolist()] * ranks
    assert [one["total"] for one in found] == [ranks * (ranks + 1) // 2] * ranks
    assert [one["state"] for one in found] == [found[0]["state"]] * ranks
    drawn = counts_of(dealt([one["batches"] for one in found]))
    assert drawn[:46] == sampler.preview().batch_class_counts.tolist()[:46]


@BOTH
def test_check_loader_knows_the_loaders_of_accelerate(runs: Runs, ranks: int) -> None:
    for run in runs[ranks]:
        *fine, other = run["checked"]
        assert fine == ["", "", ""]
        assert other == "sampler of the loader must be this sampler, got ScheduledClassSampler"


def test_sharding_twice_warns_at_construction_and_is_refused_by_check_loader(runs: Runs) -> None:
    for run in runs[2]:
        twice = run["sharded_twice"]
        assert twice["ranks"] == 2
        assert len(twice["warnings"]) == 1
        assert "Accelerate is initialised and shards batches by itself: pass num_replicas=1" in twice["warnings"][0]
        assert twice["refused"] == "num_replicas must be 1 under Accelerate, which shards by itself, got 2"


def test_one_process_has_nothing_to_shard_twice(runs: Runs) -> None:
    assert runs[1][0]["sharded_twice"] == {"ranks": 1, "warnings": [], "refused": ""}
