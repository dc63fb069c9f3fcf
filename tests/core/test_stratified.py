"""The stratified scheme: floor or ceiling of each share in every batch, any two classes meet, members dealt evenly."""

import numpy as np
import pytest
from scipy import stats

from sampler_core import Constant, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import stratified_stride
from sampler_core.draws.keyed_permutation import Permutation
from tests.core.scheme_draws import COUNTS, RARE, classes_of, drawn_of, epoch_of, p_value, shares_at


@pytest.mark.parametrize("batch_size", [1, 2, 7, 128, 1000])
@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0, -2.0])
def test_every_full_stratified_batch_has_floor_or_ceil_of_each_share(batch_size, skew):
    epoch = epoch_of(shares_at(skew), batch_size * 200 + batch_size // 2, batch_size)
    drawn = classes_of("stratified", epoch)
    full = drawn[: batch_size * 200].reshape(200, batch_size)
    counts = np.array([np.bincount(batch, minlength=10) for batch in full])
    assert (counts >= np.floor(epoch.shares * batch_size)).all()
    assert (counts <= np.ceil(epoch.shares * batch_size)).all()
    assert (counts <= stratified_stride(epoch.shares, batch_size)).all()
    tail = np.bincount(drawn[batch_size * 200 :], minlength=10)
    assert (tail >= np.floor(epoch.shares * (batch_size // 2))).all()
    assert (tail <= np.ceil(epoch.shares * (batch_size // 2))).all()


def test_stratified_batch_counts_have_the_expectation_b_p():
    epoch = epoch_of(shares_at(0.5), 20_000 * 10, 10)
    counts = np.bincount(classes_of("stratified", epoch), minlength=10) / 20_000
    part = epoch.shares * 10 % 1
    assert (np.abs(counts - epoch.shares * 10) <= 4.5 * np.sqrt(part * (1 - part) / 20_000) + 1e-9).all()


@pytest.mark.parametrize("batch_size", [8, 50])
def test_no_slot_of_a_stratified_batch_favours_a_class(batch_size):
    batches = 16_000 // batch_size * 5
    epoch = epoch_of([0.41, 0.33, 0.19, 0.07], batches * batch_size, batch_size)
    drawn = classes_of("stratified", epoch).astype(int)
    slot = np.arange(drawn.size) % batch_size
    table = np.bincount(drawn * batch_size + slot, minlength=4 * batch_size).reshape(4, batch_size)
    # within a batch draws are dependent, so each slot is held against the shares on its own
    worst = min(p_value(column, epoch.shares) for column in table.T)
    assert worst > RARE / batch_size


def test_stratified_slots_of_a_huge_batch_favour_no_class_either():
    size = Permutation.SMALL * 2  # slots come from a Feistel network here
    drawn = np.concatenate([classes_of("stratified", epoch_of([0.5, 0.3, 0.2], size, size, seed=s)) for s in range(4)])
    place = np.arange(drawn.size) % size * 16 // size
    table = np.bincount(drawn * 16 + place, minlength=48).reshape(3, 16)
    assert stats.chi2_contingency(table).pvalue > RARE
    assert np.bincount(drawn[:size]).tolist() == [16384, 9830, 6554] or np.bincount(drawn[:size]).tolist() == [
        16384, 9831, 6553,
    ]  # fmt: skip


# --- classes that meet -----------------------------------------------------------------------------------------------

LONG_TAIL = np.array([int(500 * 0.01 ** (c / 99)) for c in range(100)])
MEETINGS = {  # class counts, skew, batch size; the correlation of two classes' counts, at most
    "100 equal classes": (np.full(100, 500), 0.0, 50, 0.3),
    "100 long-tailed classes at square-root": (LONG_TAIL, 0.5, 32, 0.3),
    "1000 equal classes": (np.full(1000, 50), 0.0, 256, 0.3),
    "10 long-tailed classes": (COUNTS, 0.0, 32, 0.5),
}


def batches_of(counts, skew, batch_size, seed, epochs=60):
    """Class counts of all full batches of a run, (batches, classes)."""
    plan = SamplingPlan(
        target=PowerSkew(Constant(skew)), epochs=epochs, batch_size=batch_size, drawing="stratified", seed=seed
    )
    full = counts.sum() // batch_size
    return np.concatenate([plan.preview(counts, epoch, 0, full).batch_class_counts for epoch in range(epochs)])


@pytest.mark.parametrize("name", MEETINGS)
def test_any_two_classes_meet_and_their_counts_hardly_depend_on_each_other(name):
    counts, skew, batch_size, most = MEETINGS[name]
    drawn = batches_of(counts, skew, batch_size, seed=0)
    present = (drawn > 0).astype(np.float32)
    met = (present.T @ present)[np.triu_indices(counts.size, 1)]
    alone = present.mean(axis=0)
    by_chance = len(drawn) * np.outer(alone, alone)[np.triu_indices(counts.size, 1)]
    often = by_chance >= 25
    assert often.any()
    assert (met[often] >= by_chance[often] / 4).all()
    varying = drawn[:, drawn.std(axis=0) > 0.05].astype(np.float32)
    correlation = np.corrcoef(varying.T) - np.eye(varying.shape[1])
    assert np.abs(correlation).max() <= most


def test_other_seeds_and_epochs_give_other_compositions():
    epochs = np.concatenate([batches_of(np.full(100, 500), 0.0, 50, seed, epochs=2) for seed in (0, 1)]).reshape(
        4, -1, 100
    )
    compositions = [set(map(tuple, epoch.tolist())) for epoch in epochs]
    assert min(map(len, compositions)) > 115  # 64 orders, each with two complementary halves: 128
    assert len(set.union(*compositions)) == sum(map(len, compositions))


# --- members that are dealt ------------------------------------------------------------------------------------------


def test_a_stratified_batch_repeats_no_sample_while_the_class_has_enough():
    epoch = epoch_of(shares_at(1.0), 100 * 500, 500)
    drawn, number = drawn_of("stratified", epoch, COUNTS)
    for b in range(100):
        pairs = drawn[b * 500 : (b + 1) * 500] * 10_000 + number[b * 500 : (b + 1) * 500]
        assert np.unique(pairs).size == 500  # 50 of each class, and the rarest has 50


def test_a_batch_of_more_draws_than_a_class_has_takes_all_of_it_as_often_as_can_be():
    counts = np.array([3, 50])
    epoch = epoch_of([0.35, 0.65], 20 * 30, 20)  # 7 draws of 3 members
    drawn, number = drawn_of("stratified", epoch, counts)
    for b in range(30):
        here = slice(b * 20, (b + 1) * 20)
        assert sorted(np.bincount(number[here][drawn[here] == 0], minlength=3)) == [2, 2, 3]


def test_a_pass_goes_through_a_class_before_a_member_comes_again():
    counts = np.array([11, 50])
    epoch = epoch_of([0.3, 0.7], 10 * 30, 10)  # strides of 3 and 7, all places taken: 3 batches a pass, 7 batches
    drawn, number = drawn_of("stratified", epoch, counts)
    for c, batches_per_pass in ((0, 3), (1, 7)):
        for first in range(0, 30 - batches_per_pass, batches_per_pass):
            here = slice(first * 10, (first + batches_per_pass) * 10)
            found = number[here][drawn[here] == c]
            assert np.unique(found).size == found.size


@pytest.mark.parametrize(
    ("counts", "skew", "batch_size"),
    [
        (LONG_TAIL, 1.0, 128),
        (np.array([64, 447]), 0.0, 8),
        (np.array([8, 632]), 0.0, 32),
        (np.array([900, 100]), 0.3, 23),
    ],
)
def test_samples_come_as_evenly_as_their_passes_say(counts, skew, batch_size):
    """A pass gives q = floor(n / s) B p / n of a class, so repeats vary by sqrt(1 - q) of what independent ones do."""
    labels = np.repeat(np.arange(counts.size), counts)
    sampler = ScheduledClassSampler(
        labels, skew=skew, drawing="stratified", batch_size=batch_size, epochs=100,
        samples_per_epoch=labels.size // batch_size * batch_size,
    )  # fmt: skip
    drawn = np.zeros(labels.size)
    for epoch in range(100):
        sampler.set_epoch(epoch)
        drawn += np.bincount(list(sampler), minlength=labels.size)
    share = sampler.class_shares() * batch_size
    stride = np.ceil(share - 1e-9)
    of_pass = np.maximum(counts // stride, 1) * share / counts
    parts = np.split(drawn, np.cumsum(counts)[:-1])
    variance = np.array([(part - part.mean()) @ (part - part.mean()) for part in parts])
    expected = np.array([part.size * part.mean() * (1 - q) for part, q in zip(parts, of_pass, strict=True)])
    assert variance.sum() == pytest.approx(expected.sum(), rel=0.2)  # of standard deviations: 10 %
