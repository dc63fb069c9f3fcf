"""Caps and floors: water-filling against its definition and against a slow bisection; limits that cannot be met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import synthetic
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Linear
from sampler_core.plans.share_limits import check_limits, normalised, water_filled
from sampler_core.plans.targets import PowerSkew


def bisected(log_weights, floor, cap):
    """clip(k q, floor, cap) with the k that makes the sum 1, found by halving log k: slow and plain."""
    low, high = -3000.0 - log_weights.max(), 3000.0 - log_weights.min()
    for _ in range(300):
        middle = (low + high) / 2
        filled = np.clip(np.exp(np.minimum(log_weights + middle, 10.0)), floor, cap)
        low, high = (middle, high) if filled.sum() < 1 else (low, middle)
    return np.clip(np.exp(np.minimum(log_weights + high, 10.0)), floor, cap)


@st.composite
def problems(draw):
    """Log weights with floors and caps that leave room."""
    size = draw(st.integers(1, 25))
    numbers = lambda low, high: np.array(draw(st.lists(st.floats(low, high), min_size=size, max_size=size)))  # noqa: E731
    spread = draw(st.sampled_from([1.0, 20.0, 600.0]))
    log_weights = numbers(-spread, spread)
    parts = numbers(0.0, 1.0)
    floor = parts / max(parts.sum(), 1e-9) * draw(st.floats(0, 0.999))
    cap = floor + numbers(0.0, 1.0)
    cap = np.minimum(1.0, cap + max(0.0, 1.001 - cap.sum()) / size)
    cap = cap if cap.sum() >= 1 else np.ones(size)
    return log_weights, np.minimum(floor, cap), cap


@given(problems())
def test_water_filling_is_what_bisection_finds(problem):
    log_weights, floor, cap = problem
    found = water_filled(log_weights, floor, cap)
    assert found == pytest.approx(bisected(log_weights, floor, cap), abs=1e-9)


@given(problems())
def test_water_filled_shares_sum_to_one_and_keep_their_limits(problem):
    _, floor, cap = problem
    found = water_filled(*problem)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert (found >= floor).all()
    assert (found <= cap).all()


@given(problems())
def test_classes_between_their_limits_keep_their_proportions(problem):
    log_weights, floor, cap = problem
    found = water_filled(*problem)
    free = (found > floor * (1 + 1e-9) + 1e-12) & (found < cap * (1 - 1e-9))
    if free.sum() > 1:
        ratio = np.log(found[free]) - log_weights[free]
        assert np.ptp(ratio) == pytest.approx(0.0, abs=1e-6)


@given(problems())
def test_limits_that_do_not_bind_change_nothing(problem):
    log_weights = problem[0]
    free = water_filled(log_weights, np.zeros(log_weights.size), np.ones(log_weights.size))
    assert free.tolist() == normalised(log_weights).tolist()
    assert water_filled(log_weights, np.minimum(free, free * 0.999), free).tolist() == free.tolist()


@given(problems(), st.floats(-500, 500))
def test_the_scale_of_the_weights_does_not_matter(problem, shift):
    log_weights, floor, cap = problem
    assert water_filled(log_weights + shift, floor, cap) == pytest.approx(water_filled(*problem), abs=1e-9)


@given(problems(), st.integers(2, 30))
def test_a_row_among_others_is_the_row_alone_bit_for_bit(problem, rows):
    log_weights, floor, cap = problem
    many = np.linspace(-1.0, 2.0, rows)[:, None] * log_weights
    assert water_filled(many, floor, cap).tolist() == [water_filled(row, floor, cap).tolist() for row in many]


@pytest.mark.parametrize("num_classes", [3, 10, 1000])
@pytest.mark.parametrize("limits", [{}, {"max_repeats": 3.0, "min_share": 1e-4}], ids=["free", "limited"])
def test_the_shares_that_are_shown_are_those_that_are_drawn_bit_for_bit(num_classes, limits):
    counts = synthetic("exponential", num_classes, 50 * num_classes, 100.0)
    plan = SamplingPlan(target=PowerSkew(Linear(-0.5, 0.01)), epochs=300, batch_size=64, **limits)
    drawn = [plan.epoch_at(counts.present, epoch).shares.tolist() for epoch in range(300)]
    assert plan.class_shares(counts)[:, counts.canonical].tolist() == drawn


def test_by_hand_a_cap_gives_its_excess_to_the_others_in_proportion():
    shares = np.log([0.6, 0.3, 0.1])
    assert water_filled(shares, np.zeros(3), np.array([0.4, 1, 1])) == pytest.approx([0.4, 0.45, 0.15])
    # the excess of the first lifts the second over its own cap: what is left goes to the third
    assert water_filled(shares, np.zeros(3), np.array([0.4, 0.4, 1])) == pytest.approx([0.4, 0.4, 0.2])


def test_by_hand_a_floor_takes_from_the_others_in_proportion():
    shares = np.log([0.6, 0.3, 0.1])
    assert water_filled(shares, np.array([0, 0, 0.4]), np.ones(3)) == pytest.approx([0.4, 0.2, 0.4])
    assert water_filled(shares, np.array([0.2, 0.25, 0.4]), np.ones(3)) == pytest.approx([0.35, 0.25, 0.4])


def test_by_hand_floor_and_cap_together():
    shares = np.log([0.9, 0.08, 0.02])
    found = water_filled(shares, np.array([0.1, 0.1, 0.1]), np.array([0.5, 1, 1]))
    assert found == pytest.approx([0.5, 0.4, 0.1])


def test_by_hand_unimax_of_the_paper_is_a_cap_on_uniform_weights():
    # budget 100 over classes of 5, 20, 400 samples, at most 2 repeats: 10, 40, and the rest
    caps = np.array([10, 40, 800]) / 100
    assert water_filled(np.zeros(3), np.zeros(3), np.minimum(caps, 1)) == pytest.approx([0.1, 0.4, 0.5])


def test_limits_that_fill_the_whole_are_the_shares():
    for floor, cap in (([0.2, 0.3, 0.5], [1, 1, 1]), ([0, 0, 0], [0.2, 0.3, 0.5]), ([0.2, 0.3, 0.5], [0.2, 0.3, 0.5])):
        assert water_filled(np.array([9.0, 1.0, -700.0]), np.array(floor), np.array(cap)) == pytest.approx(
            [0.2, 0.3, 0.5], abs=1e-12
        )


def test_normalised_holds_for_any_size_of_weights():
    assert normalised(np.array([1000.0, 1000.0, -1000.0])) == pytest.approx([0.5, 0.5, 0.0])
    assert normalised(np.array([0.0, -np.inf])).tolist() == [1.0, 0.0]
    assert normalised(np.array([np.log(3), 0.0])) == pytest.approx([0.75, 0.25])


COUNTS = ClassCounts.from_counts({"a": 60, "b": 30, "c": 10})


@pytest.mark.parametrize(
    ("floor", "cap", "says"),
    [
        ([0.5, 0.1, 0.1], [0.4, 1, 1], r"rule must leave room .* floor of 0\.5 above a cap of 0\.4 for class 'a'"),
        ([0.1, 0.1, 0.2], [1, 1, 0.1], r"above a cap of 0\.1 for class 'c' \(10 samples\)"),
        ([0.4, 0.4, 0.4], [1, 1, 1], r"rule must be at most 1 in all, got floors that sum to 1\.2"),
        ([0, 0, 0], [0.3, 0.3, 0.3], r"rule must allow all draws of an epoch, got caps that allow 0\.9 of them"),
    ],
)
def test_limits_that_cannot_be_met_are_refused_in_the_callers_words(floor, cap, says):
    with pytest.raises(ValueError, match=says):
        check_limits(COUNTS, np.array(floor, dtype=float), np.array(cap, dtype=float), "rule")


def test_limits_that_can_just_be_met_are_accepted():
    third = np.full(3, 1 / 3)
    for floor, cap in ((third, np.ones(3)), (np.zeros(3), third), (third, third)):
        check_limits(COUNTS, floor, cap, "rule")
        assert water_filled(np.array([5.0, 0.0, -5.0]), floor, cap) == pytest.approx(third, abs=1e-15)


@given(
    counts=st.lists(st.integers(1, 10**12), min_size=1, max_size=40),
    skew=st.floats(-50, 50),
    repeats=st.floats(1, 100),
    floor=st.floats(0, 1),
)
def test_a_plan_keeps_its_cap_and_its_floor_or_says_that_it_cannot(counts, skew, repeats, floor):
    n = np.array(counts)
    plan = SamplingPlan(
        target=PowerSkew(Constant(skew)), epochs=1, batch_size=8, max_repeats=repeats, min_share=floor / n.size
    )
    room = repeats * n / n.sum()
    if (floor / n.size > room * (1 + 1e-9)).any():
        with pytest.raises(ValueError, match="must leave room for each class"):
            plan.class_shares(n)
    elif (floor / n.size <= room).all():
        shares = plan.class_shares(n)[0]
        assert shares.sum() == pytest.approx(1.0, abs=1e-12)
        assert (shares <= room * (1 + 1e-12)).all()
        assert (shares >= floor / n.size * (1 - 1e-12)).all()


def test_caps_that_miss_the_epoch_by_one_draw_in_billions_are_refused():
    plan = SamplingPlan(
        target=PowerSkew(Constant(0.0)), epochs=1, batch_size=8, max_repeats=2, samples_per_epoch=2 * 10**10 + 1
    )
    with pytest.raises(ValueError, match="must allow all draws of an epoch"):
        plan.class_shares([10**10 - 1, 1])


def test_an_empty_class_needs_neither_floor_nor_cap():
    plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=1, batch_size=8, max_repeats=2, min_share=0.2)
    assert plan.class_shares({"a": 60, "none": 0, "b": 30, "c": 10})[0] == pytest.approx([0.4, 0, 0.4, 0.2])
