"""Class-sorted indices: each class once, whole and shuffled."""

import numpy as np
import pytest
from scipy import stats

from sampler_core.draws import class_sorted_indices


@pytest.mark.parametrize("num_classes", [1, 2, 10, 300])
def test_the_class_order_lists_each_class_once_whole_and_shuffled(num_classes):
    codes = np.random.default_rng(0).integers(0, num_classes, 5000)
    order = class_sorted_indices(codes, num_classes, seed=1)
    assert order.dtype == np.int32
    assert np.array_equal(np.sort(order), np.arange(5000))
    assert (np.diff(codes[order]) >= 0).all()
    biggest = order[codes[order] == np.bincount(codes).argmax()]
    assert (np.diff(biggest) < 0).any()
    assert abs(stats.spearmanr(np.arange(biggest.size), biggest).statistic) < 4.5 / np.sqrt(biggest.size)


def test_the_class_order_depends_on_the_seed_and_not_on_the_type_of_the_codes():
    codes = np.arange(1000) % 3
    orders = {
        tuple(class_sorted_indices(codes.astype(kind), 3, seed=1)) for kind in (np.uint8, np.int16, np.int64, np.uint16)
    }
    assert len(orders) == 1
    assert orders != {tuple(class_sorted_indices(codes, 3, seed=2))}
