"""The state of a mix: stopped anywhere and loaded elsewhere, the same stream goes on."""

import copy
import json
import pickle
import random
from dataclasses import replace
from itertools import chain, islice

import pytest

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledMix
from sampler_core.draws import SCHEMES
from tests.core.mixing.sources import KINDS, READS, SIZES, Stateful, as_worker, loaded, mixed, sources_of

MOVING = PowerSkew(Linear(0.0, 0.25, maximum=0.9))
PLAN = SamplingPlan(target=MOVING, epochs=4, batch_size=8, samples_per_epoch=96, seed=3)


def mix_of(kind="iterable", plan=PLAN, **options):
    return ScheduledMix(sources_of(kind), plan, sizes=SIZES, **options)


def loaded_from(state, kind="iterable", **options):
    """Another mix that goes on from a state, as another process finds it in a file."""
    mix = mix_of(kind, **options)
    mix.load_state_dict(json.loads(json.dumps(state)))
    return mix


def epoch_of(mix, epoch):
    mix.set_epoch(epoch)
    return list(mix)


# --- stopped and resumed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_stopped_anywhere_and_resumed_a_mix_reads_what_it_would_have_read(seed):
    rng = random.Random(seed)
    for _ in range(10):
        kind, ranks = rng.choice(sorted(KINDS)), rng.choice([1, 2, 3])
        options = {"plan": replace(PLAN, drawing=rng.choice(sorted(SCHEMES))), "own_states": rng.random() < 0.7}
        options |= {"num_replicas": ranks, "rank": rng.randrange(ranks), "exhausted": rng.choice(["restart", "stop"])}
        epoch, whole, mix = rng.randrange(3), mix_of(kind, **options), mix_of(kind, **options)
        found = []
        for _ in range(rng.randrange(1, 4)):  # stops in one epoch
            mix.set_epoch(epoch)
            found += islice(mix, rng.choice([0, rng.randrange(50), 8 * rng.randrange(5)]))
            mix = loaded_from(mix.state_dict(), kind, **options)
        assert found + list(mix) == epoch_of(whole, epoch)
        assert epoch_of(mix, epoch + 1) == epoch_of(whole, epoch + 1)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_state_of_batches_that_were_delivered_is_resumed_with_other_ranks_and_workers(workers):
    items = list(chain(*mixed(PLAN, 2)[1]))
    mix = mix_of(num_replicas=2, rank=1)
    mix.set_epoch(1)
    state = mix.state_dict(batches_delivered=2)  # and two of rank 0
    for ranks in (1, 2, 4):
        for rank in range(ranks):
            mixes = [loaded_from(state, num_replicas=ranks, rank=rank) for _ in range(workers)]
            begins = range(8 * (4 + rank), 96, 8 * ranks)
            assert loaded(mixes, 8) == [items[begin : begin + 8] for begin in begins]


def test_the_rest_of_an_epoch_is_completed_by_its_own_first_items():
    plan = replace(PLAN, samples_per_epoch=100)
    items = list(chain(*mixed(plan, 1)[0]))
    state = mix_of(plan=plan, num_replicas=2, rank=0).state_dict(batches_delivered=5)  # of each rank: 80 items are done
    ranks = [
        loaded([loaded_from(state, plan=plan, num_replicas=2, rank=rank) for _ in range(2)], 8) for rank in range(2)
    ]
    assert ranks == [[items[80:88], items[96:100] + items[80:84]], [items[88:96], items[84:92]]]


def test_a_plain_loader_with_workers_is_resumed_after_the_batches_that_were_delivered():
    mix = mix_of()
    mix.set_epoch(1)
    loader = mix.loader(num_workers=2, collate_fn=list)
    first = list(islice(loader, 5))
    with pytest.raises(ValueError, match="batches_delivered must be given where the workers of a loader read the mix"):
        mix.state_dict()
    again = loaded_from(mix.state_dict(batches_delivered=5))
    assert again.epoch == 1
    loader = again.loader(num_workers=2, collate_fn=list)
    assert first + list(loader) == mixed(PLAN, 2)[1]
    again.set_epoch(2)
    assert list(loader) == mixed(PLAN, 3)[2]


def test_each_worker_of_a_loader_that_keeps_states_resumes_its_own():
    mixes = [mix_of("stateful") for _ in range(2)]
    states = []
    for number, mix in enumerate(mixes):
        with as_worker(number, 2):
            list(islice(mix, 16))
            states.append(json.loads(json.dumps(mix.state_dict())))
    resumed = [mix_of("stateful") for _ in range(2)]
    for number, mix in enumerate(resumed):
        with as_worker(number, 2):
            mix.load_state_dict(states[number])
    assert loaded(resumed, 8) == mixed(PLAN, 1)[0][4:]
    with (
        as_worker(0, 3),
        pytest.raises(ValueError, match="state must be loaded by worker 1 of 2, which has saved it, got worker 0"),
    ):
        mix.load_state_dict(states[1])
        iter(mix)


