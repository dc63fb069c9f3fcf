"""Grain with two worker processes and two shards: the batches of the stream, and checkpoints that go on with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import grain
import numpy as np
import pytest

from sampler_core import IndexStream, SamplingPlan
from tests.engines.recipes import run
from tests.frameworks.training import BATCH, COUNTS, LABELS, Batches, of_rank, plan_of, stream

SHARDS, EPOCHS, STOPPED_AFTER = 2, 3, 29
PLAN = replace(plan_of("stratified"), epochs=EPOCHS)
WHOLE_ROUNDS = replace(PLAN, samples_per_epoch=23 * SHARDS * BATCH)
BLOCKS = np.sort(LABELS)
PARTS = np.split(np.arange(LABELS.size), np.cumsum(COUNTS)[:-1])


def of_one_source(shard: int, plan: SamplingPlan = PLAN) -> Any:
    return run("Grain, one source", {"plan": plan, "W": SHARDS, "r": shard})["batches"]


def of_a_source_per_class(shard: int) -> Any:
    sources = [grain.MapDataset.source(part) for part in PARTS]
    names = {"plan": WHOLE_ROUNDS, "W": SHARDS, "r": shard, "sources": sources}
    return run("Grain, a source per class", names)["batches"]


def indices(batches: Iterator[Any]) -> Batches:
    """What came out; of pairs, the inputs, which are the indices."""
    return [np.asarray(batch[0] if isinstance(batch, tuple) else batch).tolist() for batch in batches]


def expected_of_one_source(shard: int) -> Batches:
    return [batch for epoch in range(EPOCHS) for batch in of_rank(stream(PLAN, epoch), shard, SHARDS)]


def expected_of_a_source_per_class(shard: int) -> Batches:
    whole = IndexStream(BLOCKS, WHOLE_ROUNDS)
    return [whole.batch(epoch, b).tolist() for epoch in range(EPOCHS) for b in range(shard, 46, SHARDS)]


RECIPES = pytest.mark.parametrize(
    ("loaded", "expected"),
    [(of_one_source, expected_of_one_source), (of_a_source_per_class, expected_of_a_source_per_class)],
)


@RECIPES
@pytest.mark.parametrize("shard", range(SHARDS))
def test_two_workers_and_a_restored_checkpoint_deliver_the_streams_own_indices(
    loaded: Any, expected: Any, shard: int
) -> None:
    batches = loaded(shard)
    done = indices(islice(batches, STOPPED_AFTER))
    state = batches.get_state()
    rest = indices(batches)
    assert done + rest == expected(shard)
    restored = loaded(shard)
    restored.set_state(state)
    assert indices(restored) == rest


def test_a_checkpoint_of_another_plan_or_shard_is_refused() -> None:
    state = of_one_source(0).get_state()
    for other in (of_one_source(1), of_one_source(0, replace(PLAN, seed=8))):
        with pytest.raises(ValueError, match="Sampler in checkpoint does not match"):
            other.set_state(state)
