"""Where classes start in an epoch: counted from quotas and strides, in any order of epochs, carried over by name."""

import json

import numpy as np
import pytest

from sampler_core import ClassCounts, Constant, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import SCHEMES
from sampler_core.draws.decks import start_after
from sampler_core.sampling.class_cursors import ClassCursors, check_walk

PRESENT = ClassCounts.from_counts({"a": 60, "b": 30, "c": 10})


def plan_and_cursors(scheme, samples=95, epochs=8):
    plan = SamplingPlan(
        target=PowerSkew(Linear(0.0, 0.2)), epochs=epochs, batch_size=20, drawing=scheme, samples_per_epoch=95
    )
    return plan, ClassCursors(plan, PRESENT, samples)


def test_exact_stands_at_the_sum_of_the_earlier_quotas():
    plan, cursors = plan_and_cursors("exact")
    quotas = [plan.epoch_class_counts(PRESENT, epoch) for epoch in range(8)]
    for epoch in (0, 1, 8, 3, 7):
        assert cursors.start(epoch).tolist() == sum(quotas[:epoch], np.zeros(3, dtype=int)).tolist()


def test_stratified_stands_where_the_strides_of_all_batches_have_left_its_passes():
    plan, cursors = plan_and_cursors("stratified")
    expected, seen = np.zeros((3, 2), dtype=np.int64), [[[0, 0]] * 3]
    for shares in plan.class_shares(PRESENT):
        stride = np.ceil(shares * 20 - 1e-9).astype(int)
        for _ in range(5):  # four full batches, and a smaller one
            expected = start_after(expected, PRESENT.counts, stride, 1)
        seen.append(expected.tolist())
    assert any(offset for _, offset in seen[-1])
    for epoch in (0, 1, 7, 3, 8):
        assert cursors.start(epoch).tolist() == seen[epoch]


def test_independent_draws_start_nowhere():
    assert plan_and_cursors("independent")[1].start(7).tolist() == [0, 0, 0]


def test_the_number_of_draws_may_differ_from_the_plans():
    _, cursors = plan_and_cursors("exact", samples=40)
    assert cursors.start(3).sum() == 120


@pytest.mark.parametrize("scheme", ["exact", "stratified"])
def test_what_is_settled_is_gone_on_from_and_earlier_epochs_begin_there(scheme):
    _, cursors = plan_and_cursors(scheme)
    expected = cursors.start(5).tolist()
    cursors = cursors.settled_at(3, PRESENT, None)
    at_three = cursors.start(3).tolist()
    assert cursors.start(5).tolist() == expected
    assert cursors.start(1).tolist() == at_three
    assert cursors.start(5).tolist() == expected


@pytest.mark.parametrize("scheme", ["exact", "stratified"])
def test_a_start_that_is_settled_past_the_plans_end_is_where_it_starts(scheme):
    _, cursors = plan_and_cursors(scheme)
    expected = cursors.start(12).tolist()
    assert cursors.settled_at(12, PRESENT, None).start(12).tolist() == expected


@pytest.mark.parametrize("scheme", ["exact", "stratified"])
def test_other_classes_keep_their_place_by_name_and_new_ones_begin_at_the_beginning(scheme):
    _, cursors = plan_and_cursors(scheme)
    before = dict(zip(PRESENT.names, cursors.start(2).tolist(), strict=True))
    now = ClassCounts.from_counts({"b": 5, "bb": 5, "c": 5})
    changed = cursors.settled_at(2, now, None)
    new = np.zeros(SCHEMES[scheme].START, dtype=int).tolist()
    assert changed.start(2).tolist() == [before["b"], new, before["c"]]


@pytest.mark.parametrize("scheme", ["exact", "stratified"])
def test_cursors_go_through_json_and_back(scheme):
    for settled in (False, True):
        _, cursors = plan_and_cursors(scheme)
        if settled:
            cursors = cursors.settled_at(4, PRESENT, None)
        assert cursors.is_settled == settled
        data = json.loads(json.dumps(cursors.as_json()))
        check_walk(data["walk"], SCHEMES[scheme], 3)
        other = plan_and_cursors(scheme)[1].restored(data)
        assert other.as_json() == cursors.as_json()
        assert other.start(6).tolist() == cursors.start(6).tolist()


