"""torchdata's StatefulDataLoader keeps the state of a mix in each worker, with the sources' own."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from torchdata.stateful_dataloader import StatefulDataLoader

from sampler_core import ScheduledMix
from tests.core.mixing.sources import READS, sources_of
from tests.frameworks.mixed_files import BATCH, PLAN, SIZES, expected, texts

pytestmark = pytest.mark.filterwarnings("ignore:'set_vital':UserWarning")  # torchdata's own


def loader_of(workers: int) -> StatefulDataLoader[str]:
    mix = ScheduledMix(sources_of("stateful", SIZES), PLAN, sizes=SIZES)
    return StatefulDataLoader(mix, batch_size=BATCH, num_workers=workers, collate_fn=list)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("stop", [0, 5, 12])
def test_a_loader_goes_on_where_it_was_stopped_and_into_the_next_epoch(workers: int, stop: int) -> None:
    loader = loader_of(workers)
    loader.dataset.set_epoch(1)
    first = list(islice(loader, stop)) if stop else []
    state = json.loads(json.dumps(loader.state_dict()))
    again = loader_of(workers)
    again.load_state_dict(state)
    again.dataset.set_epoch(1 if stop < 12 else 2)
    assert texts([*first, *again]) == expected(1) + (expected(2) if stop == 12 else [])
    if stop < 12:
        again.dataset.set_epoch(2)
        assert texts(again) == expected(2)


def test_sources_with_a_state_are_not_read_again() -> None:
    loader = loader_of(0)
    loader.dataset.set_epoch(2)
    list(islice(loader, 6))
    state, again = loader.state_dict(), loader_of(0)
    again.load_state_dict(state)
    again.dataset.set_epoch(2)
    assert len(texts(again)) == 48
    assert READS["en"] + READS["de"] <= 48 + 2
