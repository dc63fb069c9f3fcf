"""State: what a sampler remembers, and that whoever is given it goes on with exactly the remaining draws."""

import copy
import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core import (
    Constant,
    DifficultyBalanced,
    ExponentiatedGradient,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
    Shares,
)
from sampler_core.draws import SCHEMES

COUNTS = [500, 220, 90, 33, 7]
LABELS = np.random.default_rng(2).permutation(np.repeat(np.arange(5), COUNTS))
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)
ADAPTIVE = [DifficultyBalanced(tau=2.0), ExponentiatedGradient(eta=1.0)]
FEEDBACK = {"recall": [0.9, 0.8, None, 0.3, 0.1], "loss": [0.1, 0.2, None, 1.5, 2.5]}


def plan_of(**others):
    given = {"target": PowerSkew(Linear(0.0, 0.1)), "epochs": 12, "batch_size": 32, "seed": 9, **others}
    return SamplingPlan(**given)


def sampler_of(plan, labels=LABELS, **where):
    return ScheduledClassSampler(labels, plan, **where)


def through_json(state):
    return json.loads(json.dumps(state))


def batches_of(drawn, size=32):
    return [drawn[i : i + size] for i in range(0, len(drawn), size)]


def taken(stream, count):
    return [next(stream) for _ in range(count)]


# --- what it is ------------------------------------------------------------------------------------------------------


def plain(value):
    kinds = (str, int, float, type(None))
    if isinstance(value, dict):
        return all(type(key) is str and plain(item) for key, item in value.items())
    return all(map(plain, value)) if type(value) is list else type(value) in kinds


@EACH_SCHEME
@pytest.mark.parametrize("target", [PowerSkew(Constant(0.5)), *ADAPTIVE], ids=lambda target: type(target).__name__)
def test_a_state_is_plain_json_and_survives_it(scheme, target):
    sampler = sampler_of(plan_of(target=target, drawing=scheme))
    sampler.set_epoch(3)
    taken(iter(sampler), 100)
    if target in ADAPTIVE:
        sampler.update(**FEEDBACK)
        sampler.set_epoch(4)
        sampler.update(**FEEDBACK)
    sampler.update_labels(LABELS[::-1])
    state = sampler.state_dict()
    assert plain(state)
    assert through_json(state) == state


def test_the_size_of_a_state_depends_on_the_classes_not_on_the_samples():
    def size(samples, classes):
        labels = np.arange(samples) % classes
        plan = plan_of(target=DifficultyBalanced(), drawing="exact", samples_per_epoch=640)
        sampler = sampler_of(plan, labels)
        sampler.update(recall=[0.5] * classes)
        sampler.set_epoch(1)
        taken(iter(sampler), 100)
        return len(json.dumps(sampler.state_dict()))

    assert size(100_000, 10) <= size(1000, 10) + 20
    assert size(1000, 1000) <= 40 * 1000 + 1000


def test_taking_a_state_changes_nothing():
    sampler, untouched = sampler_of(plan_of()), sampler_of(plan_of())
    stream, other = iter(sampler), iter(untouched)
    found = []
    for _ in range(20):
        sampler.state_dict()
        found += taken(stream, 10)
    assert found == taken(other, 200)
    assert sampler.state_dict() == sampler.state_dict() == untouched.state_dict()


def test_an_epoch_that_ends_with_a_smaller_batch_is_done_as_a_whole_and_any_ranks_go_on_from_there():
    plan, sampler = plan_of(), sampler_of(plan_of())
    assert len(list(sampler)) % 32
    state = sampler.state_dict()
    assert (state["batches"], state["within"]) == (27, 0)
    for ranks in (1, 2, 3):
        restored, fresh = (sampler_of(plan, num_replicas=ranks, rank=ranks - 1) for _ in range(2))
        restored.load_state_dict(state)
        assert list(restored) == []
        for each in (restored, fresh):
            each.set_epoch(1)
        assert list(restored) == list(fresh)


# --- the rest is the same --------------------------------------------------------------------------------------------


@EACH_SCHEME
@given(epoch=st.integers(0, 15), done=st.integers(0, sum(COUNTS)))
def test_a_pass_stopped_anywhere_goes_on_index_by_index(scheme, epoch, done):
    plan = plan_of(drawing=scheme)
    sampler, restored = sampler_of(plan), sampler_of(plan)
    sampler.set_epoch(epoch)
    stream = iter(sampler)
    taken(stream, done)
    restored.load_state_dict(through_json(sampler.state_dict()))
    assert restored.epoch == epoch
    assert list(restored) == list(stream)
    for each in (sampler, restored):
        each.set_epoch(epoch + 1)
    assert list(restored) == list(sampler)


