"""Real Hugging Face streams in a mix: local files, on workers, resumed by their own states, shuffled."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import islice
from typing import Any

import datasets
import pytest

from sampler_core import ScheduledMix
from tests.frameworks.mixed_files import PLAN, SIZES, expected, json_shards, texts


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, datasets.IterableDataset]:
    folder = tmp_path_factory.mktemp("json")
    found = {}
    for name in SIZES:
        files = json_shards(folder, name)
        found[name] = datasets.load_dataset(
            "json", data_files=files, split="train", streaming=True, cache_dir=str(folder / "cache")
        )
    return found


def mix_of(streams: Any, **options: Any) -> ScheduledMix:
    return ScheduledMix(streams, PLAN, sizes=SIZES, **options)


@pytest.mark.parametrize("workers", [0, 2])
def test_streams_are_mixed_as_planned_and_split_nothing_between_workers(streams: Any, workers: int) -> None:
    assert next(iter(streams["en"]))["text"] == "en 0"  # a look at it changes nothing
    mix = mix_of(streams)
    loader = mix.loader(num_workers=workers, collate_fn=list)
    for epoch in range(3):
        mix.set_epoch(epoch)
        assert texts(loader) == expected(epoch)


@pytest.mark.parametrize("own_states", [True, False])
def test_a_mix_of_streams_that_was_stopped_goes_on(streams: Any, own_states: bool) -> None:
    rng = random.Random(0)
    for _ in range(10):
        epoch, mix = rng.randrange(3), mix_of(streams, own_states=own_states)
        mix.set_epoch(epoch)
        found = list(islice(mix, rng.choice([rng.randrange(96), 8 * rng.randrange(12)])))
        state = json.loads(json.dumps(mix.state_dict()))
        assert any(state["own_states"]) == bool(own_states and found)
        again = mix_of(streams, own_states=own_states)
        again.load_state_dict(state)
        assert texts([found, again]) == expected(epoch)
        again.set_epoch(epoch + 1)
        assert texts([again]) == expected(epoch + 1)


def test_streams_with_a_shuffle_buffer_are_resumed_by_reading_again(streams: Any) -> None:
    shuffled = {name: stream.shuffle(seed=1, buffer_size=10) for name, stream in streams.items()}
    whole, mix = mix_of(shuffled, own_states=False), mix_of(shuffled, own_states=False)
    found = list(islice(mix, 40))
    again = mix_of(shuffled, own_states=False)
    again.load_state_dict(mix.state_dict())
    assert texts([found, again]) == texts([whole])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_function_shuffles_each_pass_anew_and_each_item_of_a_pass_comes_once(streams: Any, workers: int) -> None:
    def shuffled(name: str) -> Any:
        return lambda number: streams[name].shuffle(seed=number, buffer_size=10)

    mix = mix_of({name: shuffled(name) for name in SIZES}, own_states=False)
    loader, items = mix.loader(num_workers=workers, collate_fn=list), []
    for epoch in range(3):
        mix.set_epoch(epoch)
        items += texts(loader)
    for name, size in SIZES.items():
        drawn = [item for item in items if item.startswith(name)]
        passes = [drawn[begin : begin + size] for begin in range(0, len(drawn) - size + 1, size)]
        assert len(passes) > 1
        assert all(Counter(read).keys() == {f"{name} {i}" for i in range(size)} for read in passes)
        assert len({tuple(read) for read in passes}) == len(passes)
