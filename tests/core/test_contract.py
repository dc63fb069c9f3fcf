"""The sampler's contract, point by point. Laws of the single parts are in the other files of this folder."""

import random
import tracemalloc
import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest
import torch
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    DistributedSampler,
    RandomSampler,
    StackDataset,
    Subset,
    TensorDataset,
)

from sampler_core import (
    Boost,
    ClassCounts,
    Constant,
    Cosine,
    DifficultyBalanced,
    ExponentiatedGradient,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    ScheduledClassSampler,
    Step,
    UniMax,
    labels_of,
)
from sampler_core.datasets import load
from sampler_core.draws import SCHEMES
from sampler_core.draws.class_sorted_dataset import class_sorted_indices
from tests.core.full_statistics import FULL

CIFAR, ISIC = load("cifar10_lt_if100"), load("isic2019")
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def plan_of(skew=None, **others):
    target = others.pop("target", PowerSkew(Constant(skew) if skew is not None else Linear(0.0, 0.1, maximum=1.0)))
    return SamplingPlan(**{"target": target, "epochs": 20, "batch_size": 128, "seed": 5, **others})


def shuffled(labels, seed=1):
    return np.array(labels)[np.random.default_rng(seed).permutation(len(labels))]


def codes_of(counts):
    return shuffled(np.repeat(np.arange(counts.num_classes), counts.counts))


def batches_of(sampler, size):
    drawn = list(sampler)
    return [drawn[i : i + size] for i in range(0, len(drawn), size)]


class Codes(Dataset):
    """A sample is its class code, as a real data set's target would be."""

    def __init__(self, codes):
        self.codes = codes

    def __len__(self):
        return len(self.codes)

    def __getitem__(self, index):
        return self.codes[index]

    def __getitems__(self, indices):
        return self.codes[indices]


def delivered(loader, num_classes):
    """Class counts of each batch that a loader delivers."""
    return [np.bincount(batch, minlength=num_classes).tolist() for batch in loader]


# --- 1. Preview is training ------------------------------------------------------------------------------------------


def isic_as(kind):
    """(labels for the sampler, its `classes`, counts for the preview, codes in the order of these counts)."""
    codes = codes_of(ISIC)
    text = np.array(ISIC.names)[codes]
    if kind == "text labels":
        counts = ClassCounts.from_labels(text)
        return text, None, counts, np.array([counts.position(name) for name in text])
    if kind == "integer labels":
        return codes, ISIC.names, ISIC, codes
    return text, None, ISIC, codes


LOADED = [
    (scheme, data, persistent)
    for i, scheme in enumerate(SCHEMES)
    for j, data in enumerate(["cifar", "text labels", "integer labels", "table in its own order"])
    for k, persistent in enumerate([True, False])
    if FULL or (i + j + k) % 2 == 0
]


@pytest.mark.parametrize(("scheme", "data", "persistent"), LOADED)
def test_point_1_preview_is_training_through_a_real_loader_with_workers(scheme, persistent, data):
    labels, classes, counts, codes = (
        (codes_of(CIFAR), None, CIFAR, codes_of(CIFAR)) if data == "cifar" else isic_as(data)
    )
    plan = plan_of(drawing=scheme, samples_per_epoch=5000)
    sampler = ScheduledClassSampler(labels, plan, classes=classes)
    loader = sampler.loader(
        Codes(codes), num_workers=2, persistent_workers=persistent, collate_fn=np.asarray, prefetch_factor=8
    )
    sampler.check_loader(loader)
    for epoch in (7, 0, 1) if persistent else (7,):
        sampler.set_epoch(epoch)
        preview = plan.preview(counts, epoch=epoch).batch_class_counts
        assert delivered(loader, counts.num_classes) == preview.tolist()
        assert preview.sum() == 5000


@EACH_SCHEME
@pytest.mark.parametrize("counts", [CIFAR, ISIC], ids=["cifar", "isic"])
def test_point_1_whole_epochs_of_the_real_sizes_are_as_previewed(scheme, counts):
    plan = plan_of(drawing=scheme)
    codes = codes_of(counts)
    sampler = ScheduledClassSampler(codes, plan, classes=counts.names)
    for epoch in (7, 0, 1):
        sampler.set_epoch(epoch)
        found = [np.bincount(codes[batch], minlength=counts.num_classes).tolist() for batch in batches_of(sampler, 128)]
        assert found == plan.preview(counts, epoch).batch_class_counts.tolist()
        assert found == sampler.preview().batch_class_counts.tolist()
        assert np.sum(found, axis=0).tolist() == plan.epoch_class_counts(counts, epoch).tolist()


@EACH_SCHEME
def test_point_1_the_adaptive_preview_of_a_sampler_is_what_it_then_draws(scheme):
    codes = codes_of(ISIC)
    plan = plan_of(target=DifficultyBalanced(tau=2.0), drawing=scheme, samples_per_epoch=3000)
    sampler = ScheduledClassSampler(codes, plan)
    for epoch in range(3):
        sampler.set_epoch(epoch)
        previewed = sampler.preview().batch_class_counts.tolist()
        assert [np.bincount(codes[b], minlength=8).tolist() for b in batches_of(sampler, 128)] == previewed
        sampler.update(recall=np.linspace(0.1, 0.9, 8))


@EACH_SCHEME
def test_class_order_does_not_decide_the_draws(scheme):
    plan = plan_of(drawing=scheme, samples_per_epoch=1000)
    backwards = ClassCounts.from_counts(dict(zip(ISIC.names[::-1], ISIC.counts[::-1].tolist(), strict=True)))
    forth, back = (plan.preview(counts, 3).batch_class_counts for counts in (ISIC, backwards))
    assert forth.tolist() == back[:, ::-1].tolist()
    codes = codes_of(ISIC)
    text = np.array(ISIC.names)[codes]
    in_sorted_order = [sorted(ISIC.names).index(name) for name in text]
    streams = [
        list(ScheduledClassSampler(text, plan)),
        list(ScheduledClassSampler(codes, plan, classes=ISIC.names)),
        list(ScheduledClassSampler(in_sorted_order, plan)),
        list(ScheduledClassSampler(pd.Categorical(text, categories=backwards.names), plan)),
    ]
    assert streams[1:] == streams[:1] * 3


def test_classes_sort_integers_by_value_and_text_by_code_point():
    assert ClassCounts.from_labels([10, 9, -3, 100]).names == (-3, 9, 10, 100)
    assert ClassCounts.from_labels(["b", "Z", "10", "9", "é", "a"]).names == ("10", "9", "Z", "a", "b", "é")
    assert ClassCounts.from_counts({"b": 1, "a": 2}).names == ("b", "a")


# --- 2. Three sampling schemes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [range(4), (3, 1, 2)])
def test_point_2_a_natural_exact_epoch_is_a_shuffle(epochs):
    codes = codes_of(CIFAR)
    sampler = ScheduledClassSampler(codes, plan_of(0.0, drawing="exact"))
    seen = []
    for epoch in epochs:
        sampler.set_epoch(epoch)
        drawn = list(sampler)
        assert sorted(drawn) == list(range(codes.size))
        seen.append(tuple(drawn))
    assert len(set(seen)) == len(seen)


def test_point_2_exact_goes_on_across_epochs_where_the_earlier_ones_ended():
    # natural, four fifths of the data an epoch: five epochs draw every sample four times
    codes = shuffled(np.repeat([0, 1, 2], [50, 30, 20]))
    plan = plan_of(0.0, drawing="exact", samples_per_epoch=80, batch_size=10)
    sampler, drawn = ScheduledClassSampler(codes, plan), []
    for epoch in range(5):
        sampler.set_epoch(epoch)
        drawn += list(sampler)
        times = np.bincount(drawn, minlength=100)
        assert max(np.ptp(times[codes == c]) for c in range(3)) <= 1
    assert np.bincount(drawn).tolist() == [4] * 100


