"""Coverage under the stratified scheme, against every place of every batch reckoned one by one."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sampler_core.draws.counter_rng import GOLDEN, mix
from sampler_core.draws.systematic_rounding import SystematicRounding
from sampler_core.forecast.expectations import Draws, coverage, run_coverage


def place_by_place(size, shares, samples, batch_size):
    """Expected share of the places of one class taken: what each batch surely takes, and what it may."""
    missed, start = np.ones(size), 0
    full, rest = divmod(samples, batch_size)
    batches = [batch_size] * full + [rest] * (rest > 0)
    for share in shares:
        stride, sure, _ = rounded(share, batch_size)
        period = math.lcm(size, stride) if stride > sure and math.gcd(size, stride) > 1 else math.inf
        for b, drawn in enumerate(batches):
            _, sure, chance = rounded(share, drawn)
            begin = int(start + b * stride + b * stride // period)
            for place in range(begin, begin + sure):
                missed[place % size] = 0.0
            missed[(begin + sure) % size] *= 1.0 - chance
        passed = stride * len(batches)
        if period == math.inf and rest and passed and math.gcd(size, passed) > 1:
            period = math.lcm(size, passed)
        start = next_start(start, passed, period, stride)
    return 1.0 - missed.mean()


def next_start(start, passed, period, stride):
    over = int((start % (period + 1) + passed) // period)
    begin = start + passed + over
    return begin + (scrambled(begin) % (stride + 1) if over else 0)


def scrambled(place):
    return int(mix(np.array([place * GOLDEN % 2**64], dtype=np.uint64))[0]) >> 32


def rounded(share, drawn):
    """The most draws of a batch, those that are sure, and the chance of one more."""
    found = SystematicRounding(np.array([share, 1 - share]) * drawn, drawn)
    sure, most = int(found.floor[0]), int(found.ceiling[0])
    return most, sure, share * drawn - sure if most > sure else 0.0


@st.composite
def runs(draw):
    """Class size, shares of the epochs, samples per epoch and batch size, small enough for strides to collide."""
    batch_size = draw(st.integers(1, 24))
    whole = st.integers(0, batch_size).map(lambda k: k / batch_size)
    share = st.floats(0.0, 1.0) | whole | st.sampled_from([1e-12, 1e-4, 0.01, 0.05])
    few = draw(st.lists(share, min_size=1, max_size=3))
    shares = draw(st.lists(st.sampled_from(few), min_size=1, max_size=8))
    return draw(st.integers(1, 120)), shares, draw(st.integers(1, 300)), batch_size


def told(size, shares, samples, batch_size):
    counts, rows = np.array([size, 7]), np.array([[share, 1 - share] for share in shares])
    draws = Draws(samples, batch_size, "stratified")
    return run_coverage(counts, rows, draws)[0], coverage(counts, rows, draws)[:, 0]


@given(runs())
@example((2, [1.0, 1e-12, 1.0], 1, 1))  # never drawn, so its place is not passed either
@example((2, [1.0, 2.2e-313, 1.0], 1, 1))
@example((2, [0.0], 1, 2))  # all batches are the last, smaller one, and pass nothing
@example((8, [0.0126] * 12, 226, 32))  # an epoch passes all places once
def test_coverage_of_epochs_and_of_the_run_is_that_of_their_places(run):
    size, shares, samples, batch_size = run
    of_run, of_epochs = told(*run)
    batches = [batch_size] * (samples // batch_size) + [samples % batch_size]
    off = [abs(share * drawn - round(share * drawn)) for share in shares for drawn in batches]
    near = 1e-11 + sum(part for part in off if part < 2e-9)  # drawing takes these as whole
    assert of_run == pytest.approx(place_by_place(size, shares, samples, batch_size), abs=near)
    one_by_one = [place_by_place(size, [share], samples, batch_size) for share in shares]
    assert of_epochs == pytest.approx(one_by_one, abs=near)


def test_places_left_to_chance_are_others_once_the_strides_repeat():
    # strides of 2 take every second place with chance 0.01; of 30 places it is the same ones in each lap, of 31 others
    for size in (30, 31):
        assert told(size, [0.101], 150, 10)[0] == pytest.approx(1 - 15 * 0.99 / size - (size == 31) / 31)
        # so the walk of 30 steps over one place; of 31, place 29 is not passed again so soon
        assert told(size, [0.101] * 2, 150, 10)[0] == pytest.approx(1 - 0.99 / size * (size == 31))


def test_strides_that_change_leave_what_is_last_in_all_of_them():
    # 12 places: strides of 4 leave 3, 7 and 11 to chance 0.5; the walk steps over 0; strides of 2 go from 1 to 6
    assert told(12, [0.35, 0.15], 30, 10)[0] == pytest.approx(1 - 2 * 0.5 / 12)
    assert told(12, [0.35, 0.35], 30, 10)[0] == pytest.approx(1.0)


def test_columns_may_be_one_class_in_several_runs():
    """Their strides do not fill a batch together, as those of all classes of an epoch would."""
    draws, sizes, shares = Draws(40, 4, "stratified"), np.full(4, 30), np.full((3, 4), 0.3)
    alone = run_coverage(sizes[:1], shares[:, :1], draws)
    assert alone[0] == pytest.approx(place_by_place(30, [0.3] * 3, 40, 4), abs=1e-12)
    assert run_coverage(sizes, shares, draws) == pytest.approx(np.repeat(alone, 4), abs=1e-12)


@pytest.mark.parametrize("samples", [10**4, 10**8, 10**12])
def test_the_work_does_not_grow_with_the_size_of_the_data(samples):
    # a prime and a multiple of 7 about as large; strides of 7, then of 2, then of 7
    counts = np.array([samples * 6 // 10 // 7 * 7, samples * 6 // 10 // 7 * 7 + 1])
    rows = np.array([[0.65, 0.35], [0.15, 0.85], [0.65, 0.35]])
    found = run_coverage(counts, rows, Draws(samples, 10, "stratified"))
    assert np.all((found > 0.9) & (found <= 1.0))
    assert found == pytest.approx(run_coverage(counts // 10, rows, Draws(samples // 10, 10, "stratified")), abs=0.05)
