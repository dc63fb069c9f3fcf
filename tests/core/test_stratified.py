"""The stratified scheme: floor or ceiling of each share in every batch, and places that come equally often."""

import numpy as np
import pytest
from scipy import stats

from sampler_core import ScheduledClassSampler
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
    assert (counts <= stratified_stride(epoch)).all()
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


def test_stratified_members_walk_start_plus_b_stride_plus_j():
    counts, batch_size, batches = np.array([11, 5, 2]), 6, 50
    start = np.array([3, 40, 1])
    epoch = epoch_of([0.55, 0.3, 0.15], batch_size * batches, batch_size)
    drawn, number = drawn_of("stratified", epoch, counts, start)
    stride = stratified_stride(epoch)
    assert stride.tolist() == [4, 2, 1]  # ceil of 3.3, 1.8, .9
    for b in range(batches):
        here = slice(b * batch_size, (b + 1) * batch_size)
        for c in range(3):
            got = sorted(number[here][drawn[here] == c])
            assert got == sorted((start[c] + b * stride[c] + j) % counts[c] for j in range(len(got)))


def test_stratified_members_step_over_a_place_where_their_strides_would_repeat():
    counts, start = np.array([6, 8, 2]), np.array([3, 0, 1])
    epoch = epoch_of([0.55, 0.3, 0.15], 6 * 40, 6)
    drawn, number = drawn_of("stratified", epoch, counts, start)
    for b in range(40):
        here = slice(b * 6, (b + 1) * 6)
        for c, (stride, period) in enumerate([(4, 12), (2, 8), (1, 10**9)]):  # 4 and 6 meet at 12, 2 and 8 at 8
            begin = start[c] + b * stride + b * stride // period
            got = sorted(number[here][drawn[here] == c])
            assert got == sorted((begin + j) % counts[c] for j in range(len(got)))


def test_the_samples_of_a_class_come_about_equally_often_over_a_stratified_run():
    counts = np.array([int(500 * 0.01 ** (place / 99)) for place in range(100)])
    labels = np.repeat(np.arange(100), counts)
    sampler = ScheduledClassSampler(labels, skew=1.0, drawing="stratified", batch_size=128, epochs=60, seed=0)
    drawn = np.zeros(labels.size)
    for epoch in range(60):
        sampler.set_epoch(epoch)
        drawn += np.bincount(list(sampler), minlength=labels.size)
    for of_class in np.split(drawn, np.cumsum(counts)[:-1]):
        # no less even than draws on their own would be, though strides of 2 divide every second class
        assert of_class.std() < 1.5 * np.sqrt(of_class.mean())


@pytest.mark.parametrize(
    ("size", "others", "samples", "batch_size"),
    [(64, 447, 165, 8), (8, 632, 226, 32), (8, 8, 20, 8), (12, 340, 352, 64)],
)
def test_epochs_of_a_stratified_run_do_not_come_round_to_the_same_places(size, others, samples, batch_size):
    # a few epochs together pass whole repeats of the strides, or each epoch whole rounds and a smaller batch
    sampler = ScheduledClassSampler(
        np.repeat([0, 1], [size, others]), skew=0.0, drawing="stratified", batch_size=batch_size,
        samples_per_epoch=samples, epochs=150,
    )  # fmt: skip
    drawn = np.zeros(size + others)
    for epoch in range(150):
        sampler.set_epoch(epoch)
        drawn += np.bincount(list(sampler), minlength=drawn.size)
    assert drawn[:size].std() < 1.2 * np.sqrt(drawn[:size].mean())


def test_a_stratified_batch_repeats_no_sample_while_the_class_has_enough():
    epoch = epoch_of(shares_at(1.0), 100 * 500, 500)
    drawn, number = drawn_of("stratified", epoch, COUNTS)
    for b in range(100):
        pairs = drawn[b * 500 : (b + 1) * 500] * 10_000 + number[b * 500 : (b + 1) * 500]
        assert np.unique(pairs).size == 500  # 50 of each class, and the rarest has 50
