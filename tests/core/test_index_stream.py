"""IndexStream: the sampler's draws as arrays, from any thread and process, without torch."""

import copy
import doctest
import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sampler_core import (
    Constant,
    ExponentiatedGradient,
    IndexStream,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
)
from sampler_core.draws import SCHEMES
from tests.core.test_golden import INDICES
from tests.core.test_golden import LABELS as GOLDEN_LABELS
from tests.core.test_golden import plan_of as golden_plan

COUNTS = [300, 120, 60, 20, 7]
LABELS = np.random.default_rng(4).permutation(np.repeat(np.arange(5), COUNTS))
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def plan_of(**others):
    return SamplingPlan(
        **{"target": PowerSkew(Linear(0.0, 0.2)), "epochs": 4, "batch_size": 32, "drawing": "exact", **others}
    )


def sampled(sampler, epoch):
    sampler.set_epoch(epoch)
    return list(sampler)


# --- the same numbers as the sampler's -------------------------------------------------------------------------------


@EACH_SCHEME
@pytest.mark.parametrize("epoch", [0, 3])
def test_it_draws_the_golden_values(scheme, epoch):
    assert IndexStream(GOLDEN_LABELS, golden_plan(scheme)).indices(epoch, 0, 20).tolist() == INDICES[scheme][epoch]


