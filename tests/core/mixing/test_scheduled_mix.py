"""ScheduledMix: which source is next and which of its items, on any number of ranks and workers."""

import doctest
from collections import Counter
from itertools import chain

import numpy as np
import pytest
from torch.utils.data import DataLoader

from sampler_core import ClassCounts, Forecast, Linear, PowerSkew, SamplingPlan, ScheduledMix, Shares, UniMax
from sampler_core.draws import SCHEMES
from tests.core.mixing.sources import KINDS, READS, SIZES, Readable, loaded, mixed, sources_of

COUNTS = ClassCounts.from_counts(SIZES)


def plan_of(**fields):
    """Shares by size at first, nearly equal ones from epoch 4 on; an epoch has 12 batches of 8 and one of 4."""
    target = PowerSkew(Linear(0.0, 0.25, maximum=0.9))
    return SamplingPlan(
        **{"target": target, "epochs": 5, "batch_size": 8, "samples_per_epoch": 100, "seed": 3, **fields}
    )


def mix_of(plan, kind="iterable", **options):
    return ScheduledMix(sources_of(kind), plan, sizes=SIZES, **options)


def read(mix, epochs):
    """Epoch -> items."""
    found = []
    for epoch in epochs:
        mix.set_epoch(epoch)
        found.append(list(mix))
    return found


def flat(batches):
    return list(chain(*batches))


# --- what is drawn ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drawing", SCHEMES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mix_reads_the_sources_that_an_index_stream_draws_each_in_its_order(kind, drawing):
    plan = plan_of(drawing=drawing)
    expected = [flat(batches) for batches in mixed(plan, 7)]
    mix = mix_of(plan, kind)
    assert read(mix, range(7)) == expected
    assert read(mix, [3, 0, 6]) == [expected[3], expected[0], expected[6]]


@pytest.mark.parametrize("drawing", SCHEMES)
def test_shares_by_source_over_50_epochs_are_those_of_the_preview_within_the_bounds_of_the_scheme(drawing):
    plan = plan_of(target=PowerSkew(Linear(0.0, 0.02)), epochs=50, drawing=drawing)
    mix, shares, deviations = mix_of(plan), plan.class_shares(COUNTS), np.zeros(4)
    for epoch, items in enumerate(read(mix, range(50))):
        of_source = [[item.split()[0] for item in items[i : i + 8]] for i in range(0, 100, 8)]
        drawn = np.array([[batch.count(name) for name in SIZES] for batch in of_source])
        assert np.array_equal(drawn, plan.preview(COUNTS, epoch).batch_class_counts)
        assert np.array_equal(drawn.sum(axis=0), plan.epoch_class_counts(COUNTS, epoch))
        if drawing == "exact":
            assert (np.abs(drawn.sum(axis=0) - 100 * shares[epoch]) < 1).all()
        if drawing == "stratified":
            assert (np.abs(drawn[:12] - 8 * shares[epoch]) < 1).all()
        deviations += drawn.sum(axis=0) - 100 * shares[epoch]
    assert (np.abs(deviations) < 4.5 * np.sqrt(100 * (shares * (1 - shares)).sum(axis=0))).all()


@pytest.mark.parametrize("target", [PowerSkew.of_temperature(4), UniMax.of_run(passes=4, epochs=5)])
def test_the_passes_that_a_forecast_expects_are_those_that_are_read(target):
    plan = plan_of(target=target, samples_per_epoch=60, drawing="exact")
    mix = mix_of(plan)
    counts = Counter(item.split()[0] for items in read(mix, range(5)) for item in items)
    expected = Forecast.of(plan, mix.class_counts).run_repeats
    assert [counts[name] / size for name, size in SIZES.items()] == pytest.approx(mix.passes(epoch=5))
    assert np.abs(mix.counts_before(epoch=5) - expected * COUNTS.counts).max() < 5  # less than one an epoch
    if isinstance(target, UniMax):
        assert mix.passes(epoch=5).max() < 4 + 5 / 3


def test_a_mix_without_samples_per_epoch_reads_as_many_items_as_its_sources_have():
    plan = plan_of(target=PowerSkew(Linear(0.0, 0.0)), samples_per_epoch=None, drawing="exact")
    (items,) = read(ScheduledMix(sources_of("sequence"), plan), [0])
    assert sorted(items) == sorted(f"{name} {i}" for name, size in SIZES.items() for i in range(size))


def test_the_order_in_which_sources_are_listed_decides_nothing():
    backwards = dict(reversed(SIZES.items()))
    mix, other = mix_of(plan_of()), ScheduledMix(sources_of(sizes=backwards), plan_of(), sizes=backwards)
    assert read(mix, range(3)) == read(other, range(3))
    assert mix.preview().totals.tolist() == other.preview().totals.tolist()[::-1]


def test_a_function_gives_each_pass_an_order_of_its_own():
    def shuffled(number):
        return np.random.default_rng(number).permutation(10).tolist()

    plan = plan_of(target=Shares({"a": 1.0}), samples_per_epoch=10)
    assert read(ScheduledMix({"a": shuffled}, plan, sizes={"a": 10}), range(3)) == [shuffled(i) for i in range(3)]