@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0, 1.6])
def test_point_2_exact_member_walk_begins_at_the_sum_of_the_earlier_quotas(skew):
    codes = codes_of(ISIC)
    plan = plan_of(target=PowerSkew(Linear(skew, 0.05)), drawing="exact", samples_per_epoch=4001)
    sampler = ScheduledClassSampler(codes, plan)
    order, first = class_sorted_indices(codes, 8, plan.seed), np.cumsum(ISIC.counts) - ISIC.counts
    place = np.empty(codes.size, dtype=int)
    place[order] = np.arange(codes.size)
    sampler.set_epoch(4)  # without playing the earlier ones
    drawn = np.array(list(sampler))
    quotas = np.array([plan.epoch_class_counts(list(ISIC.counts), epoch) for epoch in range(5)])
    shares = plan.class_shares(ISIC.counts)[4] * 4001
    assert ((np.floor(shares) <= quotas[4]) & (quotas[4] <= np.ceil(shares))).all()
    for c in range(8):
        start, n = quotas[:4, c].sum(), ISIC.counts[c]
        walked = sorted((start + i) % n for i in range(quotas[4, c]))
        assert sorted(place[drawn[codes[drawn] == c]] - first[c]) == walked


def test_point_2_stratified_goes_through_a_class_pass_after_pass_without_playing_the_earlier_epochs():
    codes = codes_of(ISIC)
    plan = plan_of(0.6, drawing="stratified", samples_per_epoch=960, batch_size=64)
    sampler = ScheduledClassSampler(codes, plan)
    stride = np.ceil(plan.class_shares(ISIC.counts)[0] * 64).astype(int)
    batches = []
    for epoch in range(12):
        sampler.set_epoch(epoch)
        batches += batches_of(sampler, 64)
    for c in range(8):
        per_pass = ISIC.counts[c] // stride[c]
        for first in range(0, len(batches) - per_pass + 1, per_pass):
            drawn = [i for batch in batches[first : first + per_pass] for i in batch if codes[i] == c]
            assert len(set(drawn)) == len(drawn)
    cold = ScheduledClassSampler(codes, plan)
    cold.set_epoch(11)
    assert batches_of(cold, 64) == batches[-15:]


@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0])
def test_point_2_stratified_batches_hold_floor_or_ceil_and_repeat_no_sample(skew):
    codes = codes_of(ISIC)
    plan = plan_of(skew, drawing="stratified")
    sampler = ScheduledClassSampler(codes, plan)
    expected = plan.class_shares(ISIC.counts)[0] * 128
    batches = batches_of(sampler, 128)
    for batch in batches[:-1]:
        counts = np.bincount(codes[batch], minlength=8)
        assert ((np.floor(expected) <= counts) & (counts <= np.ceil(expected))).all()
        assert len(set(batch)) == 128
    assert not any((np.diff(codes[batch].astype(int)) >= 0).all() for batch in batches[:-1])


@pytest.mark.parametrize("cap", [1, 2, 3, 7])
@pytest.mark.parametrize("skew", [0.0, 1.0, 2.0, 50.0])
def test_point_2_max_repeats_is_guaranteed_under_exact(cap, skew):
    codes = shuffled(np.repeat(np.arange(5), [400, 150, 33, 8, 1]))
    sampler = ScheduledClassSampler(codes, plan_of(skew, drawing="exact", max_repeats=cap))
    for epoch in range(6):
        sampler.set_epoch(epoch)
        assert np.bincount(list(sampler)).max() <= cap


@pytest.mark.parametrize("scheme", ["independent", "stratified"])
def test_point_2_max_repeats_bounds_the_expectation_under_the_other_schemes(scheme):
    plan = plan_of(2.0, drawing=scheme, max_repeats=3, batch_size=32)
    counts = np.array([400, 150, 33, 8, 1])
    repeats = plan.class_shares(counts) * counts.sum() / counts
    assert repeats.max() <= 3 + 1e-9
    assert repeats[0, 4] == pytest.approx(3)


@pytest.mark.parametrize(
    ("skew", "floor", "size"), [(0.0, 1, 128), (0.0, 3, 64), (-3.0, 2, 16), (1.0, 8, 64), (9, 1, 9)]
)
def test_point_2_min_per_batch_reserves_slots_in_every_full_batch(skew, floor, size):
    plan = plan_of(skew, drawing="stratified", min_per_batch=floor, batch_size=size, samples_per_epoch=size * 40 + 5)
    for epoch in range(3):
        batches = plan.preview({**dict(zip(ISIC.names, ISIC.counts.tolist(), strict=True)), "none": 0}, epoch)
        full, tail = batches.batch_class_counts[:-1], batches.batch_class_counts[-1]
        assert full[:, :8].min() >= floor
        assert full[:, 8].max() == 0
        assert full.sum(axis=1).tolist() == [size] * 40
        assert tail.sum() == 5


def test_point_2_min_per_batch_leaves_the_rest_to_the_shares():
    # 4 classes, 1 slot each of 10; shares .97 .01 .01 .01 -> .7 .1 .1 .1
    plan = plan_of(0.0, drawing="stratified", min_per_batch=1, batch_size=10, samples_per_epoch=100)
    counts = [9700, 100, 100, 100]
    assert plan.class_shares(counts)[0] == pytest.approx([0.7, 0.1, 0.1, 0.1])
    assert plan.preview(counts, 0).batch_class_counts.tolist() == [[7, 1, 1, 1]] * 10


@pytest.mark.parametrize("scheme", ["independent", "exact"])
def test_point_2_min_per_batch_is_refused_with_other_schemes(scheme):
    with pytest.raises(ValueError, match=r"min_per_batch must be 0 unless drawing is \"stratified\", got 1"):
        plan_of(0.0, drawing=scheme, min_per_batch=1)


def test_point_2_min_per_batch_that_does_not_fit_is_refused():
    plan = plan_of(0.0, drawing="stratified", min_per_batch=3, batch_size=23)
    with pytest.raises(ValueError, match=r"min_per_batch=3 must .*, got floors that sum to 1\.043"):
        ScheduledClassSampler(codes_of(ISIC), plan)
    with pytest.raises(ValueError, match="min_per_batch=3 must"):
        plan.preview(ISIC, 0)


def test_point_2_the_docstrings_tell_that_a_last_partial_batch_has_no_floor():
    assert "a floor per batch does not hold in it" in " ".join(SCHEMES["stratified"].__doc__.split())


# --- 3. A pure function of (plan, labels, epoch, position) -----------------------------------------------------------


@EACH_SCHEME
def test_point_3_epochs_in_any_order_and_any_number_of_times_draw_the_same(scheme):
    codes, plan = codes_of(ISIC), plan_of(drawing=scheme, samples_per_epoch=700)
    one, other = ScheduledClassSampler(codes, plan), ScheduledClassSampler(codes, plan)
    streams = {}
    for epoch in (5, 0, 3, 25, 1):
        one.set_epoch(epoch)
        streams[epoch] = list(one)
    for epoch in (0, 1, 3, 5, 25, 0):
        other.set_epoch(epoch)
        assert list(other) == streams[epoch]
    assert len({tuple(stream) for stream in streams.values()}) == 5


@EACH_SCHEME
def test_point_3_no_global_generator_is_read_or_written(scheme):
    codes, plan = codes_of(ISIC), plan_of(drawing=scheme, samples_per_epoch=700)

    def states():
        legacy = np.random.get_state()  # noqa: NPY002  # the generator that must not be touched
        return random.getstate(), legacy[1].tolist(), legacy[2:], torch.get_rng_state().tolist()

    streams = []
    for seed in (0, 1):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)
        before = states()
        sampler = ScheduledClassSampler(codes, plan)
        streams.append((list(sampler), plan.preview(ISIC.counts, 2).batch_class_counts.tolist()))
        assert states() == before
    assert streams[0] == streams[1]


def test_point_3_a_plan_cannot_preview_an_adaptive_target_and_names_who_can():
    for target in (DifficultyBalanced(), ExponentiatedGradient()):
        with pytest.raises(ValueError, match=r"adaptive .* sampler\.preview\(\)"):
            plan_of(target=target).preview(ISIC, 0)


# --- 4. No cap and no surprise with size -----------------------------------------------------------------------------


