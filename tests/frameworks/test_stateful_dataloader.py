"""torchdata's StatefulDataLoader carries the sampler's state: stopped, restored in a new process, the same rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from torchdata.stateful_dataloader import StatefulDataLoader

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, LABELS, SCHEMES, Indices, counts_of, plan_of, previewed, python, stream

EPOCH = 3
CASES = [(scheme, workers) for scheme in SCHEMES for workers in (0, 2)]
Record = dict[str, Any]


def run(scheme: str, workers: int, state: Any = None, epoch: int | None = EPOCH, batches: int | None = None) -> Record:
    plan = plan_of(scheme).to_json()
    return {"plan": plan, "workers": workers, "state": state, "epoch": epoch, "batches": batches}


def train_all(*wanted: Record) -> list[Record]:
    """Each run's record; all of them in one new process."""
    return json.loads(python("-m", "tests.frameworks.stateful", given=json.dumps(wanted)))


@pytest.fixture(scope="module")
def generations() -> dict[tuple[Any, ...], list[Record]]:
    """Runs in three processes, each going on from the states of the one before.

    (scheme, workers): 9 batches, 13 batches, the rest of an epoch. ("own epoch",): 9 batches, then the rest without
    set_epoch. ("next", workers): a whole epoch, then the next one.
    """
    settings: dict[tuple[Any, ...], list[tuple[int | None, int | None]]] = {
        **{case: [(EPOCH, 9), (EPOCH, 13), (EPOCH, None)] for case in CASES},
        ("own epoch",): [(EPOCH, 9), (None, None)],
        **{("next", workers): [(EPOCH, None), (EPOCH + 1, None)] for workers in (0, 2)},
    }
    records: dict[tuple[Any, ...], list[Record]] = {case: [] for case in settings}
    for generation in range(3):
        cases = [case for case in settings if len(settings[case]) > generation]
        runs = []
        for case in cases:
            scheme, workers = case if case in CASES else ("exact", case[1] if case[0] == "next" else 0)
            state = records[case][-1]["state"] if generation else None
            runs.append(run(scheme, workers, state, *settings[case][generation]))
        for case, record in zip(cases, train_all(*runs), strict=True):
            records[case].append(record)
    return records


@pytest.mark.parametrize(("scheme", "workers"), CASES)
def test_an_epoch_stopped_twice_draws_the_remaining_indices_in_new_processes(
    generations: dict[tuple[Any, ...], list[Record]], scheme: str, workers: int
) -> None:
    parts = [record["batches"] for record in generations[scheme, workers]]
    whole = stream(plan_of(scheme), EPOCH)
    assert [len(part) for part in parts] == [9, 13, len(whole) - 22]
    assert [batch for part in parts for batch in part] == whole
    assert [row for part in parts for row in counts_of(part)] == previewed(plan_of(scheme), EPOCH)


@pytest.mark.parametrize(("scheme", "workers"), CASES)
def test_going_on_says_nothing(generations: dict[tuple[Any, ...], list[Record]], scheme: str, workers: int) -> None:
    assert [record["warnings"] for record in generations[scheme, workers]] == [[], [], []]


def test_without_set_epoch_a_restored_loader_goes_on_in_its_own_epoch(
    generations: dict[tuple[Any, ...], list[Record]],
) -> None:
    _, gone_on = generations["own epoch",]
    assert gone_on["batches"] == stream(plan_of("exact"), EPOCH)[9:]
    assert gone_on["epoch"] == EPOCH


@pytest.mark.parametrize("workers", [0, 2])
def test_after_a_finished_epoch_the_next_one_is_drawn_whole(
    generations: dict[tuple[Any, ...], list[Record]], workers: int
) -> None:
    finished, following = generations["next", workers]
    assert finished["batches"] == stream(plan_of("exact"), EPOCH)
    assert following["batches"] == stream(plan_of("exact"), EPOCH + 1)
    assert following["warnings"] == []


@pytest.mark.filterwarnings("ignore:'set_vital':UserWarning")  # torchdata's own
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("other_epoch", [EPOCH, EPOCH + 1])
def test_a_loader_goes_on_at_its_own_place_whatever_a_second_one_over_the_sampler_has_read(
    workers: int, other_epoch: int
) -> None:
    def loaders() -> list[StatefulDataLoader[int]]:
        sampler = ScheduledClassSampler(LABELS, plan_of("exact"))
        sampler.set_epoch(EPOCH)
        return [
            StatefulDataLoader(Indices(), batch_size=BATCH, sampler=sampler, num_workers=count)
            for count in (workers, 0)
        ]

    whole, (first, second) = stream(plan_of("exact"), EPOCH), loaders()
    batches = iter(first)
    assert [next(batches).tolist() for _ in range(31)] == whole[:31]
    second.sampler.set_epoch(other_epoch)
    for _, _ in zip(range(40), second, strict=False):
        pass
    state = first.state_dict()
    assert [batch.tolist() for batch in batches] == whole[31:]
    again, _ = loaders()
    again.load_state_dict(state)
    assert [batch.tolist() for batch in again] == whole[31:]