@EACH_SCHEME
def test_a_pass_stopped_twice_in_one_epoch_goes_on_exactly(scheme):
    plan = plan_of(drawing=scheme)
    whole = list(sampler_of(plan))
    first, second, third = (sampler_of(plan) for _ in range(3))
    found = taken(iter(first), 77)
    second.load_state_dict(through_json(first.state_dict()))
    found += taken(iter(second), 333)
    third.load_state_dict(through_json(second.state_dict()))
    found += list(third)
    assert found == whole


@EACH_SCHEME
@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 2), (2, 4), (4, 3), (8, 1), (3, 8)])
def test_any_number_of_ranks_goes_on_with_the_global_stream(scheme, before, after):
    plan = plan_of(drawing=scheme)
    whole = batches_of(list(sampler_of(plan)))
    ranks = [sampler_of(plan, num_replicas=before, rank=r) for r in range(before)]
    rounds = 2
    found = [[batch for batch in batches_of(taken(iter(rank), rounds * 32))] for rank in ranks]
    assert [found[r][b] for b in range(rounds) for r in range(before)] == whole[: rounds * before]
    states = [rank.state_dict() for rank in ranks]
    assert states == states[:1] * before
    resumed = [sampler_of(plan, num_replicas=after, rank=r) for r in range(after)]
    for rank in resumed:
        rank.load_state_dict(through_json(states[0]))
    rest = [batches_of(list(rank)) for rank in resumed]
    done, flat = rounds * before, [i for batch in whole for i in batch]
    completed = -(-(len(whole) - done) // after) * after + done
    flat = flat if after == 1 else [flat[i % len(flat)] for i in range(completed * 32)]
    expected = batches_of(flat)[done:]
    for r in range(after):
        assert rest[r] == expected[r::after]


@EACH_SCHEME
def test_batches_delivered_says_what_was_trained_on_when_the_loader_read_ahead(scheme):
    plan = plan_of(drawing=scheme)
    sampler, restored = sampler_of(plan), sampler_of(plan)
    whole = list(sampler)
    assert sampler.state_dict()["batches"] == -(-len(whole) // 32)
    restored.load_state_dict(through_json(sampler.state_dict(batches_delivered=5)))
    stream = iter(restored)
    assert taken(stream, 96) == whole[5 * 32 : 8 * 32]
    list(stream)  # read ahead to the end; two batches of this second pass were trained on
    again = sampler_of(plan)
    again.load_state_dict(restored.state_dict(batches_delivered=2))
    assert list(again) == whole[7 * 32 :]


def test_batches_delivered_are_counted_from_where_the_pass_began_also_within_a_batch():
    sampler, restored, again = (sampler_of(plan_of()) for _ in range(3))
    whole = taken(iter(sampler), 10)
    restored.load_state_dict(sampler.state_dict())
    rest = list(restored)
    again.load_state_dict(restored.state_dict(batches_delivered=2))
    assert list(again) == rest[64:]
    assert whole + rest == list(sampler_of(plan_of()))


def test_more_batches_than_there_are_count_as_all_and_wrong_ones_are_refused():
    sampler, restored = sampler_of(plan_of()), sampler_of(plan_of())
    list(sampler)
    restored.load_state_dict(sampler.state_dict(batches_delivered=27))
    assert list(restored) == []
    assert sampler.state_dict(batches_delivered=27) == sampler.state_dict(batches_delivered=1000)
    for wrong in (-1, 1.5, "2"):
        with pytest.raises(ValueError, match="batches_delivered must be a whole number of at least 0, got "):
            sampler.state_dict(batches_delivered=wrong)


@EACH_SCHEME
@pytest.mark.parametrize("replicas", [1, 2])
def test_after_a_whole_epoch_nothing_of_it_is_left(scheme, replicas):
    plan = plan_of(drawing=scheme)
    sampler, restored = (sampler_of(plan, num_replicas=replicas, rank=0) for _ in range(2))
    list(sampler)
    restored.load_state_dict(through_json(sampler.state_dict()))
    assert list(restored) == []
    for each in (sampler, restored):
        each.set_epoch(1)
    assert list(restored) == list(sampler)
    assert len(list(sampler_of(plan, num_replicas=replicas, rank=0))) == len(restored)


def test_a_state_before_the_first_draw_restores_a_whole_epoch():
    sampler, restored = sampler_of(plan_of()), sampler_of(plan_of())
    restored.load_state_dict(sampler.state_dict())
    assert list(restored) == list(sampler)


def test_setting_the_restored_epoch_again_keeps_the_rest_and_another_epoch_begins_whole():
    sampler, same, other = (sampler_of(plan_of()) for _ in range(3))
    sampler.set_epoch(2)
    stream = iter(sampler)
    taken(stream, 100)
    for each in (same, other):
        each.load_state_dict(sampler.state_dict())
    same.set_epoch(2)
    other.set_epoch(3)
    assert list(same) == list(stream)
    assert len(list(other)) == len(LABELS)


def test_an_iterator_that_is_asked_for_and_never_used_takes_nothing_away():
    sampler, restored = sampler_of(plan_of()), sampler_of(plan_of())
    stream = iter(sampler)
    taken(stream, 100)
    restored.load_state_dict(sampler.state_dict())
    iter(restored)
    assert restored.state_dict() == sampler.state_dict()
    assert list(restored) == list(stream)


def position_of(sampler):
    state = sampler.state_dict()
    return state["epoch"], 32 * state["batches"] + state["within"]


def test_an_older_iterator_never_moves_the_state():
    sampler = sampler_of(plan_of())
    older = iter(sampler)
    taken(older, 160)
    sampler.set_epoch(1)
    newer = iter(sampler)
    for _ in range(3):  # over more than one piece
        taken(older, 200)
        assert position_of(sampler) == (1, 0)
    taken(newer, 70)
    list(older)
    assert position_of(sampler) == (1, 70)


def test_of_two_iterators_in_one_epoch_the_newer_one_moves_the_state_once_it_is_used():
    sampler = sampler_of(plan_of())
    older, newer, unused = iter(sampler), iter(sampler), iter(sampler)
    taken(older, 50)
    assert position_of(sampler) == (0, 50)
    taken(newer, 20)
    taken(older, 500)
    assert position_of(sampler) == (0, 20)
    assert taken(newer, 30) == taken(unused, 60)[20:50]
    assert position_of(sampler) == (0, 60)


def test_an_iterator_made_before_a_state_was_loaded_takes_nothing_of_it_away():
    sampler, restored = sampler_of(plan_of()), sampler_of(plan_of())
    taken(iter(sampler), 100)
    made_before = iter(restored)
    restored.load_state_dict(sampler.state_dict())
    taken(made_before, 10)
    assert restored.state_dict() == sampler.state_dict()


def test_a_second_loader_over_a_sampler_does_not_move_the_first_ones_place():
    plan = plan_of()
    sampler, restored = sampler_of(plan), sampler_of(plan)
    first, second = iter(sampler), iter(sampler)
    taken(first, 21 * 32)
    taken(second, 25 * 32)
    assert position_of(sampler) == (0, 25 * 32)
    restored.load_state_dict(through_json(sampler.state_dict()))
    again = iter(restored)
    again.load_state_dict(through_json(first.state_dict()))
    assert taken(again, 10) == taken(first, 10)
    assert restored.state_dict() == first.state_dict()


def test_a_sampler_in_use_can_be_copied():
    sampler = sampler_of(plan_of())
    stream = iter(sampler)
    taken(stream, 100)
    copied = copy.deepcopy(sampler)
    assert copied.state_dict() == sampler.state_dict()
    copied.load_state_dict(copied.state_dict())
    assert list(copied) == list(stream)


def test_a_state_can_be_loaded_into_a_sampler_that_was_used_before():
    sampler, used = sampler_of(plan_of()), sampler_of(plan_of())
    stream = iter(sampler)
    taken(stream, 50)
    used.set_epoch(7)
    taken(iter(used), 11)
    used.load_state_dict(sampler.state_dict())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(used) == list(stream)


# --- feedback and labels travel along --------------------------------------------------------------------------------


@EACH_SCHEME
@pytest.mark.parametrize("target", ADAPTIVE, ids=lambda target: type(target).__name__)
def test_feedback_taken_and_feedback_pending_are_carried(scheme, target):
    plan = plan_of(target=target, drawing=scheme)
    sampler, restored = sampler_of(plan), sampler_of(plan)
    for epoch in range(4):
        sampler.set_epoch(epoch)
        list(sampler)
        sampler.update(**FEEDBACK)
    sampler.set_epoch(4)
    stream = iter(sampler)
    taken(stream, 123)
    sampler.update(**FEEDBACK)  # pending until the next epoch
    restored.load_state_dict(through_json(sampler.state_dict()))
    assert restored.class_shares().tolist() == sampler.class_shares().tolist()
    assert list(restored) == list(stream)
    for epoch in (5, 6):
        for each in (sampler, restored):
            each.set_epoch(epoch)
        assert restored.class_shares().tolist() == sampler.class_shares().tolist()
        assert list(restored) == list(sampler)


@pytest.mark.parametrize("target", ADAPTIVE, ids=lambda target: type(target).__name__)
def test_an_adaptive_exact_walk_goes_on_where_the_adapted_epochs_ended(target):
    plan = plan_of(target=target, drawing="exact", samples_per_epoch=300)
    sampler, drawn = sampler_of(plan), []
    for epoch in range(6):
        sampler.set_epoch(epoch)
        drawn += list(sampler)
        sampler.update(**FEEDBACK)
        times = np.bincount(drawn, minlength=LABELS.size)
        assert max(np.ptp(times[c == LABELS]) for c in range(5)) <= 1


OTHERS = np.append(LABELS[::-1], [5] * 60)


@EACH_SCHEME
@pytest.mark.parametrize("samples", [None, 400])
def test_changed_labels_are_carried_to_a_sampler_made_with_the_changed_ones(scheme, samples):
    plan = plan_of(drawing=scheme, samples_per_epoch=samples)
    sampler = sampler_of(plan)
    sampler.set_epoch(2)
    sampler.update_labels(OTHERS)
    sampler.set_epoch(3)
    stream = iter(sampler)
    taken(stream, 100)
    restored = sampler_of(plan, OTHERS)
    restored.load_state_dict(through_json(sampler.state_dict()))
    assert len(restored) == len(sampler) == (samples or LABELS.size)
    assert restored.preview().batch_class_counts.tolist() == sampler.preview().batch_class_counts.tolist()
    assert list(restored) == list(stream)
    for epoch in (4, 9):
        for each in (sampler, restored):
            each.set_epoch(epoch)
        assert list(restored) == list(sampler)


@EACH_SCHEME
def test_labels_that_wait_for_the_next_epoch_must_be_given_again(scheme):
    plan = plan_of(drawing=scheme)
    sampler, restored = sampler_of(plan), sampler_of(plan)
    taken(iter(sampler), 64)
    sampler.update_labels(OTHERS)
    state = through_json(sampler.state_dict())
    restored.load_state_dict(state)
    assert restored.state_dict()["next_labels"] == state["next_labels"]
    with pytest.raises(ValueError, match="labels must be given again through update_labels"):
        restored.set_epoch(1)
    restored.update_labels(LABELS[::-1])
    with pytest.raises(ValueError, match="labels must be given again through update_labels"):
        restored.set_epoch(1)
    restored.update_labels(OTHERS)
    for each in (sampler, restored):
        each.set_epoch(1)
    assert list(restored) == list(sampler)


def test_classes_keep_their_place_in_their_walk_when_labels_change():
    # one class of ten samples, four draws an epoch; the new class changes nothing for the old one but its share
    plan = plan_of(target=PowerSkew(Constant(0.0)), drawing="exact", samples_per_epoch=4, batch_size=2)
    sampler = sampler_of(plan, [0] * 10)
    first = list(sampler)
    sampler.update_labels([0] * 10 + [1] * 10)
    seen = set(first)
    for epoch in (1, 2, 3):
        sampler.set_epoch(epoch)
        drawn = [i for i in sampler if i < 10]
        assert len(drawn) == 2
        assert not seen & set(drawn)  # 4 + 2 + 2 + 2: the ten samples, each once
        seen |= set(drawn)


# --- what is refused -------------------------------------------------------------------------------------------------


def exchanged(labels, one, other):
    """The labels with those of one sample of each of two classes exchanged."""
    labels = labels.copy()
    i, j = (np.flatnonzero(labels == c)[-1] for c in (one, other))
    labels[i], labels[j] = other, one
    return labels


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ({"seed": 10}, r"state must be of this plan \([0-9a-f]{16}\), got one of [0-9a-f]{16}"),
        ({"target": PowerSkew(Linear(0.0, 0.2))}, "state must be of this plan"),
        ({"drawing": "exact"}, "state must be of this plan"),
        ({"batch_size": 33}, "state must be of this plan"),
    ],
    ids=str,
)
def test_a_state_of_another_plan_is_refused(field, says):
    with pytest.raises(ValueError, match=says):
        sampler_of(plan_of(**field)).load_state_dict(sampler_of(plan_of()).state_dict())


