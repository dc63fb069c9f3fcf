"""The counter-based hash: keys, uniforms, and their reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.draws.counter_rng import GOLDEN, key_of, keys_of, mix, uniform, uniforms
from tests.core.scheme_draws import RARE, p_value


def test_the_mixer_is_splitmix64():
    # the first outputs of the reference implementation for seed 1234567 (also in Java's and rosettacode's tests)
    state = np.arange(1, 6, dtype=np.uint64) * np.uint64(GOLDEN) + np.uint64(1234567)
    assert mix(state).tolist() == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip


def test_keys_depend_on_every_part_and_on_their_order():
    keys = [
        key_of(*parts) for parts in [(0,), (0, 0), (1, 0), (0, 1), (2, 1), (1, 2), (-1, 0), (1 << 64, 0), (1, 0, 0)]
    ]
    assert len(set(keys)) == len(keys) - 1  # integers count modulo 2**64: 1 << 64 is 0
    assert keys[7] == keys[1]
    assert all(0 <= key < 1 << 64 for key in keys)


def test_keys_of_numbers_are_one_a_number_and_spread_evenly():
    keys = keys_of(key_of(5), np.arange(20_000, dtype=np.uint64))
    assert np.unique(keys).size == 20_000
    bins = np.histogram(uniforms(keys), bins=100, range=(0, 1))[0]
    assert p_value(bins, np.ones(100)) > RARE


@given(st.integers(0, 2**64 - 1))
def test_uniforms_are_multiples_of_2_to_the_minus_53_below_one(key):
    value = uniform(key)
    assert 0 <= value < 1
    assert (value * 2**53).is_integer()
    assert uniforms(np.array([key], dtype=np.uint64))[0] == value
    assert uniform(2**64 - 1) == 1 - 2.0**-53
