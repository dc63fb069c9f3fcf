"""A training that was stopped goes on in a new Python process, through JSON, also with another number of ranks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sampler_core import SamplingPlan
from tests.frameworks.training import BATCH, LABELS, SCHEMES, counts_of, dealt, plan_of, previewed, python, stream

EPOCH = 3
FEW = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 4), (4, 2), (8, 1)]  # ranks before, ranks after


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
def state() -> dict[str, Any]:
    """The state of an `exact` training that was stopped after two batches."""
    (record,) = train_all(run(plan_of("exact"), batches=2))
    return record["states"][0]


def test_the_rest_of_the_global_stream_is_the_same_in_a_new_process_with_any_number_of_ranks() -> None:
    random = np.random.default_rng(3)
    cases = [
        (scheme, before, after, int(random.integers(1, 47 // before))) for scheme in SCHEMES for before, after in FEW
    ]
    first = train_all(*(run(plan_of(scheme), before, batches=stop) for scheme, before, _, stop in cases))
    second = train_all(
        *(
            run(plan_of(scheme), after, one["states"][-1])
            for (scheme, _, after, _), one in zip(cases, first, strict=True)
        )
    )
    for (scheme, before, _, stop), one, other in zip(cases, first, second, strict=True):
        whole, rest = stream(plan_of(scheme), EPOCH), dealt(other["batches"])
        assert dealt(one["batches"]) == whole[: stop * before]
        left = [index for batch in whole[stop * before :] for index in batch]
        assert [index for batch in rest for index in batch][: len(left)] == left
        in_full = len(whole) - 1 - stop * before  # the last batch may be completed by extras
        assert counts_of(rest)[:in_full] == previewed(plan_of(scheme), EPOCH)[stop * before : len(whole) - 1]
        assert one["warnings"] == other["warnings"] == []


def test_a_training_stopped_twice_in_one_epoch_draws_every_batch_once() -> None:
    plans = [plan_of(scheme) for scheme in SCHEMES]
    first = train_all(*(run(plan, 2, batches=4) for plan in plans))
    second = train_all(*(run(plan, 1, one["states"][0], batches=5) for plan, one in zip(plans, first, strict=True)))
    third = train_all(*(run(plan, 1, one["states"][0]) for plan, one in zip(plans, second, strict=True)))
    for plan, *parts in zip(plans, first, second, third, strict=True):
        assert [batch for part in parts for batch in dealt(part["batches"])] == stream(plan, EPOCH)


def test_a_stop_within_a_batch_goes_on_index_by_index_with_the_same_ranks_only(state: dict[str, Any]) -> None:
    plan, within = plan_of("exact"), {**state, "within": 5}
    alone, two = train_all(run(plan, 1, within), run(plan, 2, within))
    flat = [index for batch in stream(plan, EPOCH) for index in batch]
    assert [index for batch in alone["batches"][0] for index in batch] == flat[2 * BATCH + 5 :]
    assert "state must be taken between batches to go on with 2 ranks" in two["error"]


def test_another_plan_and_other_labels_are_refused(state: dict[str, Any]) -> None:
    plan, other_plan = plan_of("exact"), replace(plan_of("exact"), seed=8)
    first_of_another_class = int(np.flatnonzero(np.not_equal(LABELS, LABELS[0]))[0])
    labels = LABELS.copy()
    labels[[0, first_of_another_class]] = labels[[first_of_another_class, 0]]  # the same counts
    foreign, relabelled = train_all(run(other_plan, 1, state), run(plan, 1, state, labels=labels.tolist()))
    assert foreign == {"error": f"state must be of this plan ({other_plan.fingerprint}), got one of {plan.fingerprint}"}
    assert relabelled["error"].startswith("state must be of these labels (digest ")


def test_an_epoch_behind_the_restored_one_warns_and_a_later_one_does_not(state: dict[str, Any]) -> None:
    plan = plan_of("exact")
    back, on = train_all(run(plan, 1, state, epoch=EPOCH - 1), run(plan, 1, state, epoch=EPOCH + 1))
    assert len(back["warnings"]) == 1
    assert f"set_epoch({EPOCH - 1}) goes back behind epoch {EPOCH}, which was restored" in back["warnings"][0]
    assert on["warnings"] == []
    assert back["batches"] == [stream(plan, EPOCH - 1)]
    assert on["batches"] == [stream(plan, EPOCH + 1)]