@pytest.mark.parametrize(
    "labels",
    [
        LABELS[::-1], exchanged(LABELS, 3, 4), np.append(LABELS, 0), LABELS[1:], LABELS + 1,
        np.where(LABELS == 4, 3, LABELS), LABELS.astype(str),
    ],
    ids=["other order", "two exchanged", "one more", "one less", "other names", "a class less", "text"],
)  # fmt: skip
def test_a_state_of_other_labels_is_refused(labels):
    with pytest.raises(ValueError, match=r"state must be of these labels \(digest [0-9a-f]{16}\), got one of "):
        sampler_of(plan_of(), labels).load_state_dict(sampler_of(plan_of()).state_dict())


def test_the_same_labels_as_another_kind_are_the_same_labels():
    state = sampler_of(plan_of()).state_dict()
    for labels in (LABELS.tolist(), LABELS.astype(np.int8), LABELS.astype(float)):
        restored = sampler_of(plan_of(), labels)
        restored.load_state_dict(state)
        assert restored.state_dict() == state


def test_a_state_within_a_batch_is_refused_by_another_number_of_ranks():
    sampler = sampler_of(plan_of())
    taken(iter(sampler), 33)
    with pytest.raises(ValueError, match="state must be taken between batches to go on with 2 ranks, got one taken 1 "):
        sampler_of(plan_of(), num_replicas=2, rank=0).load_state_dict(sampler.state_dict())
    of_two = sampler_of(plan_of(), num_replicas=2, rank=0)
    taken(iter(of_two), 33)
    with pytest.raises(ValueError, match="state must be taken between batches to go on with 1 ranks"):
        sampler_of(plan_of()).load_state_dict(of_two.state_dict())


