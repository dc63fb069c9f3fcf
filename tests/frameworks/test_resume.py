"""A training that was stopped goes on in a new Python process, through JSON, also with another number of ranks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sampler_core import SamplingPlan
from tests.frameworks.training import BATCH, LABELS, SCHEMES, counts_of, dealt, plan_of, previewed, python, stream

EPOCH = 3
OTHER_PLAN = replace(plan_of("exact"), seed=8)
FEW = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 4), (4, 2), (8, 1)]  # ranks before, ranks after
RANDOM = np.random.default_rng(3)
CASES = [(scheme, before, after, int(RANDOM.integers(1, 47 // before))) for scheme in SCHEMES for before, after in FEW]


def run(
    plan: SamplingPlan, ranks: int = 1, state: Any = None, epoch: int = EPOCH, batches: int | None = None, **other: Any
) -> dict[str, Any]:
    labels = LABELS.tolist()
    return {"plan": plan.to_json(), "labels": labels, "ranks": ranks, "state": state, "epoch": epoch,
            "batches": batches, **other}  # fmt: skip


def train_all(*wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """Each run's record; all of them in one new process."""
    return json.loads(python("-m", "tests.frameworks.resumed", given=json.dumps(wanted)))


@pytest.fixture(scope="module")
def stopped() -> dict[str, list[dict[str, Any]]]:
    """Trainings that were stopped, all in one process: for each test what it goes on from."""
    changes = [run(plan_of(scheme), before, batches=stop) for scheme, before, _, stop in CASES]
    twice = [run(plan_of(scheme), 2, batches=4) for scheme in SCHEMES]
    once, *records = train_all(run(plan_of("exact"), batches=2), *changes, *twice)
    return {"once": [once], "changes": records[: len(CASES)], "twice": records[len(CASES) :]}


@pytest.fixture(scope="module")
def state(stopped: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The state of an `exact` training that was stopped after two batches."""
    return stopped["once"][0]["states"][0]


def test_the_rest_of_the_global_stream_is_the_same_in_a_new_process_with_any_number_of_ranks(
    stopped: dict[str, list[dict[str, Any]]],
) -> None:
    first = stopped["changes"]
    second = train_all(
        *(
            run(plan_of(scheme), after, one["states"][-1])
            for (scheme, _, after, _), one in zip(CASES, first, strict=True)
        )
    )
    for (scheme, before, _, stop), one, other in zip(CASES, first, second, strict=True):
        whole, rest = stream(plan_of(scheme), EPOCH), dealt(other["batches"])
        assert dealt(one["batches"]) == whole[: stop * before]
        left = [index for batch in whole[stop * before :] for index in batch]
        assert [index for batch in rest for index in batch][: len(left)] == left
        in_full = len(whole) - 1 - stop * before  # the last batch may be completed by extras
        assert counts_of(rest)[:in_full] == previewed(plan_of(scheme), EPOCH)[stop * before : len(whole) - 1]
        assert one["warnings"] == other["warnings"] == []


def test_a_training_stopped_twice_in_one_epoch_draws_every_batch_once(
    stopped: dict[str, list[dict[str, Any]]],
) -> None:
    plans, first = [plan_of(scheme) for scheme in SCHEMES], stopped["twice"]
    second = train_all(*(run(plan, 1, one["states"][0], batches=5) for plan, one in zip(plans, first, strict=True)))
    third = train_all(*(run(plan, 1, one["states"][0]) for plan, one in zip(plans, second, strict=True)))
    for plan, *parts in zip(plans, first, second, third, strict=True):
        assert [batch for part in parts for batch in dealt(part["batches"])] == stream(plan, EPOCH)


@pytest.fixture(scope="module")
def gone_on(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Trainings that go on from that state, all in one process."""
    plan, within, labels = plan_of("exact"), {**state, "within": 5}, relabelled().tolist()
    wanted = {
        "alone": run(plan, 1, within),
        "two ranks": run(plan, 2, within),
        "other plan": run(OTHER_PLAN, 1, state),
        "other labels": run(plan, 1, state, labels=labels),
        "epoch before": run(plan, 1, state, epoch=EPOCH - 1),
        "epoch after": run(plan, 1, state, epoch=EPOCH + 1),
    }
    return dict(zip(wanted, train_all(*wanted.values()), strict=True))


def relabelled() -> NDArray[Any]:
    """The labels with two of different classes exchanged: the same counts."""
    first_of_another_class = int(np.flatnonzero(np.not_equal(LABELS, LABELS[0]))[0])
    labels = LABELS.copy()
    labels[[0, first_of_another_class]] = labels[[first_of_another_class, 0]]
    return labels


def test_a_stop_within_a_batch_goes_on_index_by_index_with_the_same_ranks_only(
    gone_on: dict[str, dict[str, Any]],
) -> None:
    plan, alone, two = plan_of("exact"), gone_on["alone"], gone_on["two ranks"]
    flat = [index for batch in stream(plan, EPOCH) for index in batch]
    assert [index for batch in alone["batches"][0] for index in batch] == flat[2 * BATCH + 5 :]
    assert "state must be taken between batches to go on with 2 ranks" in two["error"]


def test_another_plan_and_other_labels_are_refused(gone_on: dict[str, dict[str, Any]]) -> None:
    ours, other = plan_of("exact").fingerprint, OTHER_PLAN.fingerprint
    assert gone_on["other plan"] == {"error": f"state must be of this plan ({other}), got one of {ours}"}
    assert gone_on["other labels"]["error"].startswith("state must be of these labels (digest ")


def test_an_epoch_behind_the_restored_one_warns_and_a_later_one_does_not(gone_on: dict[str, dict[str, Any]]) -> None:
    plan, back, on = plan_of("exact"), gone_on["epoch before"], gone_on["epoch after"]
    assert len(back["warnings"]) == 1
    assert f"set_epoch({EPOCH - 1}) goes back behind epoch {EPOCH}, which was restored" in back["warnings"][0]
    assert on["warnings"] == []
    assert back["batches"] == [stream(plan, EPOCH - 1)]
    assert on["batches"] == [stream(plan, EPOCH + 1)]
