"""Systematic rounding: floor or ceiling of each expectation, exact sums, no bias."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.draws.systematic_rounding import SystematicRounding

EXPECTED = st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda shares: sum(shares) > 1e-3)


@given(EXPECTED, st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_systematic_rounding_gives_floor_or_ceil_and_sums_to_the_total(shares, total, offset):
    expected = np.array(shares) / sum(shares) * total
    rounding = SystematicRounding(expected, total)
    counts = rounding.counts(offset)
    assert counts.sum() == total
    assert (counts >= np.floor(expected - 1e-8)).all()
    assert (counts <= np.ceil(expected + 1e-8)).all()
    assert (counts <= rounding.ceiling).all()
    assert (counts >= rounding.floor).all()
    assert (counts[np.array(shares) == 0] == 0).all()


@given(EXPECTED, st.integers(1, 1000))
def test_systematic_rounding_is_unbiased_over_offsets(shares, total):
    expected = np.array(shares) / sum(shares) * total
    rounding = SystematicRounding(expected, total)
    grid = 256
    mean = np.mean([rounding.counts((i + 0.5) / grid) for i in range(grid)], axis=0)
    assert np.abs(mean - expected).max() <= 1 / grid + 1e-6


@pytest.mark.parametrize("total", [3, 10, 12_406, 10**12])
def test_expectations_that_are_whole_but_for_floating_point_are_taken_as_whole(total):
    near = np.array([total / 3] * 3) * (1 + 2e-16)
    whole = np.array([1.0, total - 1.0]) * (1 - 2e-16)
    offsets = (0.0, 0.3, 1 - 2.0**-53)
    assert all(SystematicRounding(whole, total).counts(offset).tolist() == [1, total - 1] for offset in offsets)
    assert all(SystematicRounding(near, total).counts(offset).sum() == total for offset in offsets)


def test_a_whole_expectation_is_never_rounded_up_beside_fractional_ones():
    for off in (1e-12, -1e-12):
        rounding = SystematicRounding(np.array([1.0 + off, 0.5 - off, 0.5]), 2)
        assert rounding.ceiling.tolist() == [1, 1, 1]
        assert all(rounding.counts(offset)[0] == 1 for offset in (0.0, 0.3, 1 - 2.0**-53))


def test_rounding_holds_where_a_huge_total_meets_many_classes_with_tiny_parts_left_over():
    expected = np.full(100_000, 10_000.00001)
    for offset in (0.0, 0.5, 0.999):
        counts = SystematicRounding(expected, 10**9 + 1).counts(offset)
        assert counts.sum() == 10**9 + 1
        assert set(np.unique(counts)) <= {10_000, 10_001}


def test_rounding_gives_ceil_at_most_where_many_classes_are_too_small_to_matter():
    tiny = np.full(100_000, 0.9e-9)
    expected = np.array([0.9999999, 0.9, *tiny, 0.1 - tiny.sum() + 1e-7])
    for offset in (0.0, 1e-5, 0.5):
        counts = SystematicRounding(expected, 2).counts(offset)
        assert counts.sum() == 2
        assert counts.max() <= 1


def test_what_whole_classes_lose_never_lifts_another_above_its_ceiling():
    whole = np.full(100_000, 1 + 0.9e-9)  # taken as 1 each: 0.00009 of a draw is left for the others
    expected = np.array([0.9999999, 0.9, 0.1000001 - 9e-5, *whole])
    for offset in (0.0, 1e-5, 0.5, 0.99999):
        counts = SystematicRounding(expected, 100_002).counts(offset)
        assert counts.sum() == 100_002
        assert counts.max() <= 1


def test_a_class_too_small_for_most_batches_is_still_drawn_sometimes():
    rounding = SystematicRounding(np.array([1.4, 0.6 - 1e-10, 1e-10]), 2)
    assert rounding.ceiling.tolist() == [2, 1, 1]
    assert rounding.counts(1 - 2e-11).tolist() == [1, 0, 1]