def test_a_source_with_a_state_goes_on_from_it_and_reads_nothing_again():
    mix = mix_of("stateful")
    mix.set_epoch(3)
    list(islice(mix, 40))
    state = mix.state_dict()
    for own_states, most in ((True, 0), (False, 49)):
        again = loaded_from(state, "stateful", own_states=own_states)
        drawn = again.counts_before(4) - again.counts_before(3, 40)
        list(again)
        over = [READS[name] - count for name, count in zip(SIZES, drawn.tolist(), strict=True)]
        assert max(over) <= most + 1
        assert own_states or max(over) > 1


def test_a_state_is_small_plain_and_does_not_grow_with_the_run():
    mix = mix_of()
    sizes = []
    for epoch in (0, 3):
        epoch_of(mix, epoch)
        state = mix.state_dict()
        assert json.loads(json.dumps(state)) == state
        sizes.append(len(json.dumps(state)))
    assert max(sizes) < 400


def test_a_finished_epoch_has_no_rest_and_the_one_that_was_asked_for_follows():
    mix = mix_of()
    epoch_of(mix, 1)
    again = loaded_from(mix.state_dict())
    assert list(again) == []
    waiting = mix_of()
    waiting.set_epoch(2)  # before the state is loaded, as some loaders do
    waiting.load_state_dict(mix.state_dict())
    assert list(waiting) == epoch_of(again, 2)


def test_the_state_is_that_of_the_newest_pass():
    mix = mix_of()
    older = iter(mix)
    list(islice(older, 20))
    newer = iter(mix)
    with pytest.warns(UserWarning, match="epoch 0 is read once more, with the same draws: call set_epoch"):
        list(islice(newer, 8))
    state = mix.state_dict()
    list(older)
    assert mix.state_dict() == {**state, "lengths": [0, 50, 0, 3]}  # which are true whoever has found them
    assert (state["batches"], state["done"]) == (1, 0)


def test_a_copy_of_a_mix_goes_its_own_way():
    mix = mix_of("stateful")
    mix.set_epoch(1)
    list(islice(mix, 10))
    for other in (copy.deepcopy(mix), pickle.loads(pickle.dumps(mix))):  # noqa: S301
        other.set_epoch(2)
        assert list(other) == list(chain(*mixed(PLAN, 3)[2]))
    assert mix.epoch == 1


# --- states that are refused -----------------------------------------------------------------------------------------

STATE = mix_of().state_dict()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": 2}, "state must be one of a ScheduledMix, version 1, got"),
        ({"plan": "0" * 16}, "state must be of this plan"),
        ({"mix": "0" * 16}, "state must be of these sources and sizes"),
        ({"epoch": -1}, "epoch of the state must be a whole number of at least 0, got -1"),
        ({"batches": "1"}, "batches of the state must be a whole number"),
        (
            {"done": 3, "replicas": 2},
            "state must be taken between batches to go on with 1 ranks, got one taken 3 items",
        ),
        ({"replicas": 0}, "replicas of the state must be a whole number of at least 1"),
        ({"worker": [2, 2]}, "worker of the state must be a whole number from 0 to 1, got 2"),
        ({"worker": 1}, "worker of the state must be 2 values, got 1"),
        ({"lengths": [1]}, r"lengths of the state must be 4 values, got \[1\]"),
        ({"own_states": None}, "own_states of the state must be 4 values, got None"),
        ({"own_states": [3, None, None, None]}, "own_states of the state must be pass, items and state, got 3"),
        ({"own_states": [[0, -1, {}], None, None, None]}, "items of a source in the state must be a whole number"),
    ],
    ids=str,
)
def test_a_state_that_is_none_of_this_mix_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        mix_of().load_state_dict({**STATE, **change})


def test_a_state_without_a_field_and_what_is_no_state_are_refused():
    for field in STATE:
        with pytest.raises(ValueError, match="state must"):
            mix_of().load_state_dict({name: value for name, value in STATE.items() if name != field})
    for other in (None, 3, [], "state"):
        with pytest.raises(ValueError, match="state must be one of a ScheduledMix, version 1, got"):
            mix_of().load_state_dict(other)


def test_a_source_that_has_another_length_than_when_the_state_was_taken_is_told():
    state = mix_of("sequence").state_dict()
    sources = sources_of("sequence") | {"fr": ["fr"] * 9}
    with pytest.raises(ValueError, match="state must be of these sources and sizes"):
        ScheduledMix(sources, PLAN).load_state_dict(state)
    with pytest.raises(ValueError, match=r"sources must have as many items as when the state was taken \(8\), got 9"):
        ScheduledMix(sources, PLAN, sizes=SIZES).load_state_dict(state)


def test_the_sizes_of_a_state_are_those_of_a_stop_too():
    with pytest.raises(ValueError, match="state must be of these sources and sizes"):
        mix_of(exhausted="stop").load_state_dict(STATE)


def test_a_source_that_stands_at_its_end_is_told():
    source = Stateful("a", 5)
    list(source)
    plan = replace(PLAN, samples_per_epoch=12, target=PowerSkew(Linear(0.0, 0.0)))
    with pytest.raises(ValueError, match="source 'a' must have at least one item, got none in pass 0"):
        list(ScheduledMix({"a": source}, plan, sizes={"a": 5}))