def test_point_4_twenty_million_samples_are_past_torchs_limit_and_hold_five_bytes_each():
    labels = (np.arange(20_000_000) % 100 == 0).astype(np.int8)
    tracemalloc.start()
    try:
        samplers = [
            ScheduledClassSampler(labels, plan_of(1.0, drawing=scheme, batch_size=256)) for scheme in ("exact",)
        ]
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        first = [next(iter(sampler)) for sampler in samplers]
        peak = tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()
    assert held <= 5 * labels.size
    assert peak <= 4e6
    assert 0 <= first[0] < labels.size
    sampler = samplers[0]
    sampler.load_state_dict({**sampler.state_dict(), "batches": 20_000_000 // 256 - 10, "within": 0})
    end = np.array(list(sampler))
    assert end.size == 10 * 256 + 20_000_000 % 256
    assert end.max() > 2**24
    assert abs(labels[end].mean() - 0.5) < 0.05


@EACH_SCHEME
def test_point_4_a_hundred_thousand_classes(scheme):
    counts = np.arange(1, 100_001) % 7 + 1
    codes = shuffled(np.repeat(np.arange(100_000), counts))
    plan = plan_of(1.0, drawing=scheme, samples_per_epoch=50_000, batch_size=250)
    sampler = ScheduledClassSampler(codes, plan)
    drawn = np.array(list(sampler))
    preview = plan.preview(counts, 0)
    assert np.bincount(codes[drawn], minlength=100_000).tolist() == preview.totals.tolist()
    assert plan.class_shares(counts)[0] == pytest.approx(np.full(100_000, 1e-5))


@pytest.mark.parametrize("skew", [0.0, 3.0])
@EACH_SCHEME
def test_point_4_the_end_of_the_longest_epoch_a_plan_allows_is_drawn_as_previewed(scheme, skew):
    codes = np.repeat([0, 1, 2], [50, 30, 7])
    plan = plan_of(skew, drawing=scheme, samples_per_epoch=10**13, batch_size=1000)
    sampler = ScheduledClassSampler(codes, plan)
    last = plan.num_batches(sampler.class_counts) - 1
    sampler.load_state_dict({**sampler.state_dict(), "batches": last})
    rest = np.fromiter(iter(sampler), dtype=np.int64)  # a list would make room for the whole epoch
    drawn = np.bincount(codes[rest], minlength=3)
    assert drawn.sum() == 1000
    assert drawn.tolist() == plan.preview(sampler.class_counts, 0, last).totals.tolist()


def test_point_4_batches_come_out_as_they_are_needed():
    codes = np.zeros(2_000_000, dtype=np.int8)
    sampler = ScheduledClassSampler(codes, plan_of(1.0))
    stream = iter(sampler)
    tracemalloc.start()
    try:
        for _ in zip(range(300_000), stream, strict=False):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4e6


def test_point_4_labels_are_not_kept_and_may_change_afterwards():
    labels = codes_of(CIFAR)
    sampler, untouched = (ScheduledClassSampler(given, plan_of(1.0)) for given in (labels, labels.copy()))
    labels[:] = 0
    assert list(sampler) == list(untouched)


# --- 5. Length -------------------------------------------------------------------------------------------------------


@EACH_SCHEME
@pytest.mark.parametrize("samples", [None, 1, 127, 128, 1000])
def test_point_5_len_is_what_an_epoch_yields_equal_on_all_ranks(scheme, samples):
    plan = plan_of(0.5, drawing=scheme, samples_per_epoch=samples)
    codes = shuffled(np.repeat([0, 1, 2], [1000, 300, 77]))
    whole = samples or codes.size
    for replicas, drop_last in product([1, 2, 3, 8], [False, True]):
        ranks = [
            ScheduledClassSampler(codes, plan, num_replicas=replicas, rank=r, drop_last=drop_last)
            for r in range(replicas)
        ]
        lengths = [len(sampler) for sampler in ranks]
        assert lengths == [sum(1 for _ in sampler) for sampler in ranks]
        if replicas == 1:
            assert lengths == [whole]
        else:
            rounds = whole // 128 // replicas if drop_last else -(-whole // (128 * replicas))
            assert lengths == [rounds * 128] * replicas


def test_point_5_only_the_first_pass_after_a_restore_is_shorter_and_len_stays():
    codes, plan = codes_of(CIFAR), plan_of(0.5)
    sampler, restored = ScheduledClassSampler(codes, plan), ScheduledClassSampler(codes, plan)
    stream = iter(sampler)
    for _ in range(20 * 128):
        next(stream)
    restored.load_state_dict(sampler.state_dict())
    assert len(restored) == codes.size
    assert len(list(restored)) == codes.size - 20 * 128
    restored.set_epoch(1)
    assert len(list(restored)) == codes.size == len(restored)


def test_point_5_len_stays_after_other_labels():
    sampler = ScheduledClassSampler(codes_of(CIFAR), plan_of(0.5))
    sampler.update_labels(codes_of(ISIC))
    sampler.set_epoch(1)
    assert len(sampler) == CIFAR.num_samples == len(list(sampler))
    assert sampler.class_counts.num_samples == ISIC.num_samples


def test_point_5_the_loader_helper_has_the_plans_batch_size_and_takes_no_other():
    codes = codes_of(CIFAR)
    sampler = ScheduledClassSampler(codes, plan_of(0.5))
    loader = sampler.loader(Codes(codes), timeout=0)
    assert (loader.batch_size, loader.sampler, loader.drop_last) == (128, sampler, False)
    sampler.check_loader(loader)
    for name, value in {"batch_size": 64, "shuffle": True, "sampler": None, "batch_sampler": None}.items():
        with pytest.raises(TypeError, match=f"{name} must be left to the plan, got {value}"):
            sampler.loader(Codes(codes), **{name: value})


def test_point_5_check_loader_refuses_loaders_that_would_break_previews():
    codes = codes_of(CIFAR)
    sampler, other = (ScheduledClassSampler(codes, plan_of(0.5)) for _ in range(2))
    data = Codes(codes)
    for loader, says in (
        (DataLoader(data, 64, sampler=sampler), r"batch_size of the loader must be the plan's \(128\), got 64"),
        (DataLoader(data, 128, sampler=other), "sampler of the loader must be this sampler"),
        (DataLoader(data, 128, shuffle=True), "sampler of the loader must be this sampler, got RandomSampler"),
        (DataLoader(data, batch_sampler=BatchSampler(RandomSampler(data), 128, False)), "must be this sampler"),
        (DataLoader(data, batch_size=None, sampler=sampler), "batch_size of the loader must be .*, got None"),
        (DataLoader(data, 128, sampler=sampler, drop_last=True), "drop_last of the loader must be False, .* of 118"),
        (DataLoader(data, batch_sampler=BatchSampler(sampler, 128, True)), "drop_last of the loader must be False"),
        (DataLoader(Codes(codes[1:]), 128, sampler=sampler), r"one sample per label \(12406\), got 12405"),
        (DataLoader(Codes(np.append(codes, 0)), 128, sampler=sampler), "one sample per label .*, got 12407"),
    ):
        with pytest.raises(ValueError, match=says):
            sampler.check_loader(loader)
    sampler.check_loader(DataLoader(data, batch_sampler=BatchSampler(sampler, 128, False)))


def test_point_5_the_loader_helper_checks_what_it_has_built():
    codes = codes_of(CIFAR)
    sampler = ScheduledClassSampler(codes, plan_of(0.5))
    with pytest.raises(ValueError, match=r"drop_last of the loader must be False, .* a batch of 118, got True"):
        sampler.loader(Codes(codes), drop_last=True)
    with pytest.raises(ValueError, match=r"dataset of the loader must have one sample per label \(12406\), got 1"):
        sampler.loader(Codes(codes[:1]))


@pytest.mark.parametrize(("samples", "replicas"), [(1280, 1), (1279, 2)])
def test_point_5_drop_last_is_fine_where_every_batch_of_the_rank_is_whole(samples, replicas):
    codes = codes_of(CIFAR)
    sampler = ScheduledClassSampler(codes, plan_of(0.5, samples_per_epoch=samples), num_replicas=replicas, rank=0)
    assert len(list(sampler.loader(Codes(codes), drop_last=True))) == 10 // replicas


def test_point_5_while_other_labels_wait_a_loader_over_either_data_set_is_fine():
    sampler, before, now = ScheduledClassSampler([0, 1, 1], plan_of(0.5)), Codes([0, 1, 1]), Codes([0, 1, 1, 1])
    sampler.update_labels(now.codes)
    for data in (before, now):
        sampler.loader(data)
    sampler.set_epoch(1)
    sampler.loader(now)
    with pytest.raises(ValueError, match=r"one sample per label \(4\), got 3"):
        sampler.loader(before)


class DeepSpeedsLoader:
    """The attributes of `deepspeed.runtime.dataloader.DeepSpeedDataLoader`, which has no `sampler`."""

    def __init__(self, dataset, batch_size, data_sampler, dataloader_drop_last=False):
        self.dataset, self.batch_size, self.data_sampler = dataset, batch_size, data_sampler
        self.dataloader_drop_last = dataloader_drop_last


class RepeatingLoader:
    """As DeepSpeed's: a loader in a loader."""

    def __init__(self, loader):
        self.loader = loader


def test_point_5_check_loader_knows_deepspeeds_loader():
    codes = codes_of(CIFAR)
    sampler, other = (ScheduledClassSampler(codes, plan_of(0.5)) for _ in range(2))
    for wrapped in (lambda loader: loader, RepeatingLoader):
        sampler.check_loader(wrapped(DeepSpeedsLoader(Codes(codes), 128, sampler)))
        for given, says in (
            ((Codes(codes), 128, other), "sampler of the loader must be this sampler"),
            ((Codes(codes), 64, sampler), r"batch_size of the loader must be the plan's \(128\), got 64"),
            ((Codes(codes), 128, sampler, True), "drop_last of the loader must be False"),
            ((Codes(codes[1:]), 128, sampler), "dataset of the loader must have one sample per label"),
        ):
            with pytest.raises(ValueError, match=says):
                sampler.check_loader(wrapped(DeepSpeedsLoader(*given)))


class BatchSamplerShard:
    """As Accelerate's, which gives each rank its batches."""

    def __init__(self, batch_sampler):
        self.batch_sampler = batch_sampler

    def __iter__(self):
        return iter(self.batch_sampler)


class SkipBatchSampler(BatchSamplerShard):
    """As Accelerate's, which leaves out the first batches."""


def test_point_5_check_loader_refuses_ranks_of_the_sampler_s_where_accelerate_shards_too():
    codes = codes_of(CIFAR)
    for replicas in (1, 2, 3):
        sampler = ScheduledClassSampler(codes, plan_of(0.5), num_replicas=replicas, rank=0)
        batches = BatchSampler(sampler, 128, False)
        sampler.check_loader(DataLoader(Codes(codes), batch_sampler=SkipBatchSampler(batches)))
        sharded = DataLoader(Codes(codes), batch_sampler=SkipBatchSampler(BatchSamplerShard(batches)))
        if replicas == 1:
            sampler.check_loader(sharded)
            continue
        with pytest.raises(ValueError, match=f"num_replicas must be 1 under Accelerate, .*, got {replicas}"):
            sampler.check_loader(sharded)


def test_point_13_the_data_set_of_a_sampler_is_the_one_given_or_else_only_has_its_length():
    data = Codes([0, 1, 1])
    assert ScheduledClassSampler(data.codes, plan_of(0.5), dataset=data).dataset is data
    assert len(ScheduledClassSampler(data.codes, plan_of(0.5)).dataset) == 3
    with pytest.raises(ValueError, match=r"^dataset must have one sample per label \(2\), got 3$"):
        ScheduledClassSampler([0, 1], plan_of(0.5), dataset=data)


# --- 6. Distributed --------------------------------------------------------------------------------------------------


def test_point_6_it_is_a_distributed_sampler_that_needs_no_process_group():
    sampler = ScheduledClassSampler([0, 0, 1], plan_of(0.0))
    assert issubclass(ScheduledClassSampler, DistributedSampler)
    assert (sampler.num_replicas, sampler.rank, sampler.num_samples, sampler.total_size) == (1, 0, 3, 3)
    assert len(sampler.dataset) == 3


@EACH_SCHEME
@pytest.mark.parametrize("replicas", [2, 3, 8])
@pytest.mark.parametrize("samples", [1000, 1024, 999, 40])
def test_point_6_batch_b_of_rank_r_is_batch_b_w_plus_r_of_the_one_process_stream(scheme, replicas, samples):
    codes, size = codes_of(ISIC), 64
    plan = plan_of(0.7, drawing=scheme, samples_per_epoch=samples, batch_size=size)
    whole = list(ScheduledClassSampler(codes, plan))
    rounds = -(-samples // (size * replicas))
    completed = [whole[i % samples] for i in range(rounds * replicas * size)]
    cut = samples // (size * replicas) * replicas
    for rank in range(replicas):
        full = batches_of(ScheduledClassSampler(codes, plan, num_replicas=replicas, rank=rank), size)
        assert full == [completed[b * size : (b + 1) * size] for b in range(rank, rounds * replicas, replicas)]
        short = ScheduledClassSampler(codes, plan, num_replicas=replicas, rank=rank, drop_last=True)
        assert batches_of(short, size) == [whole[b * size : (b + 1) * size] for b in range(rank, cut, replicas)]


def test_point_6_ranks_outside_and_ranks_without_a_batch_size_are_refused():
    for replicas, rank, says in (
        (2, 2, r"rank must be below num_replicas \(2\), got 2"),
        (0, 0, "num_replicas must be a whole number from 1 to 2147483647, got 0"),
        (2, -1, "rank must be a whole number of at least 0, got -1"),
        (2, 0.5, r"rank must be .*, got 0\.5"),
        (2, None, "rank must be given .*, got None"),
    ):
        with pytest.raises(ValueError, match=says):
            ScheduledClassSampler([0, 1], plan_of(0.0), num_replicas=replicas, rank=rank)
    with pytest.raises(ValueError, match="batch_size must be given"):
        ScheduledClassSampler([0, 1], skew=1.0, num_replicas=2, rank=0)


# --- 7. Resume: `test_state_dict.py` has the rest ---------------------------------------------------------------------


@EACH_SCHEME
def test_point_7_a_stopped_pass_goes_on_exactly(scheme):
    codes, plan = codes_of(ISIC), plan_of(drawing=scheme, samples_per_epoch=2000)
    sampler, restored = ScheduledClassSampler(codes, plan), ScheduledClassSampler(codes, plan)
    sampler.set_epoch(3)
    stream = iter(sampler)
    for _ in range(777):
        next(stream)
    restored.load_state_dict(sampler.state_dict())
    restored.set_epoch(3)
    assert list(restored) == list(stream)


# --- 8. Epoch guard --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", [Constant(1.0), Linear(0.0, 0.1)], ids=repr)
def test_point_8_a_second_pass_without_set_epoch_warns_once(schedule):
    sampler = ScheduledClassSampler([0, 0, 1], plan_of(target=PowerSkew(schedule)))
    list(sampler)
    with pytest.warns(UserWarning, match=r"epoch 0 is drawn once more.*set_epoch"):
        list(sampler)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(sampler)
        sampler.set_epoch(1)
        list(sampler)


def test_point_8_set_epoch_before_each_pass_never_warns_also_for_the_same_epoch():
    sampler = ScheduledClassSampler([0, 0, 1], plan_of(0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for epoch in (0, 1, 1, 0, 5):
            sampler.set_epoch(epoch)
            list(sampler)


def test_point_8_going_back_behind_a_restored_epoch_warns():
    sampler, restored = (ScheduledClassSampler([0, 0, 1], plan_of(0.5)) for _ in range(2))
    sampler.set_epoch(4)
    restored.load_state_dict(sampler.state_dict())
    with pytest.warns(UserWarning, match=r"set_epoch\(0\) goes back behind epoch 4"):
        restored.set_epoch(0)


@EACH_SCHEME
def test_point_8_past_the_last_epoch_the_shares_are_held_and_the_draws_go_on(scheme):
    codes = codes_of(ISIC)
    plan = plan_of(target=PowerSkew(Linear(0.0, 0.1)), epochs=5, drawing=scheme)
    sampler = ScheduledClassSampler(codes, plan)
    streams = []
    for epoch in (4, 5, 60):
        sampler.set_epoch(epoch)
        assert sampler.class_shares() == pytest.approx(plan.class_shares(ISIC.counts)[4])
        streams.append(tuple(sampler))
        preview = plan.preview(ISIC.counts, epoch).batch_class_counts[0]
        assert np.bincount(codes[list(streams[-1][:128])], minlength=8).tolist() == preview.tolist()
    assert len(set(streams)) == 3


@pytest.mark.parametrize("wrong", [-1, 1.5, "3", None, True, float("nan"), torch.tensor(1.5), np.array([1, 2])])
def test_point_8_a_negative_or_non_integer_epoch_is_a_value_error(wrong):
    plan = plan_of(0.5)
    with pytest.raises(ValueError, match=r"epoch must be a whole number of at least 0, got "):
        ScheduledClassSampler([0, 0, 1], plan).set_epoch(wrong)
    for asks in (plan.preview, plan.epoch_class_counts):
        with pytest.raises(ValueError, match=r"epoch must be a whole number of at least 0, got "):
            asks([2, 1], wrong)


def test_point_8_integers_of_numpy_and_torch_are_epochs():
    sampler = ScheduledClassSampler([0, 0, 1], plan_of(0.5))
    for epoch in (np.int64(3), torch.tensor(3), 3):
        sampler.set_epoch(epoch)
        assert (sampler.epoch, type(sampler.epoch)) == (3, int)
    assert plan_of(0.5).preview([2, 1], np.int64(3)).epoch == 3


def test_numbers_of_numpy_and_torch_make_the_plan_that_pythons_own_make():
    numbers = {"epochs": 3, "batch_size": 4, "samples_per_epoch": 12, "max_repeats": 5, "seed": 7}
    plain = plan_of(skew=None, target=PowerSkew(Linear(0.5, 0.25)), **numbers)
    for kind, real in ((np.int64, np.float32), (torch.tensor, torch.tensor)):
        of_kind = {name: kind(value) for name, value in numbers.items()}
        plan = plan_of(skew=None, target=PowerSkew(Linear(real(0.5), real(0.25))), **of_kind)
        assert (plan, plan.to_json(), repr(plan)) == (plain, plain.to_json(), repr(plain))
    window = plain.preview([6, 6], 0, np.int64(1), torch.tensor(2)).batch_class_counts
    assert window.tolist() == plain.preview([6, 6], 0, 1, 2).batch_class_counts.tolist()


# --- 9. Adaptive targets ---------------------------------------------------------------------------------------------

THREE = ["a"] * 60 + ["b"] * 30 + ["c"] * 10


@pytest.mark.parametrize(
    ("target", "feedback"),
    [
        (DifficultyBalanced(smoothing=0.0), {"recall": [0.9, 0.9, 0.0]}),
        (ExponentiatedGradient(eta=1.0), {"loss": [0.1, 0.1, 2.0]}),
    ],
    ids=["difficulty", "gradient"],
)
def test_point_9_adaptive_shares_move_at_the_epoch_boundary_and_not_before(target, feedback):
    sampler = ScheduledClassSampler(THREE, plan_of(target=target))
    before = sampler.class_shares()
    assert before == pytest.approx([0.6, 0.3, 0.1])
    sampler.update(**feedback)
    assert sampler.class_shares().tolist() == before.tolist()
    sampler.set_epoch(1)
    after = sampler.class_shares()
    assert after[2] > before[2]
    assert after.sum() == pytest.approx(1.0, abs=1e-12)
    sampler.set_epoch(2)
    assert sampler.class_shares().tolist() == after.tolist()


def test_point_9_without_feedback_an_adaptive_plan_draws_as_its_base():
    base = plan_of(0.5)
    for target in (DifficultyBalanced(base.target), ExponentiatedGradient(base.target)):
        assert plan_of(target=target).class_shares([60, 30, 10]) == pytest.approx(base.class_shares([60, 30, 10]))


@pytest.mark.parametrize("kind", ["list", "mapping", "array", "tensor"])
def test_point_9_feedback_comes_in_class_order_or_by_name(kind):
    given = {
        "list": [1.0, 0.5, None],
        "mapping": {"b": 0.5, "a": 1.0},
        "array": np.array([1.0, 0.5, 1.0]),
        "tensor": torch.tensor([1.0, 0.5, 1.0]),
    }[kind]
    target = DifficultyBalanced(smoothing=0.0, easiest=0.1)
    sampler = ScheduledClassSampler(THREE, plan_of(target=target))
    sampler.update(recall=given)
    sampler.set_epoch(1)
    expected = np.array([0.6 * 0.1, 0.3 * 0.5, 0.1 * (1.0 if kind in ("list", "mapping") else 0.1)])
    assert sampler.class_shares() == pytest.approx(expected / expected.sum())


def test_point_9_feedback_follows_the_names_when_the_classes_are_not_in_canonical_order():
    codes = [0] * 60 + [1] * 30 + [2] * 10
    target = DifficultyBalanced(smoothing=0.0, easiest=0.1)
    named = ScheduledClassSampler(codes, plan_of(target=target), classes=["z", "y", "x", "none"])
    named.update(recall=[1.0, 0.5, 1.0, None])
    named.set_epoch(1)
    assert named.class_shares() == pytest.approx(np.array([0.06, 0.15, 0.01, 0.0]) / 0.22)


@pytest.mark.parametrize("exchanges", [False, True])
def test_point_9_the_last_update_of_an_epoch_counts(exchanges):
    once, twice = (ScheduledClassSampler(THREE, plan_of(target=DifficultyBalanced())) for _ in range(2))
    twice.update(recall=[0.1, 0.9, 0.5])
    if exchanges:  # one process has nothing to exchange: the shares are the same
        twice.exchange()
    for sampler in (once, twice):
        before = sampler.class_shares().tolist()
        sampler.update(recall=[1.0, 0.5, None])
        assert sampler.class_shares().tolist() == before
        sampler.set_epoch(1)
    assert twice.class_shares().tolist() == once.class_shares().tolist() != before
    assert twice.state_dict() == once.state_dict()


def test_point_9_without_an_adaptive_target_there_is_nothing_to_exchange():
    sampler = ScheduledClassSampler(THREE, plan_of(0.5))
    sampler.exchange()
    assert sampler.state_dict() == ScheduledClassSampler(THREE, plan_of(0.5)).state_dict()


@pytest.mark.parametrize(
    ("feedback", "says"),
    [
        ({"recall": [0.5, 0.5]}, r"recall must have one value per class \(3\), got 2"),
        ({"recall": [0.5, float("nan"), 0.5]}, "recall of class 'b' must be a number from 0 to 1, got nan"),
        ({"recall": [0.5, 0.5, 1.01]}, r"recall of class 'c' must be .*, got 1\.01"),
        ({"recall": [-0.1, 0.5, 0.5]}, r"recall of class 'a' must be .*, got -0\.1"),
        ({"recall": ["x", 0.5, 0.5]}, "recall of class 'a' must be .*, got 'x'"),
        ({"recall": [True, 0.5, 0.5]}, "recall of class 'a' must be .*, got True"),
        ({"recall": [[0.1], [0.2], [0.3]]}, "recall of class 'a' must be"),
        ({"recall": np.zeros((3, 2))}, "recall of class 'a' must be"),
        ({"recall": torch.tensor([0.1, float("inf"), 0.2])}, "recall of class 'b' must be .*, got inf"),
        ({"recall": {"q": 0.5}}, "recall must be of the data's classes, got 'q'"),
        ({"recall": 0.5}, r"recall must have one value per class \(3\), got 0\.5"),
        ({"recall": np.float64(0.5)}, r"recall must have one value per class \(3\), got "),
        ({"loss": [0.1, 0.2, 0.3]}, "recall must be given for DifficultyBalanced, got .*loss"),
        ({}, "recall must be given for DifficultyBalanced, got None"),
    ],
)
def test_point_9_wrong_feedback_is_a_value_error_that_names_the_class(feedback, says):
    sampler = ScheduledClassSampler(THREE, plan_of(target=DifficultyBalanced()))
    with pytest.raises(ValueError, match=says):
        sampler.update(**feedback)
    sampler.set_epoch(1)
    assert sampler.class_shares() == pytest.approx([0.6, 0.3, 0.1])


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf"), 10**400])
def test_point_9_a_loss_may_be_any_number_but_must_be_one(wrong):
    sampler = ScheduledClassSampler(THREE, plan_of(target=ExponentiatedGradient()))
    with pytest.raises(ValueError, match=f"loss of class 'b' must be a number, got {wrong}"):
        sampler.update(loss=[0.1, wrong, 0.1])
    sampler.update(loss=[-3.0, 0.0, 1e9])
    sampler.set_epoch(1)
    assert sampler.class_shares().argmax() == 2


def test_point_9_only_adaptive_targets_take_feedback():
    with pytest.raises(TypeError, match="target must be adaptive"):
        ScheduledClassSampler(THREE, plan_of(0.5)).update(recall=[1, 1, 1])


# --- 10. Labels ------------------------------------------------------------------------------------------------------

INTEGERS = [7, -2, 7, 300, 7, -2]
TEXTS = ["b", "a", "b", "c", "b", "a"]
KINDS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "int16 array": lambda values: np.array(values, dtype=np.int16),
    "object array": lambda values: np.array(values, dtype=object),
    "float array": lambda values: np.array(values, dtype=np.float32),
    "list of floats": lambda values: [float(value) for value in values],
    "list of NumPy scalars": lambda values: list(np.array(values)),
    "list of torch scalars": lambda values: list(torch.tensor(values)),
    "tensor": torch.tensor,
    "int16 tensor": lambda values: torch.tensor(values, dtype=torch.int16),
    "Series": pd.Series,
    "Series with another index": lambda values: pd.Series(values, index=range(100, 106)),
    "nullable Series": lambda values: pd.Series(values, dtype="Int64"),
    "Categorical": pd.Categorical,
    "categorical Series": lambda values: pd.Series(values, dtype="category"),
    "Index": pd.Index,
}


@pytest.mark.parametrize("kind", KINDS)
def test_point_10_integer_labels_of_every_kind_are_one(kind):
    labels = KINDS[kind](INTEGERS)
    counts = ClassCounts.from_labels(labels)
    assert (counts.names, counts.counts.tolist()) == ((-2, 7, 300), [2, 3, 1])
    assert {type(name) for name in counts.names} == {int}
    plan = plan_of(1.0, batch_size=4)
    assert list(ScheduledClassSampler(labels, plan)) == list(ScheduledClassSampler(INTEGERS, plan))


@pytest.mark.parametrize(
    "kind", ["list", "tuple", "array", "object array", "list of NumPy scalars", "Series", "Categorical",
             "categorical Series", "Index"],
)  # fmt: skip
def test_point_10_text_labels_of_every_kind_are_one(kind):
    labels = KINDS[kind](TEXTS)
    counts = ClassCounts.from_labels(labels)
    assert (counts.names, counts.counts.tolist()) == (("a", "b", "c"), [2, 3, 1])
    assert {type(name) for name in counts.names} == {str}
    plan = plan_of(1.0, batch_size=4)
    assert list(ScheduledClassSampler(labels, plan)) == list(ScheduledClassSampler(TEXTS, plan))


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float32", "float64"])
def test_point_10_a_tensor_of_floats_of_any_width_holds_whole_numbers(kind):
    dtype = getattr(torch, kind)
    assert ClassCounts.from_labels(torch.tensor([7.0, 3.0, 7.0]).to(dtype)) == ClassCounts.from_labels([7, 3, 7])
    with pytest.raises(ValueError, match=r"^labels must be whole numbers or text, got 1\.5 at position 1$"):
        ClassCounts.from_labels(torch.tensor([1.0, 1.5]).to(dtype))


@pytest.mark.parametrize(
    "tensor",
    [torch.tensor([1, 2]).to_sparse(), torch.tensor([1, 2], device="meta")],
    ids=["sparse", "meta"],
)
def test_point_10_a_tensor_that_cannot_be_read_is_refused_by_name(tensor):
    with pytest.raises(TypeError, match=r"^labels must be a plain tensor of numbers, got torch\.int64: "):
        ClassCounts.from_labels(tensor)


def test_point_10_text_may_hold_any_character_and_integers_any_64_bits():
    names = ["", " ", "\x00", "a\x00", "<b>", "=1+1", "类别", "👩‍🚀", "\u00e9", "e\u0301"]
    assert ClassCounts.from_labels(names * 2).counts.tolist() == [2] * 10
    far = [-(2**63), 2**63 - 1, 0, 0]
    assert ClassCounts.from_labels(far).names == (-(2**63), 0, 2**63 - 1)
    assert ClassCounts.from_labels(np.array([0, 2**64 - 1], dtype=np.uint64)).names == (0, 2**64 - 1)
    assert ClassCounts.from_labels(np.array([-128, 127, 5], dtype=np.int8)).names == (-128, 5, 127)
    assert ClassCounts.from_labels([True, False, True]).counts.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([0, 1, None, 1], "got None at position 2"),
        (["a", None], "got None at position 1"),
        ([None, None], "got None at position 0"),
        (["a", float("nan")], "got nan at position 1"),
        ([1, float("nan"), None], "position 1"),
        (np.array([1.0, np.nan]), "got nan at position 1"),
        (np.array([0.0, 1.0, 1.5, 2.5]), r"got 1\.5 at position 2"),
        ([0, 1.5], r"got 1\.5 at position 1"),
        (torch.tensor([1.0, 2.0, float("inf")]), "got inf at position 2"),
        (np.array([1e300, 1.0]), r"got 1e\+300 at position 0"),
        (pd.Series([1, None]), "got nan at position 1"),
        (pd.Series(["a", None]), "at position 1"),
        (pd.Series([1, None], dtype="Int64"), "at position 1"),
        (pd.Categorical(["a", None]), "got none at position 1"),
        (pd.Series(["a", None], dtype="category"), "got none at position 1"),
        (np.ma.array([3, 7, 3], mask=[False, True, False]), "got none at position 1"),
        ([1, "a"], "got 'a' at position 1"),
        (["a", 1], "got 1 at position 1"),
        ([0, 2**70], "64 bits.* at position 1"),
        ([2**63, -1], "64 bits"),
        ([], "at least one label, got none"),
        (np.array([]), "at least one label, got none"),
        (np.zeros((2, 2), dtype=int), r"1-D.*got shape \(2, 2\)"),
        (torch.zeros(2, 2), r"1-D.*got shape \(2, 2\)"),
        ([[1, 2], [3, 4]], "position 0|1-D"),
        (np.array([1 + 2j]), "complex"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime"),
        ([b"a", b"b"], "position 0"),
    ],
    ids=str,
)  # fmt: skip
def test_point_10_wrong_labels_are_a_value_error_with_the_first_offending_position(labels, says):
    for asks in (ClassCounts.from_labels, lambda given: ScheduledClassSampler(given, skew=1.0)):
        with pytest.raises(ValueError, match=says) as caught:
            asks(labels)
        assert str(caught.value).startswith("labels must ")


@pytest.mark.parametrize("single", [3, "abc", b"abc", None, 1.5])
def test_point_10_a_single_value_is_no_sequence_of_labels(single):
    with pytest.raises(TypeError, match="labels must be a sequence with one label per sample, got "):
        ClassCounts.from_labels(single)


@EACH_SCHEME
def test_point_10_a_class_without_a_sample_is_listed_and_never_drawn(scheme):
    labels = pd.Categorical(["b", "a", "b"], categories=["c", "b", "a"])
    plan = plan_of(1.0, drawing=scheme, samples_per_epoch=200, batch_size=16)
    sampler = ScheduledClassSampler(labels, plan)
    assert sampler.class_counts.empty == ("c",)
    assert sampler.class_counts.names == ("a", "b", "c")
    assert sampler.preview().batch_class_counts[:, 2].tolist() == [0] * 13
    assert set(sampler) == {0, 1, 2}
    assert plan.class_shares({"c": 0, "b": 2, "a": 1})[3].tolist() == [0.0, 0.5, 0.5]
    coded = ScheduledClassSampler([1, 1, 2], plan, classes=["x", "y", "z", "w"])
    assert coded.class_counts == ClassCounts.from_counts({"x": 0, "y": 2, "z": 1, "w": 0})


def test_point_10_codes_outside_the_named_classes_are_refused():
    for labels, got in (([0, 3], "3"), ([-1, 0], "-1"), (["a", "b"], "'a'")):
        with pytest.raises(ValueError, match=f"labels must be codes from 0 to 2 of `classes`, got {got}"):
            ClassCounts.from_labels(labels, classes=["x", "y", "z"])


class Samples(Dataset):
    """Fails when a sample is touched."""

    def __init__(self, **held):
        self.__dict__.update(held)

    def __len__(self):
        return 4

    def __getitem__(self, index):
        raise AssertionError("a sample was touched")


def test_point_10_labels_of_reads_what_a_data_set_stores():
    targets, texts = Samples(targets=[3, 1, 1, 2]), Samples(labels=np.array(["x", "y", "x", "x"]))
    tensors = TensorDataset(torch.zeros(4, 2), torch.tensor([1, 0, 1, 1]))
    assert list(labels_of(targets)) == [3, 1, 1, 2]
    assert list(labels_of(texts)) == ["x", "y", "x", "x"]
    assert labels_of(tensors).tolist() == [1, 0, 1, 1]
    assert list(labels_of(Subset(targets, [3, 0]))) == [2, 3]
    assert list(labels_of(Subset(Subset(tensors, [1, 2, 3]), [0, 2]))) == [0, 1]
    assert list(labels_of(ConcatDataset([targets, Subset(targets, [1]), tensors]))) == [3, 1, 1, 2, 1, 1, 0, 1, 1]
    assert list(labels_of(ConcatDataset([texts, Subset(texts, [1])]))) == ["x", "y", "x", "x", "y"]
    with pytest.raises(ValueError, match="labels must be all integers or all text, got 'x' at position 4"):
        ScheduledClassSampler(labels_of(ConcatDataset([targets, texts])), skew=1.0)
    assert len(list(ScheduledClassSampler(labels_of(Subset(targets, [3, 0])), skew=1.0))) == 2


def test_point_10_labels_of_says_what_to_pass_when_it_cannot_tell():
    beside = StackDataset(Samples(targets=[3, 1, 1, 2]), Samples(labels=[0, 1, 0, 0]))  # four samples, not eight
    unknowns = (Samples(), Subset(Samples(), [0]), TensorDataset(torch.zeros(3, 1)), Samples(labels=len), beside, 5)
    for unknown in unknowns:
        with pytest.raises(TypeError, match=r"dataset must have \.targets or \.labels.*pass the labels themselves"):
            labels_of(unknown)


@EACH_SCHEME
def test_point_10_other_labels_hold_from_the_next_epoch_on(scheme):
    before, now = codes_of(ISIC), np.append(codes_of(ISIC)[::-1], [9] * 500)
    plan = plan_of(0.5, drawing=scheme, samples_per_epoch=3000)
    sampler, untouched = ScheduledClassSampler(before, plan), ScheduledClassSampler(before, plan)
    sampler.update_labels(now)
    assert list(sampler) == list(untouched)
    sampler.set_epoch(1)
    drawn = np.array(list(sampler))
    assert drawn.max() >= before.size
    preview = plan.preview(ClassCounts.from_labels(now), 1).batch_class_counts
    assert np.bincount(now[drawn[:128]], minlength=10)[[*range(8), 9]].tolist() == preview[0].tolist()


@EACH_SCHEME
def test_point_10_the_plan_has_the_length_that_the_first_labels_have_settled(scheme):
    plan = plan_of(0.0, drawing=scheme, batch_size=10)
    sampler = ScheduledClassSampler([0] * 50 + [1] * 10, plan)
    assert sampler.plan is plan
    now = np.array([0] * 50 + [1] * 50)
    sampler.update_labels(now)
    assert sampler.plan.samples_per_epoch == 60
    sampler.set_epoch(1)
    drawn = np.bincount(now[list(sampler)], minlength=2)
    assert sampler.plan.preview([50, 50], 1).totals.tolist() == drawn.tolist() == sampler.preview().totals.tolist()
    resumed = ScheduledClassSampler(now, sampler.plan)
    resumed.load_state_dict(sampler.state_dict())
    for each in (sampler, resumed):
        each.set_epoch(2)
    assert list(resumed) == list(sampler)


def test_point_12_other_labels_are_judged_by_the_draws_that_the_run_keeps():
    sampler = ScheduledClassSampler([0] * 50 + [1] * 50, plan_of(0.0, max_repeats=1))
    with pytest.raises(ValueError, match=r"max_repeats=1 must allow all draws .*, got caps that allow 0\.4 of them"):
        sampler.update_labels([0] * 20 + [1] * 20)
    sampler.set_epoch(1)
    assert sampler.class_counts.counts.tolist() == [50, 50]
    floored = ScheduledClassSampler([0] * 90 + [1] * 10, plan_of(0.0, max_repeats=1, min_share=0.1))
    floored.update_labels([0] * 190 + [1] * 10)  # a cap of 10 / 100 of the draws, not of 10 / 200
    floored.set_epoch(1)
    assert floored.class_shares().tolist() == pytest.approx([0.9, 0.1])


# --- 11. Data that changed -------------------------------------------------------------------------------------------


def test_point_11_a_plan_used_on_other_data_warns_with_the_largest_difference_by_class():
    tuned = ClassCounts.from_counts({"cat": 600, "dog": 300, "owl": 100})
    plan = plan_of(0.5, tuned_on=tuned)
    labels = ["cat"] * 50 + ["dog"] * 20 + ["owl"] * 30
    with pytest.warns(UserWarning, match=r"class 'owl' was 10\.000% of it and is 30\.000% now"):
        ScheduledClassSampler(labels, plan)
    with pytest.warns(UserWarning, match=r"class 'owl' was 10\.000% of it and is 0\.000% now"):
        plan.preview({"cat": 66, "dog": 34}, 0)
    with pytest.warns(UserWarning, match=r"class 'emu' was 0\.000% of it and is 50\.000% now"):
        plan.preview({"cat": 300, "dog": 150, "owl": 50, "emu": 500}, 0)


def test_point_11_the_same_data_in_another_order_does_not_warn():
    plan = plan_of(0.5, tuned_on=ClassCounts.from_counts({"cat": 60, "dog": 30}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ScheduledClassSampler(["dog"] * 30 + ["cat"] * 60, plan)
        plan.preview({"dog": 30, "cat": 60}, 0)
        plan_of(0.5).preview({"dog": 1}, 0)


# --- 12. Errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"target": Linear(0, 1)}, TypeError, "target must be one of power_skew, .*, got Linear"),
        ({"target": None}, TypeError, "target must be one of .*, got None"),
        ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": 1.0}, TypeError, r"epochs must be a whole number of at least 1, got 1\.0"),
        ({"epochs": True}, TypeError, "epochs must be .*, got True"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
        ({"batch_size": "128"}, TypeError, "batch_size must be .*, got '128'"),
        ({"samples_per_epoch": 0}, ValueError, "samples_per_epoch must be .*, got 0"),
        ({"samples_per_epoch": float("nan")}, TypeError, "samples_per_epoch must be .*, got nan"),
        ({"drawing": "random"}, ValueError, "drawing must be one of independent, exact, stratified, got 'random'"),
        ({"drawing": None}, ValueError, "drawing must be one of .*, got None"),
        ({"drawing": ["exact"]}, (TypeError, ValueError), "drawing must be one of .*, got "),
        ({"drawing": "stratified", "batch_size": None}, ValueError, "batch_size must be given .*, got None"),
        ({"max_repeats": 0}, ValueError, "max_repeats must be a number above 0, got 0"),
        ({"max_repeats": -1}, ValueError, "max_repeats must be .*, got -1"),
        ({"max_repeats": float("nan")}, ValueError, "max_repeats must be .*, got nan"),
        ({"max_repeats": float("inf")}, ValueError, "max_repeats must be .*, got inf"),
        ({"max_repeats": "2"}, TypeError, "max_repeats must be .*, got '2'"),
        ({"max_repeats": 10**400}, ValueError, "max_repeats must be a number above 0, got 1000"),
        ({"batch_size": 10**16}, ValueError, "batch_size must be .* at most 100,000,000, got 1000"),
        ({"samples_per_epoch": 2**62}, ValueError, "samples_per_epoch must be .* at most .*, got 4611"),
        ({"min_share": -0.1}, ValueError, r"min_share must be a number from 0 to 1, got -0\.1"),
        ({"min_share": 1.1}, ValueError, r"min_share must be .*, got 1\.1"),
        ({"min_share": float("nan")}, ValueError, "min_share must be .*, got nan"),
        ({"min_per_batch": -1}, ValueError, "min_per_batch must be .*, got -1"),
        ({"min_per_batch": None}, TypeError, "min_per_batch must be .*, got None"),
        ({"seed": 1.5}, TypeError, r"seed must be a whole number from 0 to .*, got 1\.5"),
        ({"seed": None}, TypeError, "seed must be a whole number from 0 to .*, got None"),
        ({"tuned_on": [1, 2]}, TypeError, r"tuned_on must be ClassCounts, got \[1, 2\]"),
        ({"epochs": None, "target": PowerSkew(Cosine())}, ValueError, "epochs must be given .*, got None"),
        ({"epochs": None, "target": ProgressivelyBalanced()}, ValueError, "epochs must be given .*, got None"),
        (
            {"epochs": None, "target": DifficultyBalanced(ProgressivelyBalanced())},
            ValueError,
            "epochs must be given .*, got None",
        ),
        (
            {"epochs": None, "target": Boost(PowerSkew(Cosine()), {"a": 2.0}, 0, 1)},
            ValueError,
            "epochs must be given .*, got None",
        ),
    ],
    ids=str,
)
def test_point_12_a_wrong_plan_is_refused_at_construction(given, error, says):
    with pytest.raises(error, match=says):
        plan_of(**{"skew": None, **given})


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({}, TypeError, "either plan or skew must be given, got plan=None and skew=None"),
        ({"skew": 1.0, "plan": plan_of(0.0)}, TypeError, "either plan or skew must be given"),
        ({"plan": PowerSkew(Constant(0.0))}, TypeError, "plan must be a SamplingPlan, got PowerSkew"),
        ({"plan": plan_of(0.0), "seed": 3}, TypeError, "must be left to the plan"),
        ({"plan": plan_of(0.0), "epochs": 3}, TypeError, "must be left to the plan"),
        ({"skew": float("nan")}, ValueError, "skew must be a number .*, got nan"),
        ({"skew": 51}, ValueError, r"skew must be a number .*, got 51"),
        ({"skew": "1"}, TypeError, "skew must be .*, got '1'"),
        ({"skew": Cosine()}, ValueError, "epochs must be given .*, got None"),
        ({"skew": 1.0, "batch_size": 0}, ValueError, "batch_size must be .*, got 0"),
        ({"skew": 1.0, "drawing": "stratified"}, ValueError, "batch_size must be given"),
        ({"skew": 1.0, "drawing": "sorted"}, ValueError, "drawing must be one of .*, got 'sorted'"),
    ],
    ids=str,
)
def test_point_12_a_wrong_sampler_is_refused_at_construction(given, error, says):
    with pytest.raises(error, match=says):
        ScheduledClassSampler([0, 0, 1], **given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"skew": 10**400}, "skew must be a number from"),
        ({"skew": True}, "skew must be a number from .* got True"),
        ({"skew": 1.0, "classes": 3}, "classes must be a sequence of class names in order, got 3"),
        ({"skew": 1.0, "classes": "ab"}, "classes must be a sequence of class names in order, got 'ab'"),
    ],
    ids=str,
)
def test_point_12_the_short_form_refuses_by_name_what_python_would_by_its_own_words(given, says):
    with pytest.raises((TypeError, ValueError), match=f"^{says}"):
        ScheduledClassSampler([0, 0, 1], **given)


