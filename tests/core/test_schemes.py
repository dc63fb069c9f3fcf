"""What holds under every sampling scheme."""

import numpy as np
import pytest
from scipy import stats

from sampler_core.draws import SCHEMES
from tests.core.scheme_draws import COUNTS, RARE, classes_of, drawn_of, epoch_of, members_of, shares_at


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
    epoch, members = epoch_of(shares_at(0.7), 3001, 32), members_of(scheme, COUNTS)
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
