"""Presets, sets of plans, and plans told by what they change: schemes, texts, errors."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sampler_core import Boost, Constant, Linear, PowerSkew, SamplingPlan, Step, UniMax
from sampler_core.datasets import load, synthetic
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.plan_comparison import COLUMNS, WHEN, compared, courses
from sampler_core.plans.named_plans import LONGEST_NAME, MOST_PLANS, check_names, plans_from_json, plans_to_json
from sampler_core.plans.plan_variants import LONGEST_TEXT, START_TEXT, Variant, Variants
from sampler_core.plans.presets import PRESETS

BASE = SamplingPlan(target=PowerSkew(Linear(0.1, 0.02)), epochs=40, batch_size=64, drawing="stratified", seed=5)
CIFAR = load("cifar10_lt_if100")


# --- presets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("epochs", [1, 2, 200])
def test_every_preset_makes_a_plan_of_any_length_and_says_where_it_is_from(name, epochs):
    preset = PRESETS[name]
    plan = SamplingPlan(target=preset.rule(epochs), epochs=epochs, batch_size=64)
    assert plan.class_shares(CIFAR).sum(axis=1) == pytest.approx(1.0)
    assert "\n" not in preset.source
    assert "arXiv" in preset.source or name == "dynamic"
    assert SamplingPlan.from_json(plan.to_json()) == plan


def test_presets_are_what_their_names_say_on_cifar():
    shares = {name: SamplingPlan(target=p.rule(200), epochs=200, batch_size=64).class_shares(CIFAR)
              for name, p in PRESETS.items()}  # fmt: skip
    assert shares["natural"][0] == pytest.approx(CIFAR.frequencies)
    assert shares["class_balanced"] == pytest.approx(0.1)
    root = np.sqrt(CIFAR.frequencies)
    assert shares["square_root"][7] == pytest.approx(root / root.sum())
    power = CIFAR.frequencies**0.3
    assert shares["multilingual"][0] == pytest.approx(power / power.sum())
    assert shares["reversed"][0] == pytest.approx((1 / CIFAR.frequencies) / (1 / CIFAR.frequencies).sum())
    assert shares["deferred"][159] == pytest.approx(CIFAR.frequencies)
    assert shares["deferred"][160] == pytest.approx(0.1)
    for name in ("curriculum_linear", "curriculum_convex", "curriculum_composite", "progressively_balanced"):
        assert shares[name][0] == pytest.approx(CIFAR.frequencies), name
        assert shares[name][-1] == pytest.approx(0.1), name


# --- sets ------------------------------------------------------------------------------------------------------------

NAMES = some.text(min_size=1, max_size=LONGEST_NAME).filter(lambda t: t.isprintable() and not t.isspace())
TARGETS = some.one_of(
    some.floats(-50, 50).map(lambda s: PowerSkew(Constant(s))),
    some.builds(lambda e, a, b: PowerSkew(Step(e, a, b)), some.integers(0, 99), some.floats(-2, 2), some.floats(-2, 2)),
    some.floats(2, 9).map(UniMax),
    some.just(Boost(PowerSkew(Constant(0.5)), (("a,b", 2.0),), 1, 3)),
)
VARIANTS = some.builds(
    Variant, NAMES, some.one_of(some.none(), some.sampled_from(list(PRESETS)), TARGETS),
    some.sampled_from([(), (("drawing", "exact"),), (("max_repeats", 4), ("min_share", 0.01))]),
)  # fmt: skip


@some.composite
def sets_of_variants(draw):
    found = draw(some.lists(VARIANTS, min_size=1, max_size=MOST_PLANS, unique_by=lambda v: v.name))
    colours = draw(some.permutations(range(MOST_PLANS)))
    return Variants(tuple(Variant(v.name, v.target, v.limits, c) for v, c in zip(found, colours, strict=False)))


@given(sets_of_variants())
def test_variants_come_back_from_their_text_without_a_complaint(variants):
    assert Variants.from_text(variants.text) == (variants, [])


def test_a_text_holds_names_in_any_script_as_they_are_and_can_always_be_sent():
    factors = (("鳥類" * 20, 2.0), ("\ud800", 3.0))
    variants = Variants((Variant("鳥", Boost(PowerSkew(Constant(0.5)), factors, 1, 3)),))
    assert "鳥類" * 20 in variants.text
    assert variants.text.encode("utf-8")
    assert Variants.from_text(variants.text) == (variants, [])


@given(some.text(max_size=200) | some.recursive(some.none() | some.floats() | some.text(), some.lists).map(json.dumps))
def test_any_text_gives_variants_and_sentences(text):
    variants, complaints = Variants.from_text(text)
    assert 1 <= len(variants.all) <= MOST_PLANS
    assert all(isinstance(said, str) for said in complaints)


def test_the_plans_to_start_with_are_told_by_their_names_alone():
    variants, complaints = Variants.from_text(START_TEXT)
    assert complaints == []
    assert variants.text == START_TEXT
    assert [v.name for v in variants.all][-1] == "mine"
    assert variants.plans_on(BASE)[-1] == ("mine", BASE)


def test_a_set_of_plans_comes_back_from_its_json():
    plans = Variants.from_text(START_TEXT)[0].plans_on(BASE)
    assert plans_from_json(plans_to_json(plans)) == plans


@given(sets_of_variants(), some.sampled_from(["independent", "exact"]))
def test_an_opened_plan_draws_the_same_over_any_other_plan_with_its_run_settings(variants, scheme):
    saved = variants.plans_on(BASE)
    other = SamplingPlan(
        target=UniMax(3.0), epochs=40, batch_size=64, drawing=scheme, max_repeats=2, min_share=0.02, seed=5
    )
    opened = Variants.from_text(Variants.from_plans(saved).text)[0].plans_on(other)
    assert [(name, plan.fingerprint) for name, plan in opened] == [(name, plan.fingerprint) for name, plan in saved]
    longer = Variants.from_plans(saved).plans_on(replace(other, epochs=90))
    assert [plan.target for _, plan in longer] == [plan.target for _, plan in saved]


def test_the_json_of_one_plan_is_a_set_of_one():
    assert plans_from_json(BASE.to_json()) == (("plan", BASE),)


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("{", "plans must be JSON"),
        ("[]", "plans must be a JSON object, got list"),
        ('{"plans": []}', 'plans must be an object with "schema": 1'),
        ('{"schema": 1, "plans": []}', "plans must be from 1 to 6, got 0"),
        ('{"schema": 1, "plans": [3]}', 'each of plans must be an object with "name" and "plan"'),
        ('{"schema": 1, "plans": [{"name": "a", "plan": {"schema": 1}}]}', "plan 'a': "),
    ],
)
def test_a_file_that_is_no_set_of_plans_is_refused_by_name(text, must):
    with pytest.raises(ValueError, match="^" + must.replace("(", r"\(")):
        plans_from_json(text)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 41, "\u200b"])
def test_names_of_plans_are_short_printable_and_their_own(name):
    with pytest.raises(ValueError, match="name of a plan must be 1 to 40 printable characters"):
        check_names([name])
    with pytest.raises(ValueError, match="name of a plan must be its own, got 'a' twice"):
        check_names(["a", "a"])


def test_a_variant_follows_the_run_settings_of_the_plan_it_changes():
    variant = Variant("v", "deferred", (("drawing", "exact"), ("max_repeats", 3)))
    plan = variant.plan_on(BASE)
    assert plan.target == PowerSkew(Step(32, 0.0, 1.0))
    assert (plan.epochs, plan.batch_size, plan.seed) == (40, 64, 5)
    assert (plan.drawing, plan.max_repeats) == ("exact", 3)
    kept = Variant.of("v", plan)
    assert kept.plan_on(replace(BASE, drawing="exact", min_share=0.05, target=UniMax(2.0))) == plan


@pytest.mark.parametrize(
    ("limit", "must"),
    [
        (("min_per_batch", [1]), "min_per_batch must be a whole number"),
        (
            ("min_per_batch", 10**400),
            "min_per_batch must be a whole number of at least 0 and at most 100,000,000",
        ),
        (("max_repeats", "2"), "max_repeats must be a number above 0"),
        (("drawing", None), "drawing must be one of"),
    ],
)
def test_a_limit_that_no_plan_can_have_is_refused_whatever_the_other_plan(limit, must):
    with pytest.raises((TypeError, ValueError), match=must):
        Variant("v", "natural", (limit,))


def test_plans_that_do_not_go_with_the_other_plan_are_left_out():
    variants = Variants.from_text('["natural",{"name":"floor","min_per_batch":1}]')[0]
    assert [name for name, _ in variants.plans_on(BASE)] == ["natural", "floor"]
    assert [name for name, _ in variants.plans_on(replace(BASE, drawing="exact"))] == ["natural"]


def test_variants_move_behind_the_base_plan_and_keep_their_colours():
    variants = Variants.from_text('["natural","deferred","mine"]')[0]
    assert [(place, v.name) for place, v in variants.base_first] == [(2, "mine"), (0, "natural"), (1, "deferred")]
    assert [v.name for v in variants.moved(0, 1).all] == ["mine", "deferred", "natural"]
    assert [v.name for v in variants.moved(0, 9).all] == ["mine", "deferred", "natural"]
    assert [v.colour for v in variants.moved(1, -1).all] == [2, 1, 0]
    assert [v.name for v in variants.moved(2, -1).all] == ["mine", "natural", "deferred"]
    left = variants.without(1)
    assert [(v.name, v.colour) for v in left.added(Variant("mine")).all] == [("natural", 0), ("mine", 2), ("mine 2", 1)]


def test_a_text_is_bounded():
    assert "at most 20,000 characters" in Variants.from_text("[" + '"natural",' * LONGEST_TEXT + '"mine"]')[1][0]


# --- the comparison --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
@pytest.mark.parametrize("schedule", [Linear(0.0, 0.05), Step(5, 0.0, 1.0), Constant(0.5)])
def test_a_comparison_holds_the_figures_of_the_forecast_under_every_scheme(scheme, schedule):
    plan = SamplingPlan(target=PowerSkew(schedule), epochs=12, batch_size=32, drawing=scheme)
    forecast = Forecast.of(plan, CIFAR)
    expected = {
        "Share of the rarest class": forecast.shares[:, 9], "Share of the largest class": forecast.shares[:, 0],
        "Share ratio": forecast.share_ratio, "Balance": forecast.balance,
        "Batches without the rarest class": forecast.absence[:, 9], "Classes in a batch": forecast.classes_in_batch,
        "Most repeats per epoch": forecast.repeats.max(axis=1), "Most repeats per run": forecast.run_repeats.max(),
        "Largest class seen per epoch": forecast.coverage[:, 0], "Largest class seen per run": forecast.run_coverage[0],
        "Distinct samples per epoch": forecast.distinct, "Effective samples": forecast.effective_samples,
        "Distance from the natural mix": np.abs(forecast.skews),
    }  # fmt: skip
    for column, course in zip(COLUMNS, courses(forecast), strict=True):
        assert course == pytest.approx(np.broadcast_to(expected[column.label], 12), abs=1e-12), column.label


def test_the_worst_epoch_is_the_lowest_where_more_is_better_and_the_best_plan_is_marked():
    found = tuple(courses(Forecast.of(SamplingPlan(target=PowerSkew(Linear(0.0, d)), epochs=5, batch_size=8), CIFAR))
                  for d in (0.0, 0.1))  # fmt: skip
    worst = compared(("a", "b"), found, "worst epoch", 0)
    balance = [column.label for column in COLUMNS].index("Balance")
    repeats = [column.label for column in COLUMNS].index("Most repeats per epoch")
    assert worst.values[1, balance] == found[1][balance].min()
    assert worst.values[1, repeats] == found[1][repeats].max()
    average = compared(("a", "b"), found, "average over the run", 0)
    assert average.best[:, balance].tolist() == [False, True]
    assert average.best[:, repeats].tolist() == [True, False]
    assert not compared(("a", "b"), (found[0], found[0]), "chosen epoch", 2).best.any()
    assert (average.less(1)[1] == 0).all()


def test_a_comparison_holds_where_shares_vanish():
    counts = synthetic("exponential", 50, 10**8, 1000.0)
    found = tuple(courses(Forecast.of(SamplingPlan(target=PowerSkew(Constant(s)), epochs=3, batch_size=8), counts))
                  for s in (-50.0, 50.0))  # fmt: skip
    for when in WHEN:
        comparison = compared(("a", "b"), found, when, 0)
        assert not np.isnan(comparison.values).any()
        assert not np.isnan(comparison.less(0)).any()
