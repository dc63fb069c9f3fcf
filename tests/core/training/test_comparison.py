"""Paired comparison: against published rules, scipy, baycomp's numbers and its own simulations."""

import math

import numpy as np
import pytest
from scipy import stats

from sampler_core.training.comparison import (
    Difference,
    decided,
    difference,
    found_difference,
    holm,
    standard_error,
    wilson,
)

OF_RUNS = np.array([0.04, 0.01, 0.04, 0.03, 0.02, 0.05, 0.01, 0.04, 0.02, 0.04])


def test_probabilities_of_the_region_are_those_of_baycomp():
    """`baycomp.single.CorrelatedTTest(x, y, rope=0.01, runs=2)` of version 1.0.3 for two repeats of five folds."""
    found = difference(OF_RUNS, 0.25, 0.01)
    worse, same, better = 0.0004999987071396938, 0.01976350159555884, 0.9797364996973015
    assert (found.worse, found.same, found.better) == pytest.approx((worse, same, better), rel=1e-9)
    assert found.standard_error**2 == pytest.approx(7.000000000000013e-05)


def test_a_difference_by_hand():
    found = difference(np.array([0.00, 0.02, 0.04]), 0.5, 0.01)
    error = 0.02 * math.sqrt(1 / 3 + 0.5)
    assert found.standard_error == pytest.approx(error)
    assert (found.high - found.low) / 2 == pytest.approx(4.302652729911275 * error)
    assert found.p == pytest.approx(2 * stats.t.sf(0.02 / error, 2))


@pytest.mark.parametrize(
    ("runs", "test_per_train", "half"), [(10, 3 / 7, 0.049), (25, 1 / 4, 0.033), (100, 1 / 9, 0.021)]
)
def test_half_widths_for_orientation(runs, test_per_train, half):
    error = standard_error(0.03, runs, test_per_train)
    assert stats.t.ppf(0.975, runs - 1) * error == pytest.approx(half, abs=5e-4)


def test_without_any_variance_the_difference_is_what_it_is():
    assert difference(np.zeros(4), 0.25)[:5] == (0.0, 0.0, 0.0, 0.0, 1.0)
    found = difference(np.full(4, 0.05), 0.25)
    assert decided(found, found.p) == "better"
    assert decided(difference(np.zeros(4), 0.25), 1.0) == "same"
    with pytest.raises(ValueError, match="at least 2 runs"):
        difference(np.zeros(1), 0.25)


def test_the_difference_that_would_be_found_is_found_in_four_of_five_studies():
    """Independent differences, where the plain t test is the right one: n_test / n_train = 0."""
    generator = np.random.default_rng(3)
    for runs, comparisons, region in ((10, 1, 0.0), (25, 5, 0.01)):
        true = found_difference(standard_error(0.03, runs, 0.0), runs, region, comparisons)
        studies = generator.normal(true, 0.03, (250, runs))
        verdicts = [
            decided(found, min(1.0, comparisons * found.p))
            for found in (difference(of_runs, 0.0, region, comparisons) for of_runs in studies)
        ]
        assert 0.73 <= np.mean([verdict == "better" for verdict in verdicts]) <= 0.9


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("better", "same", "worse", "p", "verdict"),
    [(0.96, 0.04, 0.0, 0.01, "better"), (0.96, 0.04, 0.0, 0.06, "undecided"), (0.94, 0.06, 0.0, 0.01, "undecided"),
     (0.0, 0.02, 0.98, 0.01, "worse"), (0.02, 0.96, 0.02, 0.9, "same")],
)  # fmt: skip
def test_better_needs_significance_and_more_than_the_region(better, same, worse, p, verdict):
    found = Difference(0.0, 1.0, 0.0, 0.0, p, better, same, worse, 0.0)
    assert decided(found, p) == verdict


def test_wilsons_interval_is_scipys():
    low, high = wilson(np.array([8.0, 3.0, 0.0, 0.0]), np.array([8.0, 10.0, 5.0, 0.0]))
    for place, (right, samples) in enumerate([(8, 8), (3, 10), (0, 5)]):
        expected = stats.binomtest(right, samples).proportion_ci(method="wilson")
        assert (low[place], high[place]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert np.isnan(low[3])
