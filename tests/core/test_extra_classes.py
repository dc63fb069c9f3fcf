"""Extra classes: systematic rounding over keyed orders, so that any two classes meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.draws.counter_rng import key_of, keys_of, uniforms
from sampler_core.draws.extra_classes import ExtraClasses, _num_orders
from sampler_core.draws.keyed_permutation import shuffled_rows
from sampler_core.draws.systematic_rounding import SystematicRounding

EXPECTED = st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda shares: sum(shares) > 1e-3)
KEYS = keys_of(key_of(11), np.arange(40, dtype=np.uint64))


@given(EXPECTED, st.integers(1, 300), st.integers(0, 2**64 - 1))
def test_the_extra_classes_are_those_of_systematic_rounding_over_the_order_of_the_batch(shares, total, key):
    expected = np.array(shares) / sum(shares) * total
    rounding = SystematicRounding(expected, total)
    drawn = ExtraClasses(rounding, key).drawn(KEYS)
    assert drawn.shape == (KEYS.size, rounding.left_over)
    uncertain = np.flatnonzero(rounding.chances)
    orders = shuffled_rows(keys_of(key, np.arange(64, dtype=np.uint64)), uncertain.size)
    for batch_key, offset, found in zip(KEYS.tolist(), uniforms(KEYS), drawn, strict=True):
        assert len(set(found.tolist())) == rounding.left_over  # at most one more of each class
        ordered = uncertain[orders[batch_key % 64]]
        edges = np.cumsum(rounding.chances[ordered])
        points = np.arange(rounding.left_over) + offset
        if np.abs(edges[:, None] - points).min(initial=1.0) > 1e-9:
            assert found.tolist() == ordered[np.minimum(edges.searchsorted(points, "right"), edges.size - 1)].tolist()


@given(EXPECTED, st.integers(1, 300), st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_batches_that_are_asked_for_a_few_at_a_time_have_the_same_extra_classes(shares, total, sizes):
    rounding = SystematicRounding(np.array(shares) / sum(shares) * total, total)
    in_pieces = ExtraClasses(rounding, 5)  # the first of them make their own orders only
    pieces = [in_pieces.drawn(keys) for keys in np.split(KEYS, np.cumsum(sizes))]
    assert np.concatenate(pieces).tolist() == ExtraClasses(rounding, 5).drawn(KEYS).tolist()


@pytest.mark.parametrize(
    ("classes", "orders"),
    [(1, 64), (256, 64), (300, 32), (1000, 16), (65_536, 16), (65_537, 8), (100_000, 8), (600_000, 1), (1_100_000, 1)],
)
def test_a_batch_has_one_of_64_orders_and_fewer_where_the_classes_are_many(classes, orders):
    assert _num_orders(classes) == orders


def test_a_whole_batch_has_no_extra_classes():
    drawn = ExtraClasses(SystematicRounding(np.array([3.0, 5.0]), 8), 0).drawn(KEYS)
    assert drawn.shape == (KEYS.size, 0)


def test_an_offset_next_to_one_stays_in_its_own_order():
    rounding = SystematicRounding(np.array([0.5, 0.5]), 1)
    keys = np.arange(2**64 - 64, 2**64, dtype=np.uint64)  # the largest offset, in each of the orders
    drawn = ExtraClasses(rounding, 3).drawn(keys)
    orders = shuffled_rows(keys_of(3, np.arange(64, dtype=np.uint64)), 2)
    assert drawn[:, 0].tolist() == orders[:, 1].tolist()


def test_a_point_on_an_edge_falls_to_the_class_behind_it():
    chances = np.append(np.full(16, 1 / 256), np.full(15, 1 / 16))  # sums are exact; the small edges share cells
    extra = ExtraClasses(SystematicRounding(chances, 1), 0)
    for number, order in enumerate(shuffled_rows(keys_of(0, np.arange(64, dtype=np.uint64)), 31)):
        edges = np.cumsum(chances[order])[:-1]
        keys = (edges * 2.0**64).astype(np.uint64) + np.uint64(number)  # the order is in the lower bits
        assert uniforms(keys).tolist() == edges.tolist()
        assert extra.drawn(keys)[:, 0].tolist() == order[1:].tolist()


def test_many_tiny_classes_in_one_cell_are_found():
    chances = np.append(np.full(5000, 1e-6), [0.5, 1.0 - 0.5 - 5e-3])
    extra = ExtraClasses(SystematicRounding(chances, 1), 0)
    keys = keys_of(5, np.arange(200_000, dtype=np.uint64))
    often = np.bincount(extra.drawn(keys).ravel(), minlength=5002)
    assert abs(often[:5000].sum() - 1000) < 4.5 * 1000**0.5