@pytest.mark.parametrize("names", [None, 5, "ab"])
def test_point_12_names_that_are_no_sequence_are_refused(names):
    with pytest.raises(TypeError, match=r"^class names must be a sequence of integers or texts, got "):
        ClassCounts(names, np.array([1, 2]))


@pytest.mark.parametrize("wrong", [np.zeros((2, 2)), torch.zeros(2, 2), np.array([0.5])], ids=["2-D", "tensor", "1-D"])
def test_point_12_feedback_that_is_an_array_of_its_own_is_refused_with_the_class_named(wrong):
    plan = plan_of(0.0, target=DifficultyBalanced())
    sampler = ScheduledClassSampler([0, 1, 1], plan)
    for recall in ([0.5, wrong], {1: wrong}):
        with pytest.raises(ValueError, match=r"^recall of class 1 must be a number from 0 to 1, got "):
            sampler.update(recall=recall)


@pytest.mark.parametrize(
    ("counts", "error", "says"),
    [
        (torch.tensor([1.0], dtype=torch.bfloat16), TypeError, r"counts must be integers, got 1\.0"),
        ({"a": 1, "b": -1}, ValueError, "counts must be >= 0, got -1 for class 'b'"),
        ({"a": 0}, ValueError, "counts must hold at least one sample, got none"),
        ({}, ValueError, "counts must"),
        ([], (TypeError, ValueError), "counts must"),
        ([1.5, 2.0], TypeError, r"counts must be integers, got 1\.5"),
        ([[1, 2]], ValueError, r"counts must be one integer per class \(1-D\), got shape \(1, 2\)"),
        ({"a": None}, TypeError, "counts must be integers, got None"),
        ({"a": 1, 3: 2}, TypeError, "class names must be all integers or all text"),
        ({None: 1}, TypeError, "class name must be an integer or text, got None"),
        ({1.5: 1}, TypeError, r"class name must be an integer or text, got 1\.5"),
        (np.array([2**64 - 1], dtype=np.uint64), ValueError, "counts must be .*, got 18446744073709551615"),
        ([2**62, 2**62], ValueError, "counts must sum to at most 9223372036854775807"),
    ],
    ids=str,
)
def test_point_12_wrong_counts_are_refused_with_the_class_named(counts, error, says):
    with pytest.raises(error, match=says):
        ClassCounts.from_counts(counts)
    with pytest.raises(error, match=says):
        plan_of(0.0).class_shares(counts)