# --- ranks and workers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sequence", "iterable", "torch"])
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_batch_b_of_rank_r_is_batch_b_times_w_plus_r_of_one_process_with_any_workers(ranks, workers, kind):
    plan = plan_of(drawing="stratified")
    for epoch, expected in enumerate(mixed(plan, 3)):
        items = flat(expected)
        for rank in range(ranks):
            mixes = [mix_of(plan, kind, num_replicas=ranks, rank=rank) for _ in range(workers or 1)]
            for mix in mixes:
                mix.set_epoch(epoch)
            batches = loaded(mixes, 8)
            assert sum(map(len, batches)) == len(mixes[0])
            for b, batch in enumerate(batches):
                begin = (b * ranks + rank) * 8  # several ranks complete the epoch by its own first items
                end = begin + 8 if ranks > 1 else min(begin + 8, 100)
                assert batch == [items[i % 100] for i in range(begin, end)]


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("workers", [0, 2])
def test_each_item_of_a_pass_is_read_exactly_once_by_real_loaders(ranks, workers):
    plan = plan_of(samples_per_epoch=96)
    loaders = [
        mix_of(plan, "torch", num_replicas=ranks, rank=r).loader(num_workers=workers, collate_fn=list)
        for r in range(ranks)
    ]
    items = Counter()
    for epoch in range(2):
        for loader in loaders:
            loader.dataset.set_epoch(epoch)
            items.update(flat(loader))
    drawn = loaders[0].dataset.counts_before(epoch=2)
    for (name, size), count in zip(SIZES.items(), drawn.tolist(), strict=True):
        assert [items[f"{name} {i}"] for i in range(size)] == [-(-(count - i) // size) for i in range(size)]


def test_workers_that_outlive_an_epoch_follow_set_epoch():
    plan = plan_of()
    mix = mix_of(plan)
    loader = mix.loader(num_workers=2, persistent_workers=True, collate_fn=list)
    for epoch in (0, 1, 2, 0):
        mix.set_epoch(epoch)
        assert list(loader) == mixed(plan, 3)[epoch]


def test_an_epoch_is_cut_to_whole_rounds_where_the_last_is_to_be_dropped():
    (expected,) = mixed(plan_of(), 1)
    ranks = [list(mix_of(plan_of(), num_replicas=2, rank=rank, drop_last=True)) for rank in range(2)]
    assert ranks == [flat(expected[0:12:2]), flat(expected[1:12:2])]


def test_a_worker_reads_past_the_items_of_others_once_and_begins_no_pass_again():
    mix = mix_of(plan_of(), num_replicas=2, rank=1)
    read(mix, range(5))
    drawn = mix.counts_before(epoch=5)
    assert all(READS[name] <= count + 1 for name, count in zip(SIZES, drawn, strict=True))


# --- a source that ends ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [0, 2, 3])
def test_an_epoch_that_a_source_stops_has_all_items_before_the_missing_one_and_the_next_begins_anew(workers, kind):
    plan = plan_of(target=Shares(dict.fromkeys(SIZES, 0.25)), samples_per_epoch=200)
    for epoch in range(3):
        names = [item.split()[0] for item in flat(mixed(plan, epoch + 1)[epoch])]
        expected, left = [], dict(SIZES)
        for name in names:
            if not left[name]:
                break
            expected.append(f"{name} {SIZES[name] - left[name]}")
            left[name] -= 1
        mixes = [mix_of(plan, kind, exhausted="stop") for _ in range(workers or 1)]
        for mix in mixes:
            mix.set_epoch(epoch)
        assert 0 < len(expected) < 40
        assert flat(loaded(mixes, 8)) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_ranks_stop_together_at_the_last_whole_round(workers):
    plan = plan_of(
        target=Shares({"en": 0.9, "de": 0.04, "fr": 0.03, "sw": 0.03}), samples_per_epoch=200, drawing="exact"
    )
    (alone,) = read(mix_of(plan, exhausted="stop"), [0])
    ranks = [
        loaded([mix_of(plan, exhausted="stop", num_replicas=2, rank=rank) for _ in range(workers)], 8)
        for rank in range(2)
    ]
    rounds = len(alone) // 16
    assert rounds > 2
    assert ranks == [[alone[i : i + 8] for i in range(r * 8, rounds * 16, 16)] for r in range(2)]


def test_a_mix_that_a_source_may_stop_has_no_length():
    with pytest.raises(TypeError, match="exhausted must be 'restart' for a mix whose epochs have a length, got 'stop'"):
        len(mix_of(plan_of(), exhausted="stop"))


def test_a_source_of_another_size_than_it_was_given_is_told_of_once_and_read_to_its_end():
    plan = plan_of(target=Shares({"a": 1.0}), samples_per_epoch=10)
    mix = ScheduledMix({"a": Readable("a", 7)}, plan, sizes={"a": 10})
    with pytest.warns(UserWarning, match="source 'a' has 7 items and 10 as its size: shares and forecasts are those"):
        (first,) = read(mix, [0])
    assert first == [f"a {i % 7}" for i in range(10)]
    assert read(mix, [1]) == [[f"a {i % 7}" for i in range(10, 20)]]
    assert mix.passes(epoch=2).tolist() == [20 / 7]


@pytest.mark.parametrize(("lengths", "got"), [([6, 4], "got 4 in pass 1"), ([6, 9], "got more in pass 1")])
def test_passes_of_different_lengths_are_an_error(lengths, got):
    plan = plan_of(target=Shares({"a": 1.0}), samples_per_epoch=20)
    with pytest.raises(ValueError, match=rf"source 'a' must have as many items in each pass \(6\), {got}"):
        list(ScheduledMix({"a": lambda number: range(lengths[number])}, plan))


@pytest.mark.parametrize("exhausted", ["restart", "stop"])
def test_a_source_that_turns_out_to_be_empty_is_an_error(exhausted):
    plan = plan_of(target=Shares({"a": 0.5, "b": 0.5}))
    mix = ScheduledMix({"a": [1, 2], "b": lambda number: iter(())}, plan, exhausted=exhausted)
    with pytest.raises(ValueError, match="source 'b' must have at least one item, got none in pass 0"):
        list(mix)


@pytest.mark.parametrize("workers", [0, 2])
def test_what_a_source_raises_says_which_source_and_item_and_is_raised_again(workers):
    def broken(number):
        yield from range(17)
        raise OSError("shard 3 cannot be read")

    plan = plan_of(target=Shares({"a": 0.5, "b": 0.5}))
    loader = ScheduledMix({"a": range(100), "b": broken}, plan).loader(num_workers=workers)
    for _ in range(2):
        with pytest.raises(OSError, match="shard 3 cannot be read") as raised:
            list(loader)
        says = "raised by source 'b' for item 17 of pass 0"
        assert says in str(raised.value) or raised.value.__notes__ == [says]
        loader.dataset.set_epoch(0)


# --- sizes -----------------------------------------------------------------------------------------------------------


def test_sources_of_unknown_size_are_mixed_by_the_shares_that_are_given():
    plan = plan_of(target=Shares({"en": "0:0.5, 4:0.9", "de": "0:0.5, 4:0.1"}), drawing="exact")
    mix = ScheduledMix(sources_of(sizes={"en": 50, "de": 23}), plan)
    assert np.isnan(mix.passes(epoch=5)).all()
    counts = [Counter(item.split()[0] for item in items) for items in read(mix, range(5))]
    assert [c["en"] for c in counts] == [50, 60, 70, 80, 90]
    assert mix.preview().totals.tolist() == [90, 10]
    assert mix.passes(epoch=5).tolist() == [350 / 50, 150 / 23]
    with pytest.raises(ValueError, match="sizes must be given for 'en', 'de' to be counted, got none"):
        mix.class_counts  # noqa: B018


ALL_GIVEN = Shares({"en": 0.7, "de": 0.3})
UNKNOWN = "sizes must be given for 'en', which cannot tell len()"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, f"{UNKNOWN}, or their shares by a target Shares, got neither"),
        ({"target": Shares({"de": 0.3})}, f"{UNKNOWN}, or their shares by a target Shares, got neither"),
        (
            {"target": Shares({"en": 0.3}, rest=UniMax(2.0))},
            f"{UNKNOWN}, where the rest of the shares is UniMax, got none",
        ),
        ({"target": ALL_GIVEN, "max_repeats": 2}, f"{UNKNOWN}, where max_repeats is, got none"),
        ({"target": ALL_GIVEN, "samples_per_epoch": None}, f"{UNKNOWN}, or samples_per_epoch in the plan, got neither"),
        ({"target": Shares({"en": 0.3, "it": 0.1})}, "class must be one of the data's (2 classes), got 'it'"),
    ],
)
def test_a_plan_that_needs_a_size_that_is_not_known_is_told(fields, says):
    with pytest.raises(ValueError) as error:
        ScheduledMix({"en": Readable("en", 5), "de": range(5)}, plan_of(**fields))
    assert str(error.value) == says


def test_a_mix_is_light_until_it_is_read():
    mix = mix_of(plan_of())
    mix.preview()
    iter(mix)
    assert not any(READS[name] for name in SIZES)


def test_the_example_of_its_docstring_is_true():
    (examples,) = doctest.DocTestFinder(recurse=False).find(ScheduledMix, globs={"ScheduledMix": ScheduledMix})
    assert doctest.DocTestRunner(verbose=False).run(examples) == (0, 6)


def test_a_loader_that_is_no_loader_of_the_mix_reads_the_same_with_its_batch_size():
    (expected,) = mixed(plan_of(), 1)
    assert list(DataLoader(mix_of(plan_of()), batch_size=8, collate_fn=list)) == expected
