"""The 95 % interval of each scheme against brute force and simulation by the core's own draws."""

import math

import numpy as np
import pytest

from sampler_core import ClassCounts, Constant, PowerSkew, SamplingPlan
from sampler_core.forecast.count_intervals import count_intervals
from sampler_core.forecast.expectations import Draws

SHARES = np.array([0.5, 0.3, 0.15, 0.0499, 0.0001])


def quantile(mass, q):
    return int(np.searchsorted(np.cumsum(mass), q - 1e-12))


def binomial(n, p):
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def hypergeometric(samples, marked, drawn):
    return [math.comb(marked, k) * math.comb(samples - marked, drawn - k) / math.comb(samples, drawn)
            for k in range(min(marked, drawn) + 1)]  # fmt: skip


@pytest.mark.parametrize("num_draws", [1, 7, 128, 500])
def test_independent_draws_are_binomial(num_draws):
    found = count_intervals(SHARES, Draws(10_000, 128, "independent"), num_draws)
    for c, p in enumerate(SHARES):
        mass = binomial(num_draws, p)
        assert (found.lower[c], found.upper[c]) == (quantile(mass, 0.025), quantile(mass, 0.975))
    assert found.expected == pytest.approx(num_draws * SHARES)


@pytest.mark.parametrize("num_draws", [1, 60, 400])
def test_exact_draws_are_hypergeometric_out_of_the_quota(num_draws):
    shares = np.array([0.5, 0.25, 0.2, 0.05])
    found = count_intervals(shares, Draws(400, 20, "exact"), num_draws)
    for c, marked in enumerate((200, 100, 80, 20)):
        mass = hypergeometric(400, marked, num_draws)
        assert (found.lower[c], found.upper[c]) == (quantile(mass, 0.025), quantile(mass, 0.975))


def test_a_whole_exact_epoch_leaves_floor_or_ceil_to_chance():
    found = count_intervals(SHARES, Draws(1003, 10, "exact"), 1003)
    assert found.lower.tolist() == np.floor(1003 * SHARES).tolist()
    assert found.upper.tolist() == np.ceil(1003 * SHARES).tolist()


def test_stratified_draws_vary_by_the_remainder_only():
    found = count_intervals(np.array([0.5, 0.375, 0.125]), Draws(800, 10, "stratified"), 80)
    assert (found.lower[0], found.upper[0]) == (40, 40)  # 5 in each batch of 10
    mass = binomial(8, 0.75)
    assert (found.lower[1], found.upper[1]) == (24 + quantile(mass, 0.025), 24 + quantile(mass, 0.975))


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
def test_the_draws_of_the_core_lie_within_their_interval_about_95_times_in_100(scheme):
    counts = ClassCounts.from_counts([500, 200, 80, 13, 3])
    inside = []
    for seed in range(400):
        plan = SamplingPlan(target=PowerSkew(Constant(0.3)), epochs=1, batch_size=32, drawing=scheme, seed=seed)
        drawn = plan.preview(counts, 0, 0, 8).batch_class_counts.sum(axis=0)
        found = count_intervals(plan.class_shares(counts)[0], Draws(796, 32, scheme), 256)
        inside.append((found.lower <= drawn) & (drawn <= found.upper))
    assert (np.mean(inside, axis=0) >= 0.92).all()


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
def test_sure_and_impossible_classes_have_no_width(scheme):
    found = count_intervals(np.array([1.0, 0.0]), Draws(1000, 10, scheme), 100)
    assert found.lower.tolist() == [100, 0]
    assert found.upper.tolist() == [100, 0]


def test_huge_epochs_use_the_normal_scheme_and_stay_finite():
    found = count_intervals(SHARES, Draws(10**12, 128, "independent"), 10**8)
    half_width = 1.96 * math.sqrt(10**8 * 0.25)
    assert found.upper[0] - found.expected[0] == pytest.approx(half_width, rel=1e-3)
    assert (found.lower <= found.expected).all()
