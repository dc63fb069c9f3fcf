"""The exact scheme: quotas, cyclic members, spread over the epoch."""

import numpy as np
import pytest
from scipy import stats

from sampler_core.draws import exact_quotas
from tests.core.scheme_draws import COUNTS, RARE, classes_of, drawn_of, epoch_of, shares_at


@pytest.mark.parametrize("skew", [0.0, 0.4, 1.0, 2.5])
def test_exact_draws_floor_or_ceil_of_each_share_and_repeats_differ_by_one_at_most(skew):
    epoch = epoch_of(shares_at(skew), 10_007)
    drawn, number = drawn_of("exact", epoch, COUNTS)
    quotas = np.bincount(drawn, minlength=10)
    assert quotas.tolist() == exact_quotas(epoch).tolist()
    assert (np.floor(epoch.shares * 10_007) <= quotas).all()
    assert (quotas <= np.ceil(epoch.shares * 10_007)).all()
    for c, count in enumerate(COUNTS):
        times = np.bincount(number[drawn == c], minlength=count)
        assert np.ptp(times) <= 1


def test_exact_members_are_walked_from_the_start_cyclically():
    counts = np.array([7, 3])
    start = np.array([5, 100])
    drawn, number = drawn_of("exact", epoch_of([0.5, 0.5], 16), counts, start)
    # eight places of each class, in some order: 5, 6, 0 .. 5 and 100 mod 3 = 1, 2, 0, ...
    assert sorted(number[drawn == 0]) == sorted((5 + i) % 7 for i in range(8))
    assert sorted(number[drawn == 1]) == sorted((100 + i) % 3 for i in range(8))


def test_exact_spreads_each_class_over_the_whole_epoch():
    epoch = epoch_of(shares_at(0.5), 40_000)
    drawn = classes_of("exact", epoch).astype(int)
    tenth = np.arange(40_000) // 4000
    table = np.bincount(drawn * 10 + tenth, minlength=100).reshape(10, 10)
    assert stats.chi2_contingency(table).pvalue > RARE


def test_exact_batches_are_hypergeometric_not_sorted():
    epoch = epoch_of([0.5, 0.5], 64_000, 64)
    drawn = classes_of("exact", epoch).reshape(1000, 64)
    assert drawn.sum(axis=1).std() == pytest.approx(4.0, rel=0.15)
    assert (np.diff(drawn.astype(int), axis=1) < 0).any(axis=1).all()
