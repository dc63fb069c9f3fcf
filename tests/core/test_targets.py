"""Targets: what holds for every entry of the catalogue, published and hand-computed shares, wrong values."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sampler_core.plans.adaptive_targets
import sampler_core.plans.explicit_shares
import sampler_core.plans.schedules
import sampler_core.plans.targets
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import cifar_lt
from sampler_core.forecast.forecast import Forecast
from sampler_core.plans.adaptive_targets import DifficultyBalanced, ExponentiatedGradient
from sampler_core.plans.explicit_shares import Shares
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.schedules import Constant, Cosine, Linear, Piecewise, Step
from sampler_core.plans.share_limits import normalised
from sampler_core.plans.target_values import TARGET, target_of
from sampler_core.plans.targets import (
    Boost,
    EffectiveNumber,
    Moment,
    PowerSkew,
    ProgressivelyBalanced,
    RepeatFactor,
    UniMax,
    decode_target,
)

COUNTS = ClassCounts.from_counts({"a": 60, "b": 30, "c": 9, "d": 1})
NATURAL = [0.6, 0.3, 0.09, 0.01]
EVEN = [0.25, 0.25, 0.25, 0.25]

# name -> examples as (target, shares of COUNTS at the first epoch, and at the last of 10), M = N = 100; by hand.
EXAMPLES = {
    "power_skew": [
        (PowerSkew(Linear(0.0, 1 / 9)), NATURAL, EVEN),
        (PowerSkew(Cosine(0.0, 1.0)), NATURAL, EVEN),
        # 1/60, 1/30, 1/9, 1 over their sum 209/180
        (PowerSkew(Constant(2)), [3 / 209, 6 / 209, 20 / 209, 180 / 209], [3 / 209, 6 / 209, 20 / 209, 180 / 209]),
    ],
    "progressively_balanced": [(ProgressivelyBalanced(), NATURAL, EVEN)],
    "effective_number": [
        (EffectiveNumber(0.0), NATURAL, NATURAL),
        # n (1 - b) / (1 - b ** n) at b = 1/2: 30 (1 + 2**-60), 15 (1 + 2**-30), 4.5 * 512/511, 1
        (EffectiveNumber(0.5), *[[w / 50.508806276 for w in (30, 15.000000014, 4.5 * 512 / 511, 1)]] * 2),
    ],
    "repeat_factor": [
        # threshold .09: only d is rarer; its factor is sqrt(.09 / .01) = 3, the sum 102
        (RepeatFactor(0.09), *[[60 / 102, 30 / 102, 9 / 102, 3 / 102]] * 2),
        # power 1, threshold .3: factors 1, 1, .3 / .09, .3 / .01; n times that: 60, 30, 30, 30
        (RepeatFactor(0.3, power=1.0), *[[0.4, 0.2, 0.2, 0.2]] * 2),
        (RepeatFactor(0.3, power=0.0), NATURAL, NATURAL),
    ],
    "unimax": [
        # 2 repeats: d at most 2 draws, c at most 18, the other 80 draws evenly
        (UniMax(2.0), *[[0.40, 0.40, 0.18, 0.02]] * 2),
        (UniMax(1.0), NATURAL, NATURAL),
        (UniMax(25.0), EVEN, EVEN),
    ],
    "boost": [
        # natural; class d times 9 from the first epoch to epoch 3: .6 .3 .09 .09 over 1.08
        (Boost(PowerSkew(Constant(0.0)), {"d": 9}, 0, 3), [0.6 / 1.08, 0.3 / 1.08, 0.09 / 1.08, 0.09 / 1.08], NATURAL),
        (Boost(PowerSkew(Linear(0.0, 1 / 9)), {"a": 2, "b": 0.5}, 9, 9), NATURAL, [0.5 / 1.125, *[0.125 / 1.125] * 1,
                                                                                  *[0.25 / 1.125] * 2]),
    ],
    "shares": [
        # d has .1; the other .9 by 60 : 30 : 9
        (Shares({"d": 0.1}), *[[0.9 * 60 / 99, 0.9 * 30 / 99, 0.9 * 9 / 99, 0.1]] * 2),
        # a falls from .8 to .35 over the run; the rest evenly
        (Shares({"a": "0:0.8, 9:0.35"}, PowerSkew(Constant(1.0))), [0.8, *[0.2 / 3] * 3], [0.35, *[0.65 / 3] * 3]),
        # every class has one, .8 in all
        (Shares({"a": 0.2, "b": 0.2, "c": 0.2, "d": 0.2}), EVEN, EVEN),
        (Shares({}, PowerSkew(Linear(0.0, 1 / 9))), NATURAL, EVEN),
    ],
    "difficulty_balanced": [
        (DifficultyBalanced(), NATURAL, NATURAL),
        (DifficultyBalanced(PowerSkew(Constant(1.0)), tau=2.0, smoothing=0.0), EVEN, EVEN),
    ],
    "exponentiated_gradient": [
        (ExponentiatedGradient(), NATURAL, NATURAL),
        # begins with its base's first epoch, and stays there without feedback
        (ExponentiatedGradient(PowerSkew(Step(1)), eta=0.5, epsilon=0.0), NATURAL, NATURAL),
    ],
}  # fmt: skip
EVERY = [example for examples in EXAMPLES.values() for example in examples]
BY_NAME = [(name, target) for name, examples in EXAMPLES.items() for target, *_ in examples] + [
    (name, target_of({TARGET.key: name})) for name in TARGETS
]
NAMESPACE = {
    **vars(sampler_core.plans.schedules),
    **vars(sampler_core.plans.targets),
    **vars(sampler_core.plans.adaptive_targets),
    **vars(sampler_core.plans.explicit_shares),
}


def shares_of(target, counts=COUNTS, epoch=0, epochs=10, samples=None):
    return normalised(target(counts, Moment(epoch, epochs, samples or counts.num_samples)))


# --- what holds for every entry --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "first", "last"), EVERY, ids=lambda value: str(value)[:60])
def test_first_and_last_shares_are_those_computed_by_hand(target, first, last):
    assert shares_of(target, epoch=0) == pytest.approx(first, abs=1e-9)
    assert shares_of(target, epoch=9) == pytest.approx(last, abs=1e-9)


@pytest.mark.parametrize(("name", "target"), BY_NAME, ids=lambda value: str(value)[:60])
class TestEveryTarget:
    def test_is_registered_under_its_name(self, name, target):
        assert TARGETS.name_of(target) == name
        assert TARGETS[name] is type(target)

    def test_is_frozen_and_equal_ones_have_equal_hashes(self, name, target):
        other = dataclasses.replace(target)
        assert other is not target
        assert (other, hash(other)) == (target, hash(target))
        for field in dataclasses.fields(target)[:1]:
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(target, field.name, None)

    def test_its_repr_evaluates_back(self, name, target):
        assert eval(repr(target), NAMESPACE.copy()) == target  # noqa: S307  # our own repr

    def test_goes_through_json_and_back(self, name, target):
        text = json.dumps(TARGETS.encode(target))
        assert decode_target(json.loads(text)) == target
        assert json.loads(text)["name"] == name

    def test_gives_one_finite_log_weight_a_class_at_every_epoch(self, name, target):
        for epoch in range(10):
            weights = target(COUNTS, Moment(epoch, 10, 100))
            assert weights.shape == (4,)
            assert weights.dtype == np.float64
            assert np.isfinite(weights).all()

    def test_shares_sum_to_one_and_an_empty_class_has_none(self, name, target):
        counts = ClassCounts.from_counts({"d": 1, "none": 0, "a": 60, "c": 9, "b": 30})
        plan = SamplingPlan(target=target, epochs=10, batch_size=8)
        shares = plan.class_shares(counts)
        assert shares.sum(axis=1) == pytest.approx(np.ones(10), abs=1e-12)
        assert (shares[:, 1] == 0).all()
        assert (shares[:, [0, 2, 3, 4]] > 0).all()
        assert shares[:, [2, 4, 3, 0]] == pytest.approx(plan.class_shares(COUNTS), abs=1e-15)

    def test_past_the_last_epoch_a_plan_holds_the_last_epochs_shares(self, name, target):
        plan = SamplingPlan(target=target, epochs=10, batch_size=8)
        assert plan.epoch_at(COUNTS, 500).shares.tolist() == plan.epoch_at(COUNTS, 9).shares.tolist()

    def test_does_not_change_what_it_is_given(self, name, target):
        before = COUNTS.counts.copy()
        assert shares_of(target).tolist() == shares_of(target).tolist()
        assert COUNTS.counts.tolist() == before.tolist()

    def test_a_single_class_has_the_whole_share(self, name, target):
        one = ClassCounts.from_counts({"d": 100})
        assert shares_of(target, one, epoch=3) == pytest.approx([1.0])


# --- power skew ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=30), st.floats(-3, 3))
def test_power_skew_is_the_share_formula(counts, skew):
    found = shares_of(PowerSkew(Constant(skew)), ClassCounts.from_counts(counts))
    power = np.array(counts, dtype=np.longdouble) ** (1 - np.longdouble(skew))
    assert found == pytest.approx((power / power.sum()).astype(float), rel=1e-9, abs=1e-15)


# --- progressively balanced ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [2, 3, 10, 101])
def test_the_run_average_of_progressively_balanced_is_half_natural_half_balanced(epochs):
    plan = SamplingPlan(target=ProgressivelyBalanced(), epochs=epochs, batch_size=8)
    assert plan.class_shares(COUNTS).mean(axis=0) == pytest.approx((np.array(NATURAL) + EVEN) / 2, abs=1e-14)


def test_progressively_balanced_mixes_shares_in_its_middle_epoch():
    assert shares_of(ProgressivelyBalanced(), epoch=1, epochs=3) == pytest.approx([0.425, 0.275, 0.17, 0.13])


# --- effective number ------------------------------------------------------------------------------------------------


def test_the_ten_class_weights_of_effective_number_on_cifar_10_are_the_published_ones():
    plan = SamplingPlan(target=EffectiveNumber(0.9999), epochs=1, batch_size=128)
    weights = plan.class_weights(cifar_lt(10, 5000, 100))[0] * 10
    published = [0.0506, 0.0769, 0.1211, 0.1950, 0.3188, 0.5246, 0.8683, 1.4426, 2.4092, 3.9927]
    assert weights.round(4).tolist() == published


@pytest.mark.parametrize("beta", [0.999999999, 1e-300])
def test_effective_number_holds_at_the_ends_of_beta(beta):
    shares = shares_of(EffectiveNumber(beta), ClassCounts.from_counts([10**12, 1000, 1]))
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)


# --- UniMax ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60), st.sampled_from([1, 1.5, 2, 4, 30]))
def test_unimax_with_room_for_all_draws_is_uniform_under_its_cap(counts, repeats):
    n = np.array(counts)
    found = shares_of(UniMax(repeats), ClassCounts.from_counts(n))
    cap = repeats * n / n.sum()
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert (found <= cap * (1 + 1e-9)).all()
    below = found < cap * (1 - 1e-9)
    assert np.ptp(found[below]) <= 1e-12 if below.any() else found == pytest.approx(cap)


def test_unimax_that_cannot_fill_an_epoch_says_what_it_must_be():
    with pytest.raises(ValueError, match=r"max_repeats must be at least 2 .*, got 1\.5"):
        shares_of(UniMax(1.5), samples=200)


@given(st.lists(st.integers(1000, 10**6), min_size=1, max_size=30), st.sampled_from([1, 4, 10]), st.integers(1, 500))
def test_unimax_of_a_run_spends_the_budget_as_its_paper_does(sizes, passes, epochs):
    samples = passes * sum(sizes) // (2 * epochs)  # half of what the caps allow
    left, budgets = epochs * samples, {}
    for done, c in enumerate(sorted(range(len(sizes)), key=lambda c: sizes[c])):  # algorithm 1, rarest first
        budgets[c] = min(left / (len(sizes) - done), passes * sizes[c])
        left -= budgets[c]
    found = shares_of(UniMax.of_run(passes, epochs), ClassCounts.from_counts(sizes), samples=samples)
    assert found * epochs * samples == pytest.approx([budgets[c] for c in range(len(sizes))])


# --- temperature -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("temperature", "power"), [(1, 1.0), (10 / 3, 0.3), (5, 0.2), (math.inf, 0.0)])
def test_a_temperature_is_the_skew_whose_shares_go_by_size_to_the_power_1_over_it(temperature, power):
    weights = np.array([60, 30, 9, 1]) ** power
    assert shares_of(PowerSkew.of_temperature(temperature)) == pytest.approx(weights / weights.sum())


@pytest.mark.parametrize("wrong", [0.5, 0, -1, math.nan, "5", True])
def test_what_is_no_temperature_is_told(wrong):
    with pytest.raises((TypeError, ValueError), match="temperature must be a number of at least 1, got"):
        PowerSkew.of_temperature(wrong)


@pytest.mark.parametrize(("passes", "epochs", "named"), [(0, 5, "passes"), (math.inf, 5, "passes"), (1, 0, "epochs")])
def test_a_run_that_unimax_cannot_have_is_told(passes, epochs, named):
    with pytest.raises(ValueError, match=f"{named} must be a"):
        UniMax.of_run(passes, epochs)


# --- boost -----------------------------------------------------------------------------------------------------------


def test_a_boost_holds_from_its_first_to_its_last_epoch_both_included():
    boost = Boost(PowerSkew(Constant(1.0)), {"d": 3.0}, first_epoch=2, last_epoch=4)
    assert [round(float(shares_of(boost, epoch=epoch)[3]), 12) for epoch in range(7)] == [
        0.25, 0.25, 0.5, 0.5, 0.5, 0.25, 0.25,
    ]  # fmt: skip


def test_boosts_of_boosts_multiply():
    inner = Boost(PowerSkew(Constant(1.0)), {"a": 2.0}, 0, 5)
    both = Boost(inner, {"a": 3.0, "b": 4.0}, 5, 9)
    assert shares_of(both, epoch=5) == pytest.approx([6 / 12, 4 / 12, 1 / 12, 1 / 12])


def test_a_boost_under_a_steep_skew_stays_finite_and_sums_to_one():
    counts = ClassCounts.from_counts({"a": 10**12, "b": 1})
    shares = shares_of(Boost(PowerSkew(Constant(-50)), {"b": 1e300}, 0, 9), counts)
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)


def test_a_boost_of_a_class_that_is_not_there_is_refused_by_name_and_of_an_empty_one_is_idle():
    plan = SamplingPlan(target=Boost(PowerSkew(Constant(0.0)), {"d": 2}, 0, 0), epochs=1, batch_size=4)
    with pytest.raises(ValueError, match=r"class must be one of the data's .* got 'd'"):
        plan.preview({"a": 3}, epoch=0)
    assert plan.class_shares({"a": 3, "d": 0}).tolist() == [[1.0, 0.0]]


def test_boosts_written_as_text_are_those_written_as_a_mapping():
    target = PowerSkew(Constant(0.0))
    assert Boost(target, "d: 3, a: 0.5") == Boost(target, {"d": 3.0, "a": 0.5})
    assert Boost(target, '{"x, y": 3}') == Boost(target, {"x, y": 3.0})
    numbered = ClassCounts.from_counts([8, 2])
    assert shares_of(Boost(target, "1: 4"), numbered) == pytest.approx([0.5, 0.5])


# --- explicit shares --------------------------------------------------------------------------------------------------


@given(
    shares=st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=12).filter(
        lambda shares: sum(share or 0.0 for share in shares) <= 1.0
    ),
    skew=st.floats(-3, 3),
    counts=st.lists(st.integers(0, 10**6), min_size=12, max_size=12).filter(any),
)
def test_given_shares_hold_and_the_others_share_the_rest_as_the_other_target_would(shares, skew, counts):
    counts, rest = ClassCounts.from_counts(counts), PowerSkew(Constant(skew))
    target = Shares({c: share for c, share in enumerate(shares) if share is not None}, rest)
    found = SamplingPlan(target=target, epochs=1, batch_size=8).class_shares(counts)[0]
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    present = counts.counts > 0
    assert found[~present].tolist() == [0.0] * int((~present).sum())
    given = np.array([np.nan if share is None else share for share in [*shares, *[None] * (12 - len(shares))]])
    named, others = present & ~np.isnan(given), present & np.isnan(given)
    if others.any():
        assert found[named] == pytest.approx(given[named], abs=1e-12)
        alone = counts.counts[others] ** np.float64(1 - skew)
        assert found[others] == pytest.approx((1 - given[named].sum()) * alone / alone.sum(), abs=1e-12)
    elif given[named].sum() > 1e-9:
        assert found[named] == pytest.approx(given[named] / given[named].sum(), abs=1e-9)


def test_shares_are_linear_between_their_points_and_flat_outside():
    target = Shares({"a": [(2, 0.1), (4, 0.5), (5, 0.2)]})
    assert [round(float(shares_of(target, epoch=epoch)[0]), 12) for epoch in range(8)] == [
        0.1, 0.1, 0.1, 0.3, 0.5, 0.2, 0.2, 0.2,
    ]  # fmt: skip


def test_the_share_of_an_empty_class_goes_to_the_rest_and_no_share_at_all_is_the_rest_itself():
    plan = SamplingPlan(target=Shares({"a": 0.5, "d": 0.4}), epochs=1, batch_size=8)
    assert plan.class_shares({"a": 10, "b": 30, "c": 10, "d": 0})[0] == pytest.approx([0.5, 0.375, 0.125, 0.0])
    nothing = SamplingPlan(target=Shares({"a": 0.0, "b": 0.0}), epochs=1, batch_size=8)
    assert nothing.class_shares({"a": 30, "b": 10})[0] == pytest.approx([0.75, 0.25])


def test_caps_and_floors_hold_on_top_of_given_shares():
    target = Shares({"d": 0.5, "a": 0.0})
    plan = SamplingPlan(target=target, epochs=1, batch_size=8, max_repeats=10, min_share=0.02)
    # d: one sample, at most 10 of 100 draws; a: at least .02; b and c share the other .88 by 30 : 9
    assert plan.class_shares(COUNTS)[0] == pytest.approx([0.02, 0.88 * 30 / 39, 0.88 * 9 / 39, 0.1])


def test_a_share_of_a_class_that_is_not_there_is_refused_by_name():
    plan = SamplingPlan(target=Boost(Shares({"q": 0.2}), {"a": 2}), epochs=1, batch_size=4)
    with pytest.raises(ValueError, match=r"class must be one of the data's .* got 'q'"):
        plan.check({"a": 3})


def test_shares_written_as_text_are_those_written_as_a_mapping():
    assert Shares("d: 0.3, a: 0.5") == Shares({"d": 0.3, "a": 0.5}) == Shares([("d", 0.3), ("a", 0.5)])
    assert Shares('{"x, y": 0.3, "b": "0:0.1, 5:0.2"}') == Shares({"x, y": 0.3, "b": ((0, 0.1), (5, 0.2))})
    numbered = ClassCounts.from_counts([8, 2])
    assert shares_of(Shares("1: 0.6"), numbered) == pytest.approx([0.4, 0.6])


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
def test_a_class_with_share_0_is_never_drawn_and_what_is_forecast_stays_a_number(scheme):
    plan = SamplingPlan(target=Shares({"a": "0:0, 4:0.5"}), epochs=5, batch_size=20, drawing=scheme)
    drawn = plan.preview(COUNTS, epoch=0).totals
    assert drawn[0] == 0
    assert drawn.sum() == 100
    assert np.isfinite(Forecast.of(plan, COUNTS).coverage).all()


# --- adaptive --------------------------------------------------------------------------------------------------------

MOMENT = Moment(0, 10, 100)


def test_difficulty_of_perfect_recall_everywhere_is_the_base():
    target = DifficultyBalanced(PowerSkew(Constant(0.5)), tau=2.0)
    state = target.initial(COUNTS, MOMENT)
    for _ in range(5):
        state = target.updated(state, np.ones(4))
    assert normalised(target(COUNTS, MOMENT, state)) == pytest.approx(shares_of(PowerSkew(Constant(0.5))), abs=1e-12)


def test_difficulty_by_hand():
    # d = 1; then .5 * 1 + .5 * (1 - recall), at least easiest; p ~ f d ** 2
    target = DifficultyBalanced(tau=2.0, smoothing=0.5, easiest=0.2)
    state = target.updated(target.initial(COUNTS, MOMENT), np.array([1.0, 0.5, 0.0, np.nan]))
    assert state["difficulty"] == pytest.approx([0.6, 0.75, 1.0, 1.0])
    expected = np.array([0.6 * 0.36, 0.3 * 0.5625, 0.09, 0.01])
    assert normalised(target(COUNTS, MOMENT, state)) == pytest.approx(expected / expected.sum())


def test_exponentiated_gradient_two_steps_by_hand():
    # eta = ln 2, epsilon = .1, even start over two classes; losses (1, 0) then (0, 2)
    target = ExponentiatedGradient(PowerSkew(Constant(1.0)), eta=math.log(2), epsilon=0.1)
    two = ClassCounts.from_counts([90, 10])
    state = target.updated(target.initial(two, MOMENT), np.array([1.0, 0.0]))
    assert normalised(target(two, MOMENT, state)) == pytest.approx([0.65, 0.35])  # .9 * 2/3 + .05
    state = target.updated(state, np.array([0.0, 2.0]))
    # .65 and .35 * 4 = 1.4 of 2.05; .9 of that and .05
    assert normalised(target(two, MOMENT, state)) == pytest.approx([0.9 * 0.65 / 2.05 + 0.05, 0.9 * 1.4 / 2.05 + 0.05])


def test_exponentiated_gradient_leaves_classes_without_feedback_their_share():
    target = ExponentiatedGradient(eta=1.0, epsilon=0.0)
    state = target.updated(target.initial(COUNTS, MOMENT), np.array([0.0, np.nan, math.log(2), np.nan]))
    # .69 is exchanged between a and c: .6 and .18 of .78
    assert normalised(target(COUNTS, MOMENT, state)) == pytest.approx(
        [0.69 * 0.6 / 0.78, 0.3, 0.69 * 0.18 / 0.78, 0.01]
    )


def test_the_uniform_part_too_is_shared_among_the_classes_with_feedback_only():
    target = ExponentiatedGradient(eta=0.0, epsilon=0.5)
    state = target.updated(target.initial(COUNTS, MOMENT), np.array([1.0, np.nan, 1.0, np.nan]))
    # a and c share .69: half of it as it was, half evenly
    assert normalised(target(COUNTS, MOMENT, state)) == pytest.approx([0.3 + 0.1725, 0.3, 0.045 + 0.1725, 0.01])


@pytest.mark.parametrize("target", [DifficultyBalanced(), ExponentiatedGradient()], ids=repr)
def test_no_feedback_at_all_changes_nothing_and_states_are_not_changed_in_place(target):
    state = target.initial(COUNTS, MOMENT)
    before = {name: values.copy() for name, values in state.items()}
    after = target.updated(state, np.full(4, np.nan))
    target.updated(state, np.array([0.1, 0.2, 0.3, 0.4]))
    for name in before:
        assert after[name].tolist() == state[name].tolist() == before[name].tolist()


@given(
    target=st.sampled_from(
        [DifficultyBalanced(tau=10.0, smoothing=0.0, easiest=1e-6), ExponentiatedGradient(eta=10.0, epsilon=0.0)]
    ),
    feedback=st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=60),
)
def test_shares_stay_positive_and_finite_whatever_the_feedback(target, feedback):
    state = target.initial(COUNTS, MOMENT)
    for values in feedback:
        state = target.updated(state, np.array(values))
    shares = normalised(target(COUNTS, MOMENT, state))
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("loss", [1e308, -1e308, 1e30])
def test_an_enormous_loss_moves_the_shares_but_does_not_break_them(loss):
    target = ExponentiatedGradient(eta=10.0, epsilon=0.04)
    state = target.updated(target.initial(COUNTS, MOMENT), np.array([0.0, loss, 0.0, 0.0]))
    shares = normalised(target(COUNTS, MOMENT, state))
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert (shares >= 0.01 - 1e-12).all()
    assert (shares[1] > 0.9) == (loss > 0)


def test_epsilon_is_the_uniform_part_of_the_shares():
    target = ExponentiatedGradient(eta=0.0, epsilon=0.2)
    state = target.updated(target.initial(COUNTS, MOMENT), np.zeros(4))
    assert normalised(target(COUNTS, MOMENT, state)) == pytest.approx([0.53, 0.29, 0.122, 0.058])


# --- one value, one text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (UniMax(4), UniMax(4.0)),
        (RepeatFactor(1, 1), RepeatFactor(1.0, 1.0)),
        (Boost(PowerSkew(Constant(1)), {"a": 2}, 0, 1), Boost(PowerSkew(Constant(1.0)), (("a", 2.0),), 0, 1)),
        (DifficultyBalanced(tau=1), DifficultyBalanced(tau=1.0)),
    ],
    ids=repr,
)
def test_equal_targets_have_the_same_text(one, other):
    assert one == other
    assert (repr(one), json.dumps(TARGETS.encode(one))) == (repr(other), json.dumps(TARGETS.encode(other)))


# --- wrong values ----------------------------------------------------------------------------------------------------

GOOD = PowerSkew(Constant(0.0))


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: PowerSkew(1.0), TypeError, r"skew|schedule must be .*, got 1\.0"),
        (lambda: PowerSkew(None), TypeError, "got None"),
        (lambda: EffectiveNumber(1.0), ValueError, r"beta must be .*, got 1\.0"),
        (lambda: EffectiveNumber(math.nan), ValueError, "beta must be .*, got nan"),
        (lambda: EffectiveNumber(-0.1), ValueError, r"beta must be .*, got -0\.1"),
        (lambda: RepeatFactor(0.0), ValueError, r"threshold must be .*, got 0\.0"),
        (lambda: RepeatFactor(0.1, -1.0), ValueError, r"power must be .*, got -1\.0"),
        (lambda: UniMax(0), ValueError, "max_repeats must be .*, got 0"),
        (lambda: UniMax("4"), TypeError, "max_repeats must be .*, got '4'"),
        (lambda: Boost(GOOD, {"a": 0.0}, 0, 1), ValueError, r"factor of class 'a' must be .*, got 0\.0"),
        (lambda: Boost(GOOD, {"a": -1}, 0, 1), ValueError, "factor of class 'a' must be .*, got -1"),
        (lambda: Boost(GOOD, {"a": math.nan}, 0, 1), ValueError, "factor of class 'a' must be .*, got nan"),
        (lambda: Boost(GOOD, {"a": "x"}, 0, 1), TypeError, "factor of class 'a' must be .*, got 'x'"),
        (lambda: Boost(GOOD, 5, 0, 1), (TypeError, ValueError), "factors must be .*, got 5"),
        (lambda: Boost(GOOD, (("a",),), 0, 1), (TypeError, ValueError), "factors must be .*, got "),
        (lambda: Boost(GOOD, "a = 3", 0, 1), ValueError, "factors must be class: factor pairs.*, got 'a = 3'"),
        (lambda: Boost(GOOD, {"a": 10**400}, 0, 1), ValueError, "factor of class 'a' must be .*, got 10"),
        (lambda: Boost(GOOD, {"a": 2}, 3, 2), ValueError, r"last_epoch must be at least first_epoch \(3\), got 2"),
        (lambda: Boost(GOOD, {"a": 2}, -1, 2), ValueError, "first_epoch must be .*, got -1"),
        (lambda: Boost(GOOD, {"a": 2}, 0.5, 2), ValueError, r"first_epoch must be a whole number .*, got 0\.5"),
        (lambda: Boost(Constant(0.0), {"a": 2}, 0, 1), TypeError, "target must be .*, got Constant"),
        (lambda: Boost(DifficultyBalanced(), {"a": 2}, 0, 1), TypeError, "target must be .*, got DifficultyBalanced"),
        (lambda: DifficultyBalanced(ExponentiatedGradient()), TypeError, "base must be .*, got ExponentiatedGradient"),
        (lambda: DifficultyBalanced(tau=-1.0), ValueError, r"tau must be .*, got -1\.0"),
        (lambda: DifficultyBalanced(smoothing=1.0), ValueError, r"smoothing must be .*, got 1\.0"),
        (lambda: DifficultyBalanced(easiest=0.0), ValueError, r"easiest must be .*, got 0\.0"),
        (lambda: ExponentiatedGradient(eta=math.inf), ValueError, "eta must be .*, got inf"),
        (lambda: ExponentiatedGradient(epsilon=1.5), ValueError, r"epsilon must be .*, got 1\.5"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be_and_what_came(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "magic"}, "target must be one of power_skew, .*, got 'magic'"),
        (None, 'target must be an object with a "name", got None'),
        ({"name": "power_skew"}, "target 'power_skew' must have the field 'schedule', got none"),
        ({"name": "power_skew", "schedule": {"name": "spiral"}}, "schedule must be one of .*, got 'spiral'"),
        ({"name": "power_skew", "schedule": 1.0}, 'schedule must be an object with a "name", got 1.0'),
        ({"name": "unimax", "max_repeats": None}, "target 'unimax': max_repeats must be .*, got None"),
        ({"name": "unimax", "repeats": 2}, "target 'unimax' must have the fields .*, got 'repeats'"),
        ({"name": "boost", "target": {"name": "progressively_balanced"}, "factors": [["a"]]}, "factors must"),
        ({"name": "boost", "target": {"name": "progressively_balanced"}, "factors": 3}, "factors must"),
        ({"name": "boost", "factors": []}, "target 'boost' must have the field 'target', got none"),
        ({"name": "difficulty_balanced", "base": {"name": "exponentiated_gradient"}}, "base must be"),
    ],
)
def test_a_wrong_json_object_is_a_value_error_that_names_what_is_wrong(data, says):
    with pytest.raises(ValueError, match=says):
        decode_target(data)


def test_every_number_of_every_target_has_a_row_for_controls():
    for name, target in BY_NAME:
        held = {"target", "base", "rest", "schedule"}
        assert rows_of(type(target)).keys() == {f.name for f in dataclasses.fields(target)} - held, name


def test_a_piecewise_schedule_inside_a_plan_survives_json_inside_a_target():
    target = DifficultyBalanced(PowerSkew(Piecewise("0:0, 5:1")))
    assert decode_target(json.loads(json.dumps(TARGETS.encode(target)))) == target