@pytest.mark.parametrize("wrong", [None, [], {}, "state", {"version": 99}, {"epoch": 3}], ids=repr)
def test_what_is_no_state_is_refused(wrong):
    with pytest.raises(ValueError, match="state must be one of a ScheduledClassSampler, version 1, got "):
        sampler_of(plan_of()).load_state_dict(wrong)


def test_a_state_that_lacks_a_field_is_refused_by_its_name():
    state = sampler_of(plan_of()).state_dict()
    for field in state.keys() - {"version", "feedback", "ended"}:  # states of 0.1.0 lack the latter two
        restored = sampler_of(plan_of())
        with pytest.raises(ValueError, match=f"state must have the field '{field}'"):
            restored.load_state_dict({key: value for key, value in state.items() if key != field})


def test_a_stratified_state_from_before_its_draws_changed_says_so():
    plan = plan_of(drawing="stratified")
    sampler = sampler_of(plan)
    old = {**sampler.state_dict(), "plan": plan.earlier_fingerprints[0], "walk": {"epoch": 0, "start": [7] * 5}}
    with pytest.raises(ValueError, match="state must be of the stratified scheme as it is now, got one of before"):
        sampler.load_state_dict(old)


def test_a_refused_state_leaves_the_sampler_as_it_was():
    sampler, other = sampler_of(plan_of()), sampler_of(plan_of(seed=4))
    sampler.set_epoch(2)
    before = sampler.state_dict()
    with pytest.raises(ValueError, match="state must be of this plan"):
        sampler.load_state_dict(other.state_dict())
    assert sampler.state_dict() == before