@pytest.mark.parametrize("start", [[1, 2, 3], [[0, 0]] * 2, [[0, 0, 0]] * 3, [[0, -1]] * 3, [[0, 1.5]] * 3, 7])
def test_a_start_of_another_shape_is_refused(start):
    with pytest.raises(ValueError, match="start of the walk must be"):
        check_walk({"epoch": 1, "start": start}, SCHEMES["stratified"], 3)


# --- past the end of the plan ----------------------------------------------------------------------------------------


def test_stratified_goes_on_past_the_plan_as_epoch_after_epoch_would():
    plan, cursors = plan_and_cursors("stratified")
    start = cursors.start(8)
    last = plan.epoch_at(PRESENT, 8)
    for epoch in range(8, 60):
        assert cursors.start(epoch).tolist() == start.tolist()
        start = SCHEMES["stratified"].next_start(last, PRESENT.counts, start)


def test_exact_goes_on_past_the_plan_by_what_is_expected():
    plan, cursors = plan_and_cursors("exact")
    expected = 95 * plan.class_shares(PRESENT)[-1]
    for more in (0, 1, 7, 1000):
        passed = cursors.start(8 + more) - cursors.start(8)
        assert np.abs(passed - more * expected).max() <= 1 + more * 2.0**-20


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("epoch", [10**6, 2**31, 2**63 - 1])
def test_any_epoch_is_reached_at_once_in_any_order(scheme, epoch):
    labels = np.repeat(np.arange(10), [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.01)), epochs=100, batch_size=128, drawing=scheme)
    found = []
    for _ in range(3):
        sampler = ScheduledClassSampler(labels, plan)
        sampler.set_epoch(epoch)
        found.append([index for index, _ in zip(sampler, range(300), strict=False)])
    sampler.set_epoch(3)
    list(sampler)
    sampler.set_epoch(epoch)
    found.append(list(sampler)[:300])
    assert found[0] == found[1] == found[2] == found[3]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("epochs", "most"), [(100, 100), (None, 1000)])
def test_to_choose_an_epoch_is_no_work_and_its_first_index_counts_the_epochs_of_the_plan_once(
    scheme, epochs, most, monkeypatch
):
    counted, epoch_at = [], SamplingPlan.epoch_at

    def counting(self, present, epoch, *state, **samples):
        counted.append(epoch)
        return epoch_at(self, present, epoch, *state, **samples)

    monkeypatch.setattr(SamplingPlan, "epoch_at", counting)
    plan = SamplingPlan(target=PowerSkew(Constant(0.5)), epochs=epochs, batch_size=32, drawing=scheme)
    sampler = ScheduledClassSampler(np.repeat(np.arange(5), 40), plan)
    sampler.set_epoch(2**31 - 1)
    next(iter(sampler))
    counted.clear()
    for epoch in (2**31, 5, 2**40, 2**31):
        sampler.set_epoch(epoch)
    assert counted == []
    next(iter(sampler))
    assert len(counted) <= 2  # the epochs of the plan were counted before: its last shares, and those of this epoch
    cold = ScheduledClassSampler(np.repeat(np.arange(5), 40), plan)
    counted.clear()
    cold.set_epoch(2**31)
    next(iter(cold))
    assert len(counted) <= most + 2


def test_a_plan_without_end_is_counted_for_a_thousand_epochs_and_then_jumps():
    plan = SamplingPlan(target=PowerSkew(Constant(0.5)), epochs=None, batch_size=20, drawing="exact")
    cursors = ClassCursors(plan, PRESENT, 100)
    quotas = [plan.epoch_class_counts(PRESENT, epoch) for epoch in range(1000)]
    assert cursors.start(1000).tolist() == sum(quotas).tolist()
    jumped = cursors.start(2**40)
    assert jumped.sum() > 2**40
