"""The independent scheme, against torch's WeightedRandomSampler."""

import numpy as np
import pytest
import torch
from scipy import stats
from torch.utils.data import WeightedRandomSampler

from tests.core.scheme_draws import COUNTS, RARE, classes_of, drawn_of, epoch_of, p_value, shares_at, tenths


@pytest.mark.parametrize("skew", [-0.5, 0.0, 0.5, 1.0, 1.7])
def test_independent_draws_pass_a_two_sample_test_against_torch(skew):
    shares = shares_at(skew)
    weights = torch.from_numpy(np.repeat(shares / COUNTS, COUNTS))
    generator = torch.Generator().manual_seed(11)
    theirs = np.fromiter(WeightedRandomSampler(weights, 200_000, True, generator=generator), dtype=np.int64)
    of_torch = np.bincount(np.repeat(np.arange(10), COUNTS)[theirs], minlength=10)
    ours = np.bincount(classes_of("independent", epoch_of(shares, 200_000)), minlength=10)
    drawn = (ours + of_torch) > 0
    assert stats.chi2_contingency(np.stack([ours, of_torch])[:, drawn]).pvalue > RARE
    assert p_value(ours, shares) > RARE


def test_independent_members_are_uniform_within_their_class_and_as_often_repeated_as_torchs():
    shares = shares_at(1.0)
    drawn, number = drawn_of("independent", epoch_of(shares, 100_000), COUNTS)
    for c in (0, 4, 9):
        inside = number[drawn == c]
        assert inside.min() >= 0
        assert inside.max() < COUNTS[c]
        tenth = np.bincount(inside * 10 // COUNTS[c], minlength=10)
        assert p_value(tenth, tenths(COUNTS[c])) > RARE
    times = np.bincount(number[drawn == 9], minlength=50)
    # times of one sample are binomial: index of dispersion as of a multinomial
    assert p_value(times, np.ones(50)) > RARE
    assert p_value(times, np.ones(50)) < 1 - RARE


def test_successive_independent_draws_are_independent():
    drawn = classes_of("independent", epoch_of([0.5, 0.3, 0.2], 60_000)).astype(int)
    for lag in (1, 2, 128):
        pairs = np.bincount(drawn[:-lag] * 3 + drawn[lag:], minlength=9).reshape(3, 3)
        assert stats.chi2_contingency(pairs).pvalue > RARE


def test_class_and_member_of_a_draw_are_independent():
    counts = np.array([400, 400, 400])
    drawn, number = drawn_of("independent", epoch_of([0.5, 0.3, 0.2], 60_000), counts)
    table = np.bincount(drawn * 4 + number // 100, minlength=12).reshape(3, 4)
    assert stats.chi2_contingency(table).pvalue > RARE


@pytest.mark.parametrize("num_classes", [1, 2, 3, 64, 65, 1000, 100_000])
def test_independent_shares_hold_for_any_number_of_classes(num_classes):
    shares = np.arange(1, num_classes + 1) / (num_classes * (num_classes + 1) / 2)
    drawn = classes_of("independent", epoch_of(shares, 100_000))
    group = drawn.astype(np.int64) * min(num_classes, 20) // num_classes
    expected = np.bincount(np.arange(num_classes) * min(num_classes, 20) // num_classes, weights=shares)
    assert drawn.max() < num_classes
    if num_classes > 1:
        assert p_value(np.bincount(group, minlength=expected.size), expected) > RARE
