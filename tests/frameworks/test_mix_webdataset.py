"""Real WebDataset pipelines in a mix: local tar shards, on ranks and workers, stopped and resumed."""

from __future__ import annotations

import json
import random
from itertools import chain, islice
from typing import Any

import pytest
import webdataset

from sampler_core import ScheduledMix
from tests.frameworks.mixed_files import BATCH, PLAN, SIZES, expected, tar_shards

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),  # pipelines that are left before their end
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Paths = dict[str, list[str]]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    folder = tmp_path_factory.mktemp("tar")
    return {name: tar_shards(folder, name) for name in SIZES}


def mix_of(paths: Paths, **options: Any) -> ScheduledMix:
    sources = {
        name: webdataset.WebDataset(shards, shardshuffle=False, nodesplitter=None).decode().map(text_of)
        for name, shards in paths.items()
    }
    return ScheduledMix(sources, PLAN, sizes=SIZES, **options)


def text_of(sample: dict[str, Any]) -> str:
    return str(sample["txt"])


@pytest.mark.parametrize("workers", [0, 2])
def test_pipelines_are_mixed_as_planned_and_split_nothing_between_workers(paths: Paths, workers: int) -> None:
    mix = mix_of(paths)
    loader = mix.loader(num_workers=workers, collate_fn=list)
    for epoch in range(3):
        mix.set_epoch(epoch)
        assert list(chain(*loader)) == expected(epoch)


def test_ranks_share_the_batches_of_one_process(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    for rank in range(2):
        for name, value in (("RANK", rank), ("WORLD_SIZE", 2)):  # by which pipelines split themselves
            monkeypatch.setenv(name, str(value))
        loader = mix_of(paths, num_replicas=2, rank=rank).loader(collate_fn=list)
        whole = expected(0)
        assert list(loader) == [whole[at : at + BATCH] for at in range(rank * BATCH, len(whole), 2 * BATCH)]


def test_a_mix_of_pipelines_that_was_stopped_goes_on_by_reading_again(paths: Paths) -> None:
    rng = random.Random(0)
    for _ in range(10):
        epoch, mix = rng.randrange(3), mix_of(paths)
        mix.set_epoch(epoch)
        found = list(islice(mix, rng.randrange(96)))
        again = mix_of(paths)
        again.load_state_dict(json.loads(json.dumps(mix.state_dict())))
        assert found + list(again) == expected(epoch)


def test_an_epoch_ends_where_a_pipeline_ends_when_asked_to(paths: Paths) -> None:
    mix = mix_of(paths, exhausted="stop")
    items = list(mix)
    read = {name: [item for item in items if item.startswith(name)] for name in SIZES}
    assert any(read[name] == [f"{name} {i}" for i in range(SIZES[name])] for name in SIZES)
    mix.set_epoch(1)
    assert next(iter(mix)).endswith(" 0")