def test_point_12_class_counts_refuse_names_that_do_not_fit():
    with pytest.raises(ValueError, match=r"counts must be one per class name \(2\), got 3"):
        ClassCounts(("a", "b"), np.array([1, 2, 3]))
    with pytest.raises(ValueError, match="class names must be distinct, got 'a' more than once"):
        ClassCounts(("a", "a"), np.array([1, 2]))
    many = (*range(300_000), 299_999)  # found in one pass: pair by pair this would take minutes
    with pytest.raises(ValueError, match="class names must be distinct, got 299999 more than once"):
        ClassCounts(many, np.ones(len(many), dtype=np.int64))
    with pytest.raises(ValueError, match="class must be one of 'a', 'b', got 'c'"):
        ClassCounts.from_counts({"a": 1, "b": 2}).position("c")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"max_repeats": 0.5}, r"max_repeats=0\.5 must allow all draws of an epoch, got caps that allow 0\.5 of them"),
        ({"max_repeats": 1, "samples_per_epoch": 200}, "max_repeats=1 must allow all draws"),
        ({"min_share": 0.4}, r"min_share=0\.4 must be at most 1 in all, got floors that sum to 1\.2"),
        ({"max_repeats": 2, "min_share": 0.3}, r"floor of 0\.3 above a cap of 0\.2 for class 'c' \(10 samples\)"),
        ({"target": UniMax(0.5)}, "max_repeats must be at least 1"),
        ({"target": Boost(PowerSkew(Constant(0.0)), {"q": 2.0}, 0, 1)}, "class must be .*, got 'q'"),
    ],
    ids=str,
)
def test_point_12_limits_that_cannot_be_met_are_refused_before_training(given, says):
    plan = plan_of(**{"skew": None, **given})
    with pytest.raises(ValueError, match=says):
        ScheduledClassSampler(THREE, plan)
    with pytest.raises(ValueError, match=says):
        plan.preview({"a": 60, "b": 30, "c": 10}, 0)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"first_batch": -1}, "first_batch must be a whole number from 0 to 0, got -1"),
        ({"first_batch": 1}, "first_batch must be a whole number from 0 to 0, got 1"),
        ({"first_batch": 0.5}, r"first_batch must be .*, got 0\.5"),
        ({"num_batches": 0}, "num_batches must be a whole number of at least 1, got 0"),
        ({"num_batches": 1.5}, r"num_batches must be .*, got 1\.5"),
        ({"num_batches": True}, "num_batches must be .*, got True"),
    ],
    ids=str,
)
def test_point_12_wrong_preview_windows_are_refused(asked, says):
    with pytest.raises(ValueError, match=says):
        plan_of(0.5).preview([60, 30, 10], 0, **asked)


# --- the short forms -------------------------------------------------------------------------------------------------


def test_the_short_forms_are_the_same_scheme_with_epochs_unbounded():
    codes = codes_of(CIFAR)
    short = ScheduledClassSampler(codes, skew=Linear(1, 0.5), seed=3)
    long = ScheduledClassSampler(codes, plan_of(target=PowerSkew(Linear(1, 0.5)), epochs=None, batch_size=None, seed=3))
    for epoch in (0, 3, 40):
        short.set_epoch(epoch)
        long.set_epoch(epoch)
        assert list(short) == list(long)
    assert list(ScheduledClassSampler(codes, skew=1.0)) == list(ScheduledClassSampler(codes, skew=Constant(1)))
    stretched = ScheduledClassSampler(codes, skew=Cosine(), epochs=10, batch_size=32, drawing="stratified")
    stretched.set_epoch(9)
    assert stretched.class_shares() == pytest.approx(np.full(10, 0.1))
    deferred = ScheduledClassSampler(codes, skew=Step(2))
    deferred.set_epoch(1)
    assert deferred.class_shares() == pytest.approx(CIFAR.frequencies)
