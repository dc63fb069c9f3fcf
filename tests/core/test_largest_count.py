"""The largest count of a single sample: against draws of 200 seeds, against distributions, and by hand."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from sampler_core import ClassCounts, Constant, Linear, PowerSkew, SamplingPlan
from sampler_core.draws import SCHEMES
from sampler_core.forecast.binomial_tail import least_whole_number, log_chance_above
from sampler_core.forecast.expectations import Draws
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.largest_count import largest_count
from sampler_core.sampling.index_stream import IndexStream

SEEDS, SEEDS_MISSED = 200, 20  # 10 at 95 %; more than 20 of 200 come once in 1,500 times
SURE = 1 - 1e-12


class Case(NamedTuple):
    """Data, sizes and limits."""

    counts: tuple[int, ...]
    batch_size: int
    schedule: Linear | Constant
    epochs: int
    others: tuple[tuple[str, float], ...] = ()


CASES = {
    "from natural to balanced": Case((300, 90, 30, 10, 3), 16, Linear(0.0, 0.5, maximum=1.0), 3),
    "balanced, other passes in each epoch": Case((120, 60, 24, 12), 16, Constant(1.0), 2),
    "more draws than samples, capped": Case(
        (128, 64, 9, 5, 1), 24, Constant(0.5), 2, (("samples_per_epoch", 400), ("max_repeats", 6))
    ),
}


def plan_of(case, scheme, seed=0):
    return SamplingPlan(
        target=PowerSkew(case.schedule), epochs=case.epochs, batch_size=case.batch_size, drawing=scheme, seed=seed,
        **dict(case.others),
    )  # fmt: skip


def drawn(case, scheme):
    """The largest count of each class as drawn, in each epoch (seeds, epochs, classes) and in all (seeds, classes)."""
    labels = np.repeat(np.arange(len(case.counts)), case.counts)
    first, epochs, in_all = np.cumsum(case.counts) - case.counts, [], []
    for seed in range(SEEDS):
        stream = IndexStream(labels, plan_of(case, scheme, seed))
        times = [np.bincount(stream.indices(epoch=e), minlength=labels.size) for e in range(case.epochs)]
        epochs.append(np.maximum.reduceat(times, first, axis=1))
        in_all.append(np.maximum.reduceat(np.sum(times, axis=0), first))
    return np.array(epochs), np.array(in_all)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", CASES)
def test_no_sample_comes_more_often_in_95_of_100_seeds_and_the_median_is_that_of_the_draws(name, scheme):
    case = CASES[name]
    counts, plan = np.array(case.counts), plan_of(case, scheme)
    shares, draws = plan.class_shares(counts), draws_of(plan, ClassCounts.from_counts(case.counts))
    of_epochs, of_run = drawn(case, scheme)
    each, single = shares[..., None], counts[:, None]  # each class by itself

    told = largest_count(counts, shares, draws, 1 - 0.05 / case.epochs)
    told_of_run = largest_count(single, each, draws, 1 - 0.05 / counts.size, over_run=True)
    missed = (of_epochs.max(axis=2) > told).any(axis=1).sum(), (of_run > told_of_run).any(axis=1).sum()
    assert max(missed) <= (0 if scheme == "exact" else SEEDS_MISSED)

    for found, medians, off in (
        (largest_count(single, each, draws, 0.5), np.median(of_epochs, axis=0), 1),
        # each change of the stride may cut a pass short, and does not always
        (largest_count(single, each, draws, 0.5, over_run=True), np.median(of_run, axis=0), 2),
    ):
        assert np.all(np.abs(found - medians) <= np.maximum(off, 0.08 * medians)), (found, medians)


def test_under_exact_it_is_the_quota_dealt_in_turn():
    # 100 draws, of which a class of 7 gets 30 or 31, 5 at most for each; one of 10 gets 69 or 70, 7 at most
    counts, shares = np.array([7, 10]), np.array([[0.305, 0.695]])
    assert largest_count(counts[:, None], shares[..., None], Draws(100, 10, "exact")).tolist() == [[5, 7]]
    # two epochs go on where the last one ended: 62 draws of 7 samples, 140 of 10
    assert largest_count(counts[:, None], np.repeat(shares, 2, axis=0)[..., None], Draws(100, 10, "exact"),
                         over_run=True).tolist() == [9, 14]  # fmt: skip


def test_under_stratified_a_pass_has_a_sample_at_most_once():
    # 8 samples, 2 of each batch of 10: 4 batches a pass. 10 batches touch 1 + 4 + 4 + 1 of them: 4 passes
    counts, shares = np.array([8, 92]), np.array([[0.2, 0.8]])
    assert largest_count(counts, shares, Draws(100, 10, "stratified"), SURE).tolist() == [4]
    # 3 samples, 5 or 6 of each batch: 1 or 2 of each sample in each of 10 batches
    few, often = np.array([3, 97]), np.array([[0.55, 0.45]])
    assert largest_count(few, often, Draws(100, 10, "stratified"), SURE).tolist() == [20]


def test_on_their_own_20_samples_of_100_draws_come_up_to_12_times():
    assert largest_count(np.array([20]), np.array([[1.0]]), Draws(100, 10, "independent")).tolist() == [12]


@pytest.mark.parametrize(("trials", "p"), [(10, 0.2), (100, 0.05), (5_000, 0.001), (400, 0.9), (10**9, 1e-8)])
def test_the_tail_is_bounded_and_never_by_much(trials, p):
    mean = trials * p
    most = np.unique(np.round(mean + np.sqrt(mean * (1 - p)) * np.array([1.5, 2, 3, 4, 5, 6])).astype(int))
    most = most[most < trials]
    exact = stats.binom.sf(most, trials, p)
    told = np.exp(log_chance_above(most, trials, mean))
    assert np.all(told >= exact * (1 - 1e-3))  # the series of the factorial is off by 3e-4
    assert np.all(told <= exact * 1.35)


def test_the_tail_bounds_every_sum_of_trials_with_that_mean():
    # 3 sure trials and 2 of chance 0.5, mean 4 of 5: all five happen with chance 0.25, 0.8^5 = 0.33 as told
    assert np.exp(log_chance_above(4, 5, 4.0)) == pytest.approx(0.8**5, rel=1e-3)
    assert log_chance_above(5, 5, 4.0) < -1e5  # never
    assert np.exp(log_chance_above([0, 3], 5, [0.5, 4.0])) == pytest.approx([0.5, 1.0])  # below the mean: Markov
    assert log_chance_above(np.arange(4), 9, 4.0).tolist() == sorted(log_chance_above(np.arange(4), 9, 4.0))[::-1]


def test_the_least_whole_number_is_found_wherever_it_is():
    sought = np.array([0, 1, 7, 1_000_003, 2**40])
    assert least_whole_number(np.zeros(5, dtype=np.int64), lambda tried: tried >= sought).tolist() == sought.tolist()
    assert least_whole_number(sought + 5, lambda tried: tried >= sought).tolist() == (sought + 5).tolist()
