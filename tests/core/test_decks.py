"""Decks: each pass an order of its own, dealt in strides that may change from epoch to epoch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.draws.decks import MOST_MEMBERS, Decks, _mixed, deal_from, primes, shuffled, start_after
from tests.core.scheme_draws import RARE, p_value, tenths


def order_of(size, key, places=None):
    places = np.arange(size) if places is None else places
    return shuffled(
        places, np.full(places.size, size), np.full(places.size, (1 - 2.0**-50) / size),
        np.full(places.size, _mixed(np.array([key % 2**32], dtype=np.uint32))), primes(),
    )  # fmt: skip


def dealt_one_by_one(start, size, stride, batches):
    """(pass, place) of every draw, batch after batch."""
    passed, offset = start
    for _ in range(batches):
        if offset and size - offset < stride:
            passed, offset = passed + 1, 0
        yield [(passed + (offset + i) // size, (offset + i) % size) for i in range(stride)]
        if stride > size:
            passed += -(-stride // size)
        else:
            offset += stride


def members_of(cards, size, seed=0):
    """The members behind (pass, place), by decks that start in each pass."""
    orders = {}
    for passed in {passed for passed, _ in cards}:
        deck = Decks(seed, np.array([size]), np.array([[passed, 0]]), np.array([size]))
        orders[passed] = deck.members(np.zeros(size, np.int64), np.zeros(size, np.int64), np.arange(size)).tolist()
    return [orders[passed][place] for passed, place in cards]


# --- the order of a pass ---------------------------------------------------------------------------------------------


def test_the_order_of_a_pass_is_a_permutation_for_any_key():
    for size in (*range(1, 40), 50, 127, 128, 129, 900, 4096, 5000, 65_536, 100_003):
        for key in (0, 1, 2**32 - 1, *range(12345, 12345 + 7 * 99_991, 99_991)):
            assert np.array_equal(np.sort(order_of(size, key)), np.arange(size)), (size, key)


@pytest.mark.parametrize("size", [2**24 + 3, 2**31 - 1, 2**31])
def test_orders_of_huge_classes_stay_inside_never_collide_and_favour_no_member(size):
    places = np.concatenate([np.arange(50_000), size - 1 - np.arange(50_000)])
    found = order_of(size, 77, places)
    assert found.min() >= 0
    assert found.max() < size
    assert np.unique(found).size == places.size
    assert p_value(np.bincount((found / size * 16).astype(int), minlength=16), np.ones(16)) > RARE


@pytest.mark.parametrize("size", [2, 3, 7, 10, 97, 5000])
def test_an_order_sends_each_place_anywhere_and_neighbours_apart(size):
    found = np.array([order_of(size, key, np.array([0, 1, size - 1])) for key in range(0, 3000 * 2_654_435, 2_654_435)])
    classes = min(size, 10)
    even = np.bincount(np.arange(size) * classes // size, minlength=classes).astype(float)
    for column in found.T:
        assert p_value(np.bincount(column * classes // size, minlength=classes), even) > RARE
    if size > 10:
        apart = (found[:, 1] - found[:, 0]) % size
        assert p_value(np.bincount(apart * 10 // size, minlength=10), tenths(size)) > RARE


def test_small_decks_have_every_order():
    orders = np.array([order_of(4, key) for key in range(0, 2000 * 357_913, 357_913)])
    assert np.unique(orders @ [64, 16, 4, 1]).size == 24


@pytest.mark.parametrize(("size", "stride"), [(4, 2), (6, 3), (8, 2), (12, 4), (50, 13)])
def test_any_two_members_are_dealt_together_about_equally_often(size, stride):
    passes, batches = 2000, size // stride
    orders = np.array([order_of(size, key) for key in range(0, passes * 2_654_435, 2_654_435)])
    batch = np.full(orders.shape, -1)
    np.put_along_axis(batch, orders[:, : batches * stride], np.repeat(np.arange(batches), stride)[None], axis=1)
    i, j = np.triu_indices(size, 1)
    together = ((batch[:, i] == batch[:, j]) & (batch[:, i] >= 0)).sum(axis=0)
    expected = passes * batches * stride * (stride - 1) / (size * (size - 1))
    assert (np.abs(together - expected) <= 0.1 * expected + 4.5 * np.sqrt(expected)).all()


# --- dealing ---------------------------------------------------------------------------------------------------------


def test_the_example_of_the_docstring():
    strides = [list(batch) for batch in dealt_one_by_one((4, 1), 7, 3, 5)]
    assert strides == [[(4, 1), (4, 2), (4, 3)], [(4, 4), (4, 5), (4, 6)], [(5, 0), (5, 1), (5, 2)],
                       [(5, 3), (5, 4), (5, 5)], [(6, 0), (6, 1), (6, 2)]]  # fmt: skip
    assert start_after(np.array([[4, 1]]), np.array([7]), np.array([3]), 4).tolist() == [[5, 6]]
    assert start_after(np.array([[4, 0]]), np.array([2]), np.array([3]), 1).tolist() == [[6, 0]]


EPOCHS = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 12)), min_size=1, max_size=4)


@given(st.integers(1, 23), EPOCHS)
def test_decks_deal_what_dealing_one_by_one_gives_whatever_strides_follow_each_other(size, epochs):
    start, count = (0, 0), np.array([size])
    for stride, batches in epochs:
        cards = list(dealt_one_by_one(start, size, stride, batches))
        deck = Decks(5, count, np.array([start]), np.array([stride]))
        batch, number = np.repeat(np.arange(batches), stride), np.tile(np.arange(stride), batches)
        found = deck.members(np.zeros(batch.size, dtype=np.int64), batch, number)
        assert found.tolist() == members_of([card for cards_of in cards for card in cards_of], size, seed=5)
        for cards_of in np.split(found, batches):
            times = np.bincount(cards_of, minlength=size)
            assert np.ptp(times) <= 1  # no member twice while the class has enough, else as evenly as can be
        start = tuple(start_after(np.array([start]), count, np.array([stride]), batches)[0].tolist())


@given(st.integers(1, 40), st.integers(0, 50), st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 30))
def test_a_jump_over_two_epochs_is_two_jumps_over_one(size, stride, first, second, offset):
    count, strides, start = np.array([size]), np.array([stride]), np.array([[3, min(offset, size)]])
    halfway = start_after(start, count, strides, first)
    at_once = start_after(start, count, strides, first + second)
    assert start_after(halfway, count, strides, second).tolist() == at_once.tolist()


def test_a_class_that_is_not_dealt_stays_where_it_is():
    start, count = np.array([[2, 5]]), np.array([9])
    assert start_after(start, count, np.array([0]), 10).tolist() == [[2, 5]]
    assert start_after(start, count, np.array([3]), 0).tolist() == [[2, 5]]


def test_a_class_that_became_smaller_than_its_offset_begins_a_new_pass():
    assert deal_from(np.array([[3, 9]]), np.array([8]), np.array([2])).first_pass.tolist() == [4]


def test_classes_and_seeds_have_orders_of_their_own():
    def pass_of(seed, c):
        deck = Decks(seed, np.array([50, 50]), np.zeros((2, 2), dtype=np.int64), np.array([50, 50]))
        return deck.members(np.full(50, c), np.zeros(50, dtype=np.int64), np.arange(50)).tolist()

    orders = [tuple(pass_of(seed, c)) for seed in (0, 1) for c in (0, 1)]
    assert len(set(orders)) == 4


def test_a_class_of_more_members_than_a_place_can_number_is_refused():
    most = np.array([MOST_MEMBERS])
    Decks(0, most, np.zeros((1, 2), dtype=np.int64), np.array([3]))
    with pytest.raises(ValueError, match=r"at most 2,147,483,648 samples to be dealt, got 2,147,483,649$"):
        Decks(0, most + 1, np.zeros((1, 2), dtype=np.int64), np.array([3]))
