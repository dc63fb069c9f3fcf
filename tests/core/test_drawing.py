"""Drawing: the tables, the keyed hash, and the three schemes, each against its definition and against references."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.utils.data import WeightedRandomSampler

from sampler_core import ScheduledClassSampler
from sampler_core.draws import SCHEMES, Epoch, Members, class_order, exact_quotas, stratified_stride
from sampler_core.draws.alias_table import alias_table
from sampler_core.draws.counter_rng import GOLDEN, key_of, keys_of, mix, uniform, uniforms
from sampler_core.draws.permutation import Permutation, shuffled_rows
from sampler_core.draws.systematic_rounding import SystematicRounding

COUNTS = np.array([5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])  # CIFAR-10-LT 100
RARE = 1e-4  # a test that fails by chance once in 10,000 seeds; the seeds are fixed


def shares_at(skew, counts=COUNTS):
    shares = counts.astype(float) ** (1 - skew)
    return shares / shares.sum()


def epoch_of(shares, samples, batch_size=128, seed=3, epoch=0):
    return Epoch(np.asarray(shares, dtype=np.float64), seed, epoch, samples, batch_size)


def members_of(counts, start=None):
    first = np.cumsum(counts) - counts
    return Members(counts.astype(np.int64), first.astype(np.int64), np.zeros_like(counts) if start is None else start)


def classes_of(scheme, epoch, begin=0, end=None):
    positions = np.arange(begin, epoch.samples if end is None else end, dtype=np.uint64)
    return SCHEMES[scheme](epoch).classes(positions)


def drawn_of(scheme, epoch, counts, start=None):
    """(class, number of the member within its class) of every draw of an epoch."""
    members = members_of(counts, start)
    places = SCHEMES[scheme](epoch, members).places(np.arange(epoch.samples, dtype=np.uint64))
    drawn = np.searchsorted(members.first, places, side="right") - 1
    return drawn, places - members.first[drawn]


def p_value(observed, expected):
    return stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue


# --- the hash --------------------------------------------------------------------------------------------------------


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


# --- permutations ----------------------------------------------------------------------------------------------------

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
    found = np.array([Permutation(size, key_of(seed, 1))(positions[:5]) for seed in range(3000)]).astype(np.int64)
    for column in found.T:
        assert p_value(np.bincount(column * 10 // size, minlength=10), _tenths(size)) > RARE
    apart = (found[:, 1] - found[:, 0]) % size
    assert p_value(np.bincount(apart * 10 // size, minlength=10), _tenths(size)) > RARE


def _tenths(size):
    return np.bincount(np.arange(size) * 10 // size, minlength=10).astype(float)


def test_pieces_of_a_permutation_are_pieces_of_the_whole():
    for size in (300, 20_000):
        permutation = Permutation(size, key_of(2))
        whole = permutation(np.arange(size, dtype=np.uint64))
        assert permutation(np.array([size - 1, 0, 17], dtype=np.uint64)).tolist() == whole[[-1, 0, 17]].tolist()


def test_shuffled_rows_are_permutations_that_favour_no_place():
    rows = shuffled_rows(keys_of(key_of(4), np.arange(6000, dtype=np.uint64)), 8)
    assert np.array_equal(np.sort(rows, axis=1), np.tile(np.arange(8), (6000, 1)))
    table = np.array([np.bincount(column, minlength=8) for column in rows.T])
    assert p_value(table.ravel(), np.ones(64)) > RARE


# --- systematic rounding ---------------------------------------------------------------------------------------------

EXPECTED = st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda shares: sum(shares) > 1e-3)


@given(EXPECTED, st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_systematic_rounding_gives_floor_or_ceil_and_sums_to_the_total(shares, total, offset):
    expected = np.array(shares) / sum(shares) * total
    rounding = SystematicRounding(expected, total)
    counts = rounding.counts(offset)
    assert counts.sum() == total
    assert (counts >= np.floor(expected - 1e-8)).all()
    assert (counts <= np.ceil(expected + 1e-8)).all()
    assert (counts <= rounding.most).all()
    assert (counts >= rounding.base).all()
    assert (counts[np.array(shares) == 0] == 0).all()


@given(EXPECTED, st.integers(1, 1000))
def test_systematic_rounding_is_unbiased_over_offsets(shares, total):
    expected = np.array(shares) / sum(shares) * total
    rounding = SystematicRounding(expected, total)
    grid = 256
    mean = np.mean([rounding.counts((i + 0.5) / grid) for i in range(grid)], axis=0)
    assert np.abs(mean - expected).max() <= 1 / grid + 1e-6


@given(EXPECTED, st.integers(1, 300), st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=5))
def test_the_classes_that_get_one_more_are_those_of_the_counts(shares, total, offsets):
    rounding = SystematicRounding(np.array(shares) / sum(shares) * total, total)
    if not rounding.left_over:
        assert rounding.base.sum() == total
        return
    extra = rounding.extra_classes(np.array(offsets))
    for row, offset in zip(extra, offsets, strict=True):
        edges = rounding.edges
        points = np.minimum(np.arange(rounding.left_over) + offset, np.nextafter(rounding.left_over, 0))
        assert row.tolist() == [int(np.flatnonzero(edges > point)[0]) for point in points]
        assert len(set(row.tolist())) == len(row)


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
        assert rounding.most.tolist() == [1, 1, 1]
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


def test_an_offset_on_the_edge_between_two_classes_falls_to_the_second():
    rounding = SystematicRounding(np.array([0.5, 0.5, 0.5, 0.5]), 2)
    assert rounding.extra_classes(np.array([0.0, 0.25, 0.5])).tolist() == [[0, 2], [0, 2], [1, 3]]


def test_a_class_too_small_for_most_batches_is_still_drawn_sometimes():
    rounding = SystematicRounding(np.array([1.4, 0.6 - 1e-10, 1e-10]), 2)
    assert rounding.most.tolist() == [2, 1, 1]
    assert rounding.counts(1 - 2e-11).tolist() == [1, 0, 1]


# --- alias tables ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=70))
def test_an_alias_table_conserves_every_mass_exactly(masses):
    masses = np.array(masses, dtype=np.int64)
    columns = masses.size
    heights = (int(masses.sum()) - np.arange(columns) + columns - 1) // columns
    own, other = alias_table(masses, heights)
    assert (own >= 0).all()
    assert (own <= heights).all()
    found = own.copy()
    np.add.at(found, other, heights - own)
    assert found.tolist() == masses.tolist()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=70), st.integers(0, 50))
def test_with_slack_an_alias_table_conserves_the_whole_and_each_mass_to_within_the_slack(masses, slack):
    masses = np.array(masses, dtype=np.int64) * 1000
    columns = masses.size
    heights = (int(masses.sum()) - np.arange(columns) + columns - 1) // columns
    own, other = alias_table(masses, heights, slack)
    assert (own >= 0).all()
    assert (own <= heights).all()
    found = own.copy()
    np.add.at(found, other, heights - own)
    assert found.sum() == masses.sum()
    assert np.abs(found - masses).max() <= slack


# --- independent: the scheme of WeightedRandomSampler --------------------------------------------------------------------


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
        assert p_value(tenth, _tenths(COUNTS[c])) > RARE
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


# --- the same for all schemes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
def test_epochs_seeds_and_batches_draw_independently_of_each_other(scheme):
    shares = [0.5, 0.3, 0.2]
    base = classes_of(scheme, epoch_of(shares, 64_000, 64)).astype(int)
    others = {
        "epoch": classes_of(scheme, epoch_of(shares, 64_000, 64, epoch=1)).astype(int),
        "seed": classes_of(scheme, epoch_of(shares, 64_000, 64, seed=4)).astype(int),
        "batch": np.roll(base, 64),
    }
    for name, other in others.items():
        pairs = np.bincount(base * 3 + other, minlength=9).reshape(3, 3)
        assert stats.chi2_contingency(pairs).pvalue > RARE, name


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "counts",
    [[100] * 2 + [1] * 2, [100] * 4 + [7] * 4, [1] * 10, [5] * 6, [3] * 8, [500] * 500 + [3] * 500, COUNTS, [7]],
    ids=["step of 4", "step of 8", "even 10", "even 6", "even 8", "step of 1000", "long tail", "one class"],
)
def test_draws_do_not_hang_on_the_last_bits_of_the_shares(scheme, counts):
    # exp and log of another processor differ by a few units in the last place
    rng = np.random.default_rng(0)
    for skew in (0.0, 0.5, 1.0):
        shares = shares_at(skew, np.array(counts))
        drawn = classes_of(scheme, epoch_of(shares, 50_000, 64))
        for _ in range(5):
            noisy = shares * (1 + rng.integers(-8, 9, shares.size) * 2.0**-52)
            assert np.array_equal(classes_of(scheme, epoch_of(noisy, 50_000, 64)), drawn)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_any_piece_in_any_order_is_a_piece_of_the_whole(scheme):
    epoch, members = epoch_of(shares_at(0.7), 3001, 32), members_of(COUNTS)
    drawn = SCHEMES[scheme](epoch, members)
    whole_classes = drawn.classes(np.arange(3001, dtype=np.uint64))
    whole = drawn.places(np.arange(3001, dtype=np.uint64))
    for piece in (slice(2990, 3001), slice(0, 1), slice(31, 33), slice(5, 2500, 7), slice(3000, None, -3)):
        positions = np.arange(3001, dtype=np.uint64)[piece]
        assert drawn.places(positions.copy()).tolist() == whole[piece].tolist()
        assert drawn.classes(positions.copy()).tolist() == whole_classes[piece].tolist()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_places_belong_to_the_classes_of_the_class_stage(scheme):
    for samples, batch_size in ((3001, 32), (40_000, 20_000), (7, 32)):
        epoch = epoch_of(shares_at(0.7), samples, batch_size)
        assert drawn_of(scheme, epoch, COUNTS)[0].tolist() == classes_of(scheme, epoch).tolist()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("skew", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_mean_class_counts_of_many_epochs_are_m_times_the_shares(scheme, skew):
    shares = shares_at(skew)
    totals = np.zeros(10)
    for seed in range(60):
        totals += np.bincount(classes_of(scheme, epoch_of(shares, 1000, 50, seed=seed)), minlength=10)
    spread = np.sqrt(60_000 * shares * (1 - shares))  # of independent draws; the other schemes spread less
    assert (np.abs(totals - 60_000 * shares) <= 4.5 * spread + 1).all()


# --- exact -----------------------------------------------------------------------------------------------------------


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


# --- stratified ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 2, 7, 128, 1000])
@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0, -2.0])
def test_every_full_stratified_batch_has_floor_or_ceil_of_each_share(batch_size, skew):
    epoch = epoch_of(shares_at(skew), batch_size * 200 + batch_size // 2, batch_size)
    drawn = classes_of("stratified", epoch)
    full = drawn[: batch_size * 200].reshape(200, batch_size)
    counts = np.array([np.bincount(batch, minlength=10) for batch in full])
    assert (counts >= np.floor(epoch.shares * batch_size)).all()
    assert (counts <= np.ceil(epoch.shares * batch_size)).all()
    assert (counts <= stratified_stride(epoch)).all()
    tail = np.bincount(drawn[batch_size * 200 :], minlength=10)
    assert (tail >= np.floor(epoch.shares * (batch_size // 2))).all()
    assert (tail <= np.ceil(epoch.shares * (batch_size // 2))).all()


def test_stratified_batch_counts_have_the_expectation_b_p():
    epoch = epoch_of(shares_at(0.5), 20_000 * 10, 10)
    counts = np.bincount(classes_of("stratified", epoch), minlength=10) / 20_000
    part = epoch.shares * 10 % 1
    assert (np.abs(counts - epoch.shares * 10) <= 4.5 * np.sqrt(part * (1 - part) / 20_000) + 1e-9).all()


@pytest.mark.parametrize("batch_size", [8, 50])
def test_no_slot_of_a_stratified_batch_favours_a_class(batch_size):
    batches = 16_000 // batch_size * 5
    epoch = epoch_of([0.41, 0.33, 0.19, 0.07], batches * batch_size, batch_size)
    drawn = classes_of("stratified", epoch).astype(int)
    slot = np.arange(drawn.size) % batch_size
    table = np.bincount(drawn * batch_size + slot, minlength=4 * batch_size).reshape(4, batch_size)
    # within a batch draws are dependent, so each slot is held against the shares on its own
    worst = min(p_value(column, epoch.shares) for column in table.T)
    assert worst > RARE / batch_size


def test_stratified_slots_of_a_huge_batch_favour_no_class_either():
    size = Permutation.SMALL * 2  # slots come from a Feistel network here
    drawn = np.concatenate([classes_of("stratified", epoch_of([0.5, 0.3, 0.2], size, size, seed=s)) for s in range(4)])
    place = np.arange(drawn.size) % size * 16 // size
    table = np.bincount(drawn * 16 + place, minlength=48).reshape(3, 16)
    assert stats.chi2_contingency(table).pvalue > RARE
    assert np.bincount(drawn[:size]).tolist() == [16384, 9830, 6554] or np.bincount(drawn[:size]).tolist() == [
        16384, 9831, 6553,
    ]  # fmt: skip


def test_stratified_members_walk_start_plus_b_stride_plus_j():
    counts, batch_size, batches = np.array([11, 5, 2]), 6, 50
    start = np.array([3, 40, 1])
    epoch = epoch_of([0.55, 0.3, 0.15], batch_size * batches, batch_size)
    drawn, number = drawn_of("stratified", epoch, counts, start)
    stride = stratified_stride(epoch)
    assert stride.tolist() == [4, 2, 1]  # ceil of 3.3, 1.8, .9
    for b in range(batches):
        here = slice(b * batch_size, (b + 1) * batch_size)
        for c in range(3):
            got = sorted(number[here][drawn[here] == c])
            assert got == sorted((start[c] + b * stride[c] + j) % counts[c] for j in range(len(got)))


def test_stratified_members_step_over_a_place_where_their_strides_would_repeat():
    counts, start = np.array([6, 8, 2]), np.array([3, 0, 1])
    epoch = epoch_of([0.55, 0.3, 0.15], 6 * 40, 6)
    drawn, number = drawn_of("stratified", epoch, counts, start)
    for b in range(40):
        here = slice(b * 6, (b + 1) * 6)
        for c, (stride, period) in enumerate([(4, 12), (2, 8), (1, 10**9)]):  # 4 and 6 meet at 12, 2 and 8 at 8
            begin = start[c] + b * stride + b * stride // period
            got = sorted(number[here][drawn[here] == c])
            assert got == sorted((begin + j) % counts[c] for j in range(len(got)))


def test_the_samples_of_a_class_come_about_equally_often_over_a_stratified_run():
    counts = np.array([int(500 * 0.01 ** (place / 99)) for place in range(100)])
    labels = np.repeat(np.arange(100), counts)
    sampler = ScheduledClassSampler(labels, skew=1.0, drawing="stratified", batch_size=128, epochs=60, seed=0)
    drawn = np.zeros(labels.size)
    for epoch in range(60):
        sampler.set_epoch(epoch)
        drawn += np.bincount(list(sampler), minlength=labels.size)
    for of_class in np.split(drawn, np.cumsum(counts)[:-1]):
        # no less even than draws on their own would be, though strides of 2 divide every second class
        assert of_class.std() < 1.5 * np.sqrt(of_class.mean())


@pytest.mark.parametrize(
    ("size", "others", "samples", "batch_size"),
    [(64, 447, 165, 8), (8, 632, 226, 32), (8, 8, 20, 8), (12, 340, 352, 64)],
)
def test_epochs_of_a_stratified_run_do_not_come_round_to_the_same_places(size, others, samples, batch_size):
    # a few epochs together pass whole repeats of the strides, or each epoch whole rounds and a smaller batch
    sampler = ScheduledClassSampler(
        np.repeat([0, 1], [size, others]), skew=0.0, drawing="stratified", batch_size=batch_size,
        samples_per_epoch=samples, epochs=150,
    )  # fmt: skip
    drawn = np.zeros(size + others)
    for epoch in range(150):
        sampler.set_epoch(epoch)
        drawn += np.bincount(list(sampler), minlength=drawn.size)
    assert drawn[:size].std() < 1.2 * np.sqrt(drawn[:size].mean())


def test_a_stratified_batch_repeats_no_sample_while_the_class_has_enough():
    epoch = epoch_of(shares_at(1.0), 100 * 500, 500)
    drawn, number = drawn_of("stratified", epoch, COUNTS)
    for b in range(100):
        pairs = drawn[b * 500 : (b + 1) * 500] * 10_000 + number[b * 500 : (b + 1) * 500]
        assert np.unique(pairs).size == 500  # 50 of each class, and the rarest has 50


# --- the class order -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("num_classes", [1, 2, 10, 300])
def test_the_class_order_lists_each_class_once_whole_and_shuffled(num_classes):
    codes = np.random.default_rng(0).integers(0, num_classes, 5000)
    order = class_order(codes, num_classes, seed=1)
    assert order.dtype == np.int32
    assert np.array_equal(np.sort(order), np.arange(5000))
    assert (np.diff(codes[order]) >= 0).all()
    biggest = order[codes[order] == np.bincount(codes).argmax()]
    assert (np.diff(biggest) < 0).any()
    assert abs(stats.spearmanr(np.arange(biggest.size), biggest).statistic) < 4.5 / np.sqrt(biggest.size)


def test_the_class_order_depends_on_the_seed_and_not_on_the_type_of_the_codes():
    codes = np.arange(1000) % 3
    orders = {tuple(class_order(codes.astype(kind), 3, seed=1)) for kind in (np.uint8, np.int16, np.int64, np.uint16)}
    assert len(orders) == 1
    assert orders != {tuple(class_order(codes, 3, seed=2))}