@pytest.mark.parametrize(
    ("field", "wrong"),
    [(name, wrong) for name in ("epoch", "batches", "within", "samples") for wrong in (-1, 1.5, "1", None, True)]
    + [("within", 32), ("samples", 0)],
)
def test_a_state_whose_counts_are_none_is_refused_by_name_and_changes_nothing(field, wrong):
    sampler = sampler_of(plan_of())
    sampler.set_epoch(2)
    before = sampler.state_dict()
    with pytest.raises(ValueError, match=f"^{field} of the state must be a whole number .*, got {wrong!r}$"):
        sampler.load_state_dict({**before, field: wrong})
    assert sampler.state_dict() == before


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("next_labels", 5), ("walk", None), ("walk", {}), ("walk", []), ("walk", {"epoch": 3})]
    + [("walk", {"epoch": wrong, "start": None}) for wrong in (-1, 1.5, "1", None)]
    + [("walk", {"epoch": 3, "start": wrong}) for wrong in ("12345", 7, {}, [1] * 4)]
    + [("walk", {"epoch": 3, "start": [1, 2, 3, 4, wrong]}) for wrong in (1.0, "1", None, [5], -1, 2**63)]
    + [(name, wrong) for name in ("target", "next_target") for wrong in (
        5, [], {}, {"loss": [1.0] * 5}, {"difficulty": None}, {"difficulty": [0.5] * 4}, {"difficulty": [[0.5]] * 5},
        {"difficulty": [0.5, 0.5, 0.5, 0.5, "x"]}, {"difficulty": [0.5, 0.5, 0.5, 0.5, float("nan")]},
        {"difficulty": [0.5, 0.5, 0.5, 0.5, None]}, {"difficulty": [0.5, 0.5, 0.5, 0.5, -1.0]},
    )],
    ids=str,
)  # fmt: skip
def test_a_state_damaged_within_is_refused_by_name_and_changes_nothing(field, wrong):
    sampler = sampler_of(plan_of(target=DifficultyBalanced(), drawing="stratified"))
    sampler.set_epoch(2)
    sampler.update(**FEEDBACK)
    before = sampler.state_dict()
    with pytest.raises(ValueError, match=f"^({field} of the state|epoch of the walk|start of the walk) must .*, got "):
        sampler.load_state_dict({**before, field: wrong})
    assert sampler.state_dict() == before