@EACH_SCHEME
@pytest.mark.parametrize("where", [(1, 0, False), (3, 1, False), (3, 2, True)])
def test_epochs_batches_items_and_the_whole_run_are_the_samplers(scheme, where):
    ranks, rank, drop_last = where
    plan = plan_of(drawing=scheme)
    sampler = ScheduledClassSampler(LABELS, plan, num_replicas=ranks, rank=rank, drop_last=drop_last)
    stream = IndexStream(LABELS, plan, ranks, rank, drop_last=drop_last)
    run = [sampled(sampler, epoch) for epoch in range(4)]
    whole = [index for drawn in run for index in drawn]
    assert len(stream) == len(whole) == 4 * len(sampler)
    assert list(stream) == whole
    assert [stream[i] for i in range(len(stream))] == whole
    assert (stream[-1], stream[np.int64(-len(stream))]) == (whole[-1], whole[0])
    for epoch in (3, 0, 2):
        assert stream.samples(epoch) == len(sampler)
        assert stream.indices(epoch).dtype == np.int64
        assert stream.indices(epoch).tolist() == run[epoch]
        assert stream.indices(epoch, 5, 77).tolist() == run[epoch][5:77]
        assert stream.indices(epoch, 64).tolist() == run[epoch][64:]
        batches = [stream.batch(epoch, b).tolist() for b in range(-(-len(sampler) // 32))]
        assert batches == [run[epoch][i : i + 32] for i in range(0, len(sampler), 32)]


def test_pieces_longer_than_a_chunk_are_the_samplers():
    plan = plan_of(samples_per_epoch=20_000, drawing="stratified")
    assert IndexStream(LABELS, plan).indices(1).tolist() == sampled(ScheduledClassSampler(LABELS, plan), 1)


def test_a_plan_without_end_and_batches_has_items_but_no_length():
    plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=None, batch_size=None)
    stream, sampler = IndexStream(LABELS, plan), ScheduledClassSampler(LABELS, skew=1.0)
    samples = len(sampler)
    assert [stream[10**6 * samples + i] for i in range(9)] == sampled(sampler, 10**6)[:9]
    assert next(iter(stream)) == stream[0]
    with pytest.raises(TypeError, match="epochs must be given for a stream that has a length, got None"):
        len(stream)
    with pytest.raises(ValueError, match="batch_size must be given to speak of batches, got None"):
        stream.batch(0, 0)


# --- one part per class ----------------------------------------------------------------------------------------------


@EACH_SCHEME
@pytest.mark.parametrize("names", [("b", "d", "a", "none", "c", "e"), None])
@pytest.mark.parametrize("order", [np.array, np.sort])
def test_a_place_is_the_class_and_which_of_its_samples_in_the_order_of_the_labels(scheme, names, order):
    labels = order(LABELS + (LABELS >= 3))  # no sample of class 3
    stream = IndexStream(labels, plan_of(drawing=scheme), 2, 1, classes=names)
    parts = [np.flatnonzero(labels == c) for c in range(6)]
    if names is None:
        del parts[3]
    for epoch in (1, 3):
        drawn = stream.indices(epoch).tolist()
        places = [stream.place(epoch, position) for position in range(len(drawn))]
        assert [parts[c][which] for c, which in places] == drawn
        assert {type(number) for place in places for number in place} == {int}
    assert stream.class_counts.counts.tolist() == [len(part) for part in parts]


# --- one value, wherever it is used ----------------------------------------------------------------------------------


@EACH_SCHEME
def test_threads_that_ask_for_several_epochs_at_once_get_what_one_gets(scheme):
    stream, alone = (IndexStream(LABELS, plan_of(drawing=scheme)) for _ in range(2))
    asked = np.random.default_rng(0).integers(0, len(alone), 500).tolist()
    expected = [alone[i] for i in asked]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(stream.__getitem__, asked)) == expected
        places = list(threads.map(lambda i: stream.place(*divmod(i, stream.samples(0))), asked[:50]))
    assert places == [alone.place(*divmod(i, alone.samples(0))) for i in asked[:50]]


@EACH_SCHEME
def test_pickles_and_copies_draw_the_same_and_have_the_same_repr(scheme):
    stream = IndexStream(LABELS, plan_of(drawing=scheme))
    fresh = len(pickle.dumps(stream))
    expected = [stream[1600], *stream.indices(2).tolist()]
    assert len(pickle.dumps(stream)) <= fresh + 200  # tables of epochs stay here
    for other in (pickle.loads(pickle.dumps(stream)), copy.copy(stream), copy.deepcopy(stream)):  # noqa: S301
        assert [other[1600], *other.indices(2).tolist()] == expected
        assert repr(other) == repr(stream)


def test_the_repr_is_fingerprint_and_digest_and_differs_where_draws_do():
    plan = plan_of()
    stream = IndexStream(LABELS, plan)
    state = ScheduledClassSampler(LABELS, plan).state_dict()
    assert repr(stream) == f"IndexStream(plan={plan.fingerprint}, labels={state['labels']})"
    assert repr(IndexStream(LABELS, plan, state=state)) == repr(stream)
    others = [
        IndexStream(LABELS, plan_of(seed=1)),
        IndexStream(np.roll(LABELS, 1), plan),
        IndexStream(LABELS, plan, 2, 0),
        IndexStream(LABELS, plan, 2, 1),
        IndexStream(LABELS, plan, 3, 1),
        IndexStream(LABELS, plan, 3, 1, drop_last=True),
        IndexStream(LABELS, plan, state={**state, "samples": 100}),
        IndexStream(LABELS, plan, state={**state, "walk": {"epoch": 1, "start": [1, 2, 3, 4, 5]}}),
    ]
    assert len({repr(stream), *map(repr, others)}) == 9


def test_the_repr_of_an_adaptive_stream_differs_with_the_state_of_its_target():
    plan = plan_of(target=ExponentiatedGradient(eta=1.0))
    state = ScheduledClassSampler(LABELS, plan).state_dict()
    shares = (np.full(5, 0.2), np.array([0.6, 0.1, 0.1, 0.1, 0.1]))
    targets = [{**state, "target": {"log_shares": np.log(each).tolist()}} for each in shares]
    assert len({repr(IndexStream(LABELS, plan, state=each)) for each in [state, *targets]}) == 3


# --- state -----------------------------------------------------------------------------------------------------------


@EACH_SCHEME
def test_an_adaptive_stream_has_the_shares_of_the_state(scheme):
    plan = plan_of(target=ExponentiatedGradient(eta=1.0), drawing=scheme)
    sampler = ScheduledClassSampler(LABELS, plan)
    streams = [sampler.stream]
    for epoch in range(3):
        drawn = sampled(sampler, epoch)
        state = json.loads(json.dumps(sampler.state_dict()))
        restored = IndexStream(LABELS, plan, state=state)
        assert restored.indices(epoch).tolist() == sampler.stream.indices(epoch).tolist() == drawn
        assert repr(restored) == repr(sampler.stream)
        streams.append(restored)
        sampler.update(loss=[0.1, 0.2, 0.5, 1.0, 3.0])
    assert IndexStream(LABELS, plan, state={}).indices(0).tolist() == streams[0].indices(0).tolist()
    assert len(set(map(repr, streams))) == 3  # before any feedback, after one, after two
    with pytest.raises(ValueError, match=r"state must be a sampler's state_dict\(\) for an adaptive target, .* None"):
        IndexStream(LABELS, plan)


@EACH_SCHEME
def test_the_samplers_stream_is_the_current_one_also_after_other_labels(scheme):
    plan = plan_of(drawing=scheme)
    sampler = ScheduledClassSampler(LABELS, plan)
    sampler.set_epoch(1)
    before = sampler.stream
    first_labels = before.indices(2).tolist()
    grown = np.append(LABELS, np.full(100, 9))
    sampler.update_labels(grown)
    assert sampler.stream is before
    drawn = sampled(sampler, 2)
    assert sampler.stream.indices(2).tolist() == drawn
    assert before.indices(2).tolist() == first_labels != drawn
    again = IndexStream(grown, plan, state=sampler.state_dict())
    assert again.indices(2).tolist() == drawn
    assert again.plan == sampler.stream.plan == sampler.plan == plan_of(drawing=scheme, samples_per_epoch=LABELS.size)
    preview = again.plan.preview(again.class_counts, 2).batch_class_counts
    assert preview.sum(axis=0).tolist() == np.bincount(grown[drawn], minlength=10)[[0, 1, 2, 3, 4, 9]].tolist()


def test_labels_that_change_keep_the_state_of_the_target_only_where_the_classes_are_the_same():
    plan, shuffled = plan_of(target=ExponentiatedGradient(eta=1.0)), np.roll(LABELS, 3)
    for labels, keeps in ((shuffled, True), (np.append(LABELS, 9), False)):
        sampler = ScheduledClassSampler(LABELS, plan)
        sampler.update(loss=[0.1, 0.2, 0.5, 1.0, 3.0])
        sampler.update_labels(labels)
        sampler.set_epoch(1)
        drawn = np.bincount(labels[sampler.stream.indices(1)], minlength=5)
        assert (drawn[4] > 50) == keeps  # of 507; 7 by the natural mix


def test_a_state_taken_within_a_batch_by_other_ranks_is_a_state_of_the_stream():
    plan = plan_of()
    sampler = ScheduledClassSampler(LABELS, plan)
    indices = iter(sampler)
    next(indices)
    assert IndexStream(LABELS, plan, 3, 1, sampler.state_dict()).indices(1).tolist() == sampled(
        ScheduledClassSampler(LABELS, plan, num_replicas=3, rank=1), 1
    )


def test_the_examples_of_its_docstring_are_true():
    (examples,) = doctest.DocTestFinder(recurse=False).find(IndexStream, globs={"IndexStream": IndexStream})
    assert doctest.DocTestRunner(verbose=False).run(examples) == (0, 6)


# --- what it refuses -------------------------------------------------------------------------------------------------

STATE = ScheduledClassSampler(LABELS, plan_of()).state_dict()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: IndexStream(LABELS, Linear(0, 1)), "plan must be a SamplingPlan, got Linear"),
        (lambda: IndexStream(LABELS, plan_of(), 0), "num_replicas must be a whole number from 1 to 2147483647, got 0"),
        (lambda: IndexStream(LABELS, plan_of(), 2, 2), r"rank must be below num_replicas \(2\), got 2"),
        (lambda: IndexStream(LABELS, plan_of(), 2, -1), "rank must be a whole number of at least 0, got -1"),
        (lambda: IndexStream(LABELS, plan_of(batch_size=None), 2), "batch_size must be given"),
        (lambda: IndexStream(LABELS, plan_of(), state={"version": 7}), "state must be one of a ScheduledClassSampler"),
        (lambda: IndexStream(LABELS[::-1], plan_of(), state=STATE), "state must be of these labels"),
        (lambda: IndexStream(LABELS, plan_of(), state={**STATE, "ended": 3}), "state must be taken after sampler.exch"),
        (lambda: IndexStream(LABELS, plan_of()).samples(-1), "epoch must be a whole number of at least 0, got -1"),
        (lambda: IndexStream(LABELS, plan_of()).indices(0.5), "epoch must be a whole number .*, got 0.5"),
        (lambda: IndexStream(LABELS, plan_of()).indices(0, 508), "begin must be a whole number from 0 to 507, got 508"),
        (lambda: IndexStream(LABELS, plan_of()).indices(0, 9, 8), "end must be a whole number from 9 to 507, got 8"),
        (lambda: IndexStream(LABELS, plan_of()).batch(0, 16), "b must be a whole number from 0 to 15, got 16"),
        (lambda: IndexStream(LABELS, plan_of()).place(0, 507), "position must be a whole number from 0 to 506"),
        (lambda: IndexStream(LABELS, plan_of())[4 * 507], "index must be from -2028 to 2027, got 2028"),
        (lambda: IndexStream(LABELS, plan_of())[-4 * 507 - 1], "index must be from -2028 to 2027, got -2029"),
    ],
)
def test_it_says_what_is_wrong(wrong, says):
    with pytest.raises((ValueError, TypeError, IndexError), match=says):
        wrong()
