"""Keyed permutations: bijections of any size that favour no place."""

import numpy as np
import pytest

from sampler_core.draws.counter_rng import key_of, keys_of
from sampler_core.draws.keyed_permutation import Permutation, shuffled_rows, small_shuffled_rows
from tests.core.scheme_draws import RARE, p_value, tenths

SIZES = [*range(1, 301), *(2**k + d for k in range(9, 18) for d in (-1, 0, 1)), 100_003, 1_000_000]


def test_every_permutation_is_a_bijection():
    for size in SIZES:
        found = Permutation(size, key_of(size))(np.arange(size, dtype=np.uint64))
        assert np.array_equal(np.sort(found), np.arange(size)), size


@pytest.mark.parametrize("size", [2**24 + 3, 2**31 - 1, 2**31, 2**31 + 1, 2**40 + 12345, 2**53])
def test_large_permutations_stay_inside_and_never_collide(size):
    positions = np.concatenate([np.arange(50_000), size - 1 - np.arange(50_000)]).astype(np.uint64)
    found = Permutation(size, key_of(7))(positions)
    assert int(found.max()) < size
    assert np.unique(found).size == positions.size
    quarter = np.bincount((found.astype(np.float64) * 16 / size).astype(int), minlength=16)
    assert p_value(quarter, np.ones(16)) > RARE


@pytest.mark.parametrize("size", [97, 5000, 16_384, 16_385, 70_001])
def test_a_permutation_sends_each_position_anywhere_and_neighbours_apart(size):
    positions = np.arange(size, dtype=np.uint64)
    found = np.array([Permutation(size, key_of(seed, 1))(positions[:5]) for seed in range(1000)]).astype(np.int64)
    for column in found.T:
        assert p_value(np.bincount(column * 10 // size, minlength=10), tenths(size)) > RARE
    apart = (found[:, 1] - found[:, 0]) % size
    assert p_value(np.bincount(apart * 10 // size, minlength=10), tenths(size)) > RARE


def test_pieces_of_a_permutation_are_pieces_of_the_whole():
    for size in (300, 20_000):
        permutation = Permutation(size, key_of(2))
        whole = permutation(np.arange(size, dtype=np.uint64))
        assert permutation(np.array([size - 1, 0, 17], dtype=np.uint64)).tolist() == whole[[-1, 0, 17]].tolist()


@pytest.mark.parametrize("shuffled", [shuffled_rows, small_shuffled_rows])
def test_shuffled_rows_are_permutations_that_favour_no_place(shuffled):
    rows = shuffled(keys_of(key_of(4), np.arange(6000, dtype=np.uint64)), 8)
    assert np.array_equal(np.sort(rows, axis=1), np.tile(np.arange(8), (6000, 1)))
    table = np.array([np.bincount(column, minlength=8) for column in rows.T])
    assert p_value(table.ravel(), np.ones(64)) > RARE


def test_the_largest_small_rows_are_permutations_whose_neighbours_lie_anywhere():
    rows = small_shuffled_rows(keys_of(key_of(5), np.arange(300, dtype=np.uint64)), 1 << 10)
    assert np.array_equal(np.sort(rows, axis=1), np.tile(np.arange(1 << 10), (300, 1)))
    apart = np.diff(rows, axis=1) % (1 << 10)
    assert p_value(np.bincount(apart.ravel() * 10 // (1 << 10), minlength=10), tenths(1 << 10)[:10]) > RARE