@pytest.mark.parametrize(
    ("field", "wrong", "says"),
    [
        ("feedback", 5, "feedback of the state must be a list or None, got 5"),
        ("feedback", {"a": 1.0}, "feedback of the state must be a list or None, got "),
        ("feedback", [0.5] * 4, r"recall must have one value per class \(5\), got 4"),
        ("feedback", [0.5, 0.5, 0.5, 0.5, 2.0], r"recall of class 4 must be a number from 0 to 1, got 2\.0"),
        ("ended", -1, "ended of the state must be a whole number of at least 0, got -1"),
        ("ended", "1", "ended of the state must be a whole number"),
    ],
)
def test_feedback_of_a_state_that_is_damaged_is_refused_and_changes_nothing(field, wrong, says):
    sampler = sampler_of(plan_of(target=DifficultyBalanced()))
    sampler.update(**FEEDBACK)
    before = sampler.state_dict()
    with pytest.raises(ValueError, match=f"^{says}"):
        sampler.load_state_dict({**before, field: wrong})
    assert sampler.state_dict() == before


def test_a_state_of_version_0_1_0_goes_on_with_the_shares_that_were_to_follow():
    sampler, restored = (sampler_of(plan_of(target=DifficultyBalanced(smoothing=0.0))) for _ in range(2))
    sampler.update(**FEEDBACK)
    old = {name: value for name, value in sampler.state_dict().items() if name not in ("feedback", "ended")}
    restored.load_state_dict({**old, "next_target": {"difficulty": [1 - 0.9, 1 - 0.8, 1.0, 1 - 0.3, 1 - 0.1]}})
    for each in (sampler, restored):
        each.set_epoch(1)
    assert restored.class_shares().tolist() == sampler.class_shares().tolist()


def test_a_state_is_taken_where_the_base_gives_a_class_the_share_0():
    plan = plan_of(target=DifficultyBalanced(Shares({0: 0.0})))
    sampler, restored = sampler_of(plan), sampler_of(plan)
    sampler.update(**FEEDBACK)
    restored.load_state_dict(sampler.state_dict())
    for each in (sampler, restored):
        each.set_epoch(1)
    assert restored.class_shares().tolist() == sampler.class_shares().tolist()


def test_a_state_with_feedback_is_refused_where_none_is_read():
    sampler = sampler_of(plan_of())
    with pytest.raises(ValueError, match=r"^feedback of the state must be None where the target"):
        sampler.load_state_dict({**sampler.state_dict(), "feedback": [1.0] * 5})
    with pytest.raises(ValueError, match=r"^target of the state must be None where the target"):
        sampler.load_state_dict({**sampler.state_dict(), "target": {"difficulty": [1.0] * 5}})


def test_an_epoch_behind_the_restored_one_warns_once_and_a_later_one_does_not():
    sampler, restored = sampler_of(plan_of()), sampler_of(plan_of())
    sampler.set_epoch(5)
    restored.load_state_dict(sampler.state_dict())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        restored.set_epoch(5)
        restored.set_epoch(6)
    with pytest.warns(UserWarning, match=r"set_epoch\(4\) goes back behind epoch 5"):
        restored.set_epoch(4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        restored.set_epoch(3)
