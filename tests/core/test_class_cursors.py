"""The cursors of each class through its members: counted from quotas, in any order of epochs, carried over by name."""

import json

import numpy as np
import pytest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.draws.counter_rng import GOLDEN, mix
from sampler_core.sampling.class_cursors import ClassCursors

PRESENT = ClassCounts.from_counts({"a": 60, "b": 30, "c": 10})


def plan_and_cursors(scheme, samples=95):
    plan = SamplingPlan(
        target=PowerSkew(Linear(0.0, 0.2)), epochs=8, batch_size=20, drawing=scheme, samples_per_epoch=95
    )
    return plan, ClassCursors(plan, samples)


def test_exact_stands_at_the_sum_of_the_earlier_quotas():
    plan, cursors = plan_and_cursors("exact")
    quotas = [plan.epoch_class_counts(PRESENT, epoch) for epoch in range(7)]
    for epoch in (0, 1, 7, 3, 7):
        assert cursors.start(PRESENT, None, epoch).tolist() == sum(quotas[:epoch], np.zeros(3, dtype=int)).tolist()


def test_stratified_stands_past_the_strides_of_all_batches_and_some_places_more_at_each_repeat():
    plan, cursors = plan_and_cursors("stratified")
    expected, seen, some_were_left_out = np.zeros(3, dtype=int), [[0, 0, 0]], False
    for epoch in range(7):
        share = plan.class_shares(PRESENT)[epoch] * 20
        stride = np.ceil(share - 1e-9).astype(int)
        passed = stride * 5  # four full batches, and a smaller one
        by_chance = (stride - share > 1e-9) & (np.gcd(PRESENT.counts, stride) > 1)
        by_end = np.where(np.gcd(PRESENT.counts, passed) > 1, np.lcm(PRESENT.counts, passed), 10**9)
        repeats = np.where(by_chance, np.lcm(PRESENT.counts, stride), by_end)
        over = (expected % (repeats + 1) + passed) // repeats
        expected = expected + passed + over
        hashed = mix(expected.astype(np.uint64) * np.uint64(GOLDEN)) >> np.uint64(32)
        expected = expected + np.where(over > 0, hashed.astype(int) % (stride + 1), 0)
        seen.append(expected.tolist())
        some_were_left_out |= bool(over.any())
    assert some_were_left_out
    for epoch in (0, 1, 7, 3):
        assert cursors.start(PRESENT, None, epoch).tolist() == seen[epoch]


def test_independent_draws_walk_nowhere():
    assert plan_and_cursors("independent")[1].start(PRESENT, None, 7).tolist() == [0, 0, 0]


def test_the_number_of_draws_may_differ_from_the_plans():
    _, cursors = plan_and_cursors("exact", samples=40)
    assert cursors.start(PRESENT, None, 3).sum() == 120


@pytest.mark.parametrize("scheme", ["exact", "stratified"])
def test_what_is_settled_is_gone_on_from_and_earlier_epochs_begin_there(scheme):
    _, cursors = plan_and_cursors(scheme)
    expected = cursors.start(PRESENT, None, 5).tolist()
    cursors.settle(PRESENT, None, 3)
    at_three = cursors.start(PRESENT, None, 3).tolist()
    assert cursors.start(PRESENT, None, 5).tolist() == expected
    assert cursors.start(PRESENT, None, 1).tolist() == at_three
    assert cursors.start(PRESENT, None, 5).tolist() == expected


def test_other_classes_keep_their_place_by_name_and_new_ones_begin_at_the_beginning():
    _, cursors = plan_and_cursors("exact")
    cursors.settle(PRESENT, None, 2)
    before = dict(zip(PRESENT.names, cursors.start(PRESENT, None, 2).tolist(), strict=True))
    now = ClassCounts.from_counts({"b": 5, "bb": 5, "c": 5})
    cursors.change_classes(PRESENT, now)
    assert cursors.start(now, None, 2).tolist() == [before["b"], 0, before["c"]]


def test_a_walk_goes_through_json_and_back():
    for settled in (False, True):
        _, cursors = plan_and_cursors("exact")
        if settled:
            cursors.settle(PRESENT, None, 4)
        _, other = plan_and_cursors("exact")
        other.load_json(json.loads(json.dumps(cursors.as_json())))
        assert other.as_json() == cursors.as_json()
        assert other.start(PRESENT, None, 6).tolist() == cursors.start(PRESENT, None, 6).tolist()
