"""Closed forms against published numbers, small cases by hand, references and simulated walks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sampler_core import ClassCounts, Constant, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.datasets import cifar_lt, load
from sampler_core.forecast.expectations import (
    SCHEMES,
    Draws,
    absence,
    coverage,
    crossover,
    effective_classes,
    effective_sample_size,
    groups,
    least_coverage,
    prior_shift,
    repeats,
    run_coverage,
    share_ratio,
)
from sampler_core.forecast.forecast import Forecast

CIFAR_10, CIFAR_100 = cifar_lt(10, 5000, 100).counts, cifar_lt(100, 500, 100).counts


def power_shares(counts, *skews):
    """p_c ~ n_c^(1 - s), one row a skew, written out here so that the reference does not come from the code tested."""
    logs = np.array([[(1 - s) * np.log(n) if n else -np.inf for n in counts.tolist()] for s in skews])
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def natural_draws(counts, scheme="independent", batch_size=128):
    return Draws(int(counts.sum()), batch_size, scheme)


# --- the published table, to the printed digits ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "at_square_root", "at_balanced"), [(CIFAR_100, 5.554, 21.694), (CIFAR_10, 6.072, 24.812)]
)
def test_repeats_of_the_rarest_class_are_the_expected_values(counts, at_square_root, at_balanced):
    found = repeats(counts, power_shares(counts, 0.5, 1), natural_draws(counts))[:, -1]
    assert found.round(3).tolist() == [at_square_root, at_balanced]


@pytest.mark.parametrize(("counts", "values"), [(CIFAR_100, [0.632, 0.583, 0.434]), (CIFAR_10, [0.632, 0.580, 0.417])])
def test_distinct_samples_of_an_epoch_are_the_expected_values(counts, values):
    covered = coverage(counts, power_shares(counts, 0, 0.5, 1), natural_draws(counts))
    assert (covered @ counts / counts.sum()).round(3).tolist() == values


def test_shares_of_the_few_shot_classes_are_the_expected_values():
    few = power_shares(CIFAR_100, 0, 0.5, 1)[:, groups(CIFAR_100).tail].sum(axis=1)
    assert few.round(4).tolist() == [0.0281, 0.1072, 0.3000]


def test_the_rarest_of_cifar_10_is_absent_from_60_percent_of_natural_and_4_2_percent_of_square_root_batches():
    absent = absence(power_shares(CIFAR_10, 0, 0.5), natural_draws(CIFAR_10))[:, -1]
    assert (100 * absent).round(1).tolist() == [59.6, 4.2]


# --- small cases by hand ---------------------------------------------------------------------------------------------

COUNTS = np.array([6, 3, 1, 0])
SHARES = np.array([0.25, 0.25, 0.5, 0.0])


def test_repeats_by_hand():
    assert repeats(COUNTS, SHARES, Draws(12, 4, "exact")).tolist() == [0.5, 1.0, 6.0, 0.0]


def test_independent_coverage_by_hand():
    # one draw: a sample of class 0 is met with chance 1/24; two draws: 1 - (23/24)^2
    assert coverage(COUNTS, SHARES, Draws(1, 1, "independent")).tolist() == pytest.approx([1 / 24, 1 / 12, 0.5, 0])
    assert coverage(COUNTS, SHARES, Draws(2, 1, "independent"))[0] == pytest.approx(1 - (23 / 24) ** 2)


def test_run_coverage_by_hand():
    rows = np.array([SHARES, [1.0, 0.0, 0.0, 0.0]])
    one_draw_each = run_coverage(COUNTS, rows, Draws(1, 1, "independent"))
    assert one_draw_each.tolist() == pytest.approx([1 - 23 / 24 * 5 / 6, 1 / 12, 0.5, 0.0])
    assert run_coverage(COUNTS, rows, Draws(4, 1, "exact")).tolist() == pytest.approx([5 / 6, 1 / 3, 1.0, 0.0])


def test_absence_by_hand():
    # 12 draws, batches of 4; class 0 has a quota of 3: C(9, 4) / C(12, 4) = 126 / 495
    assert absence(SHARES, Draws(12, 4, "independent")).tolist() == pytest.approx([0.75**4, 0.75**4, 0.5**4, 1])
    assert absence(SHARES, Draws(12, 4, "exact")).tolist() == pytest.approx([126 / 495, 126 / 495, 15 / 495, 1])
    assert absence(SHARES, Draws(12, 4, "stratified")).tolist() == [0, 0, 0, 1]
    assert absence(np.array([0.1, 0.9]), Draws(12, 4, "stratified")) == pytest.approx([0.6, 0])


def test_absence_under_exact_averages_over_a_quota_between_two_whole_numbers():
    # 10 draws, share 0.05: quota 0 or 1, each half of the time; with 1 it misses a batch of 2 with chance 8/10
    assert absence(np.array([0.05, 0.95]), Draws(10, 2, "exact"))[0] == pytest.approx(0.5 * 1 + 0.5 * 0.8)


def test_a_batch_larger_than_the_epoch_is_the_epoch():
    assert absence(SHARES, Draws(4, 100, "independent"))[0] == pytest.approx(0.75**4)
    assert absence(SHARES, Draws(4, 100, "exact")).tolist() == [0, 0, 0, 1]


def test_balance_share_ratio_and_kish_by_hand():
    assert effective_classes(SHARES) == pytest.approx(2**1.5)  # entropy 1.5 bits
    assert share_ratio(COUNTS, SHARES) == 2.0
    # sum p^2 / n = 1/96 + 1/48 + 1/4
    assert effective_sample_size(COUNTS, SHARES) == pytest.approx(1 / (1 / 96 + 2 / 96 + 24 / 96))


def test_prior_shift_by_hand_is_zero_for_an_empty_class():
    assert prior_shift(COUNTS, SHARES).tolist() == pytest.approx([np.log(0.25 / 0.6), np.log(0.25 / 0.3), np.log(5), 0])


def test_the_groups_are_more_than_100_and_fewer_than_20_samples():
    head, medium, tail = groups(np.array([101, 100, 20, 19, 0]))
    assert np.flatnonzero(head).tolist() == [0]
    assert np.flatnonzero(medium).tolist() == [1, 2]
    assert np.flatnonzero(tail).tolist() == [3, 4]


def test_the_crossover_is_the_first_epoch_with_a_skew_of_one():
    assert crossover(np.array([0.0, 0.5, 1.0, 1.5])) == 2
    assert crossover(np.array([0.0, 0.999])) is None
    assert crossover(0.1 + 0.3 * np.arange(5)) == 3  # 0.1 + 3 * 0.3 is 0.9999999999999999 in floating point
    assert crossover(np.array([2.0])) == 0


def test_an_unknown_scheme_is_refused_with_the_known_ones():
    for figure in (lambda draws: absence(SHARES, draws), lambda draws: coverage(COUNTS, SHARES, draws)):
        with pytest.raises(ValueError, match="scheme must be one of independent, exact, stratified, got 'systematic'"):
            figure(Draws(12, 4, "systematic"))


# --- what holds for every entry


@pytest.mark.parametrize("scheme", SCHEMES)
def test_figures_of_a_row_are_the_rows_of_the_figures(scheme):
    rows, draws = power_shares(CIFAR_10, 0.0, 0.7, 2.0), natural_draws(CIFAR_10, scheme)
    for figure in (lambda p: least_coverage(CIFAR_10, p, draws), lambda p: absence(p, draws)):
        assert np.array_equal(figure(rows), np.stack([figure(row) for row in rows]))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_run_of_one_epoch_covers_what_the_epoch_covers(scheme):
    rows, draws = power_shares(CIFAR_10, 0.7), natural_draws(CIFAR_10, scheme)
    assert run_coverage(CIFAR_10, rows, draws) == pytest.approx(coverage(CIFAR_10, rows, draws)[0])


def test_a_natural_epoch_is_complete_under_exact_and_63_percent_under_independent():
    shares = power_shares(CIFAR_10, 0)
    assert coverage(CIFAR_10, shares, natural_draws(CIFAR_10, "exact")) == pytest.approx(np.ones((1, 10)))
    independent = coverage(CIFAR_10, shares, natural_draws(CIFAR_10))
    assert independent == pytest.approx(np.full((1, 10), 1 - np.exp(-1)), rel=1e-4)


@given(
    counts=st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any),
    skew=st.floats(-50, 50),
    batch_size=st.integers(1, 10**5),
    samples=st.integers(1, 10**12),
    scheme=st.sampled_from(SCHEMES),
)
def test_no_figure_is_nan_and_every_chance_is_between_0_and_1(counts, skew, batch_size, samples, scheme):
    counts = np.array(counts)
    rows, draws = power_shares(counts, skew, 0.0), Draws(samples, batch_size, scheme)
    for chance in (absence(rows, draws), coverage(counts, rows, draws), run_coverage(counts, rows, draws)):
        assert (chance >= 0).all()
        assert (chance <= 1).all()
    assert np.isfinite(repeats(counts, rows, draws)).all()
    assert np.isfinite(prior_shift(counts, rows)).all()
    assert (effective_classes(rows) <= np.count_nonzero(counts) * (1 + 1e-9)).all()
    assert (share_ratio(counts, rows) >= 1).all()
    assert (effective_sample_size(counts, rows) <= counts.sum() * (1 + 1e-9)).all()
    assert absence(rows, draws)[:, counts == 0] == pytest.approx(1.0)


def test_a_hundred_thousand_classes_and_a_trillion_samples_hold():
    counts = np.geomspace(1e9, 1, 100_000).astype(np.int64)
    rows = power_shares(counts, -50.0, 0.0, 1.0, 50.0)
    for scheme in SCHEMES:
        draws = Draws(10**12, 256, scheme)
        absent, covered = absence(rows, draws), coverage(counts, rows, draws)
        assert np.isfinite([absent, covered]).all()
        assert (np.diff(absent[1]) >= 0).all()  # natural: the rarer, the more often absent
        assert absent[2] == pytest.approx(np.full(100_000, 1 - 256 / 100_000), rel=2e-3)  # balanced: all alike
        assert covered[2, -1] == pytest.approx(1.0)  # 1e7 draws of the one sample of the rarest class


# --- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("samples", "drawn"), [(5, 3), (40, 7), (40, 40), (1000, 128), (12_406, 128), (100_000, 5000)])
def test_absence_under_exact_is_the_hypergeometric_scheme(samples, drawn):
    quotas = np.unique(np.linspace(0, samples, 60).astype(int))
    found = absence(quotas / samples, Draws(samples, drawn, "exact"))
    assert found == pytest.approx(stats.hypergeom.pmf(0, samples, quotas, drawn), rel=1e-7, abs=1e-12)


def test_absence_under_exact_holds_where_four_log_factorials_have_lost_their_digits():
    # of 1e12 slots a batch of 128: as good as with replacement, to 1 part in 1e10
    shares = np.array([1e-9, 1e-3, 0.3])
    exact, independent = (absence(shares, Draws(10**12, 128, scheme)) for scheme in ("exact", "independent"))
    assert exact == pytest.approx(independent, rel=1e-7)


def test_independent_coverage_is_what_numpy_draws_cover():
    counts, rng = load("yeast").counts, np.random.default_rng(0)
    shares = power_shares(counts, 0.8)[0]
    owner, sample_chance = np.repeat(np.arange(10), counts), np.repeat(shares / counts, counts)
    seen = np.zeros(10)
    for _ in range(200):
        drawn = np.unique(rng.choice(owner.size, size=owner.size, p=sample_chance))
        seen += np.bincount(owner[drawn], minlength=10) / counts / 200
    assert coverage(counts, shares, natural_draws(counts)) == pytest.approx(seen, abs=0.01)


def test_exact_coverage_of_a_class_is_met_by_a_walk_whose_quota_is_rounded_either_way():
    # n = 4, M p = 2.5 or 4.5: E min(n, m) / n = 2.5 / 4, and 1
    covered = coverage(np.array([4, 4]), np.array([[2.5, 4.5], [4.5, 2.5]]) / 7, Draws(7, 7, "exact"))
    by_hand = [np.mean([min(4, m) for m in quotas]) / 4 for quotas in ((2, 3), (4, 5))]
    assert covered[0].tolist() == pytest.approx(by_hand)


def test_exact_coverage_of_a_run_averages_over_how_the_quotas_of_its_epochs_are_rounded():
    # n = 4, three epochs of 1.5: quotas 3, 4, 5 or 6 in all with chances 1/8, 3/8, 3/8, 1/8
    rows, draws = np.full((3, 2), 0.5), Draws(3, 3, "exact")
    assert run_coverage(np.array([4, 3]), rows, draws) == pytest.approx([(3 / 8 + 4 * 7 / 8) / 4, 1.0])


def test_a_single_sample_comes_no_more_often_than_the_larger_quotas_let_it_and_as_often_in_some_run():
    counts = np.array([4, 3, 2])
    classes = ClassCounts.from_counts(dict(enumerate(counts)))
    came = np.zeros(3, dtype=np.int64)
    for seed in range(40):
        plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=4, batch_size=3, drawing="exact", seed=seed)
        sampler, drawn = ScheduledClassSampler(np.repeat(np.arange(3), counts), plan), []
        for epoch in range(4):
            sampler.set_epoch(epoch)
            drawn += list(sampler)
        times = np.bincount(drawn, minlength=9)
        came = np.maximum(came, [part.max() for part in np.split(times, np.cumsum(counts)[:-1])])
    most = Forecast.of(plan, classes).run_largest_counts
    assert np.all(came <= most)
    assert np.any(came == most)
    one = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=1, batch_size=3, drawing="exact", samples_per_epoch=9)
    assert Forecast.of(one, ClassCounts.from_counts([4, 0])).largest_counts.tolist() == [[3, 0]]


def test_exact_coverage_of_a_run_is_what_rounded_quotas_cover():
    rng = np.random.default_rng(0)
    for _ in range(40):
        epochs, size, samples = rng.integers(1, 8), int(rng.integers(1, 20)), int(rng.integers(1, 30))
        share = rng.random(epochs)
        quota = np.floor(samples * share) + (rng.random((4000, epochs)) < samples * share % 1)
        covered = np.minimum(size, quota.sum(axis=1)) / size
        found = run_coverage(np.array([size, 9]), np.stack([share, 1 - share], 1), Draws(samples, 4, "exact"))[0]
        assert found == pytest.approx(covered.mean(), abs=4.5 * covered.std() / np.sqrt(4000) + 1e-9)
