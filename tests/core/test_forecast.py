"""The forecast of a plan: published numbers, figures by hand, and what the plan then really draws."""

import numpy as np
import pytest

from sampler_core import Boost, ClassCounts, Forecast, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan
from sampler_core.datasets import cifar_lt, load
from sampler_core.forecast.expectations import SCHEMES
from sampler_core.plans.schedules import Constant, Piecewise

CIFAR_10 = load("cifar10_lt_if100")


def plan_of(target=None, skew=0.0, **others):
    return SamplingPlan(
        **{"target": target or PowerSkew(Constant(skew)), "epochs": 3, "batch_size": 128, "seed": 1, **others}
    )


# --- the published table, through the plan ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "repeated", "distinct"),
    [
        (cifar_lt(100, 500, 100), [1.0, 5.554, 21.694], [0.632, 0.583, 0.434]),
        (CIFAR_10, [1.0, 6.072, 24.812], [0.632, 0.580, 0.417]),
    ],
    ids=["CIFAR-100-LT", "CIFAR-10-LT"],
)
def test_repeats_and_distinct_samples_are_the_expected_values(counts, repeated, distinct):
    forecast = Forecast.of(plan_of(PowerSkew(Linear(0.0, 0.5))), counts)
    assert forecast.repeats[:, -1].round(3).tolist() == repeated
    assert forecast.distinct.round(3).tolist() == distinct


def test_few_shot_shares_of_cifar_100_are_the_expected_values():
    forecast = Forecast.of(plan_of(PowerSkew(Linear(0.0, 0.5))), cifar_lt(100, 500, 100))
    assert forecast.shares[:, forecast.groups.tail].sum(axis=1).round(4).tolist() == [0.0281, 0.1072, 0.3000]


def test_the_rarest_of_cifar_10_is_missing_from_60_percent_of_natural_and_4_2_percent_of_square_root_batches():
    forecast = Forecast.of(plan_of(PowerSkew(Linear(0.0, 0.5))), CIFAR_10)
    assert (100 * forecast.absence[:2, -1]).round(1).tolist() == [59.6, 4.2]


# --- figures by hand -------------------------------------------------------------------------------------------------


def test_the_figures_of_a_small_plan_by_hand():
    # counts 8 and 2, skew 0 then 1: shares .8 .2 and .5 .5; M = 10, B = 5
    plan = plan_of(PowerSkew(Linear(0.0, 1.0)), epochs=2, batch_size=5, drawing="stratified")
    forecast = Forecast.of(plan, [8, 2])
    assert forecast.shares == pytest.approx(np.array([[0.8, 0.2], [0.5, 0.5]]))
    assert forecast.repeats == pytest.approx(np.array([[1.0, 1.0], [0.625, 2.5]]))
    assert forecast.run_repeats == pytest.approx([1.625, 3.5])
    assert forecast.absence == pytest.approx(np.zeros((2, 2)))
    assert forecast.classes_in_batch == pytest.approx([2.0, 2.0])
    assert forecast.balance == pytest.approx([np.exp(-0.8 * np.log(0.8) - 0.2 * np.log(0.2)) / 2, 1.0])
    assert forecast.share_ratio == pytest.approx([4.0, 1.0])
    assert forecast.effective_samples == pytest.approx([1.0, 1 / (0.25 / 8 + 0.25 / 2) / 10])
    assert forecast.prior_shift == pytest.approx(np.array([[0, 0], [np.log(0.5 / 0.8), np.log(0.5 / 0.2)]]))
    assert forecast.mean_prior_shift == pytest.approx([np.log(0.5 / 0.8) / 2, np.log(0.5 / 0.2) / 2])
    assert forecast.crossover == 1


def test_the_crossover_is_none_without_one_and_for_a_target_that_is_no_power_skew():
    assert Forecast.of(plan_of(skew=0.9), CIFAR_10).crossover is None
    assert Forecast.of(plan_of(ProgressivelyBalanced()), CIFAR_10).crossover is None


def test_an_empty_class_is_absent_covered_by_nothing_and_repeated_never():
    steep = PowerSkew(Piecewise(((0, -50.0), (1, 0.0), (2, 50.0))))
    forecast = Forecast.of(plan_of(Boost(steep, {"b": 2.0}, 1, 2)), {"a": 5, "empty": 0, "b": 1})
    figures = (forecast.repeats, forecast.coverage, forecast.prior_shift, 1.0 - forecast.absence)
    assert all(np.isfinite(figure).all() for figure in figures)
    assert all((figure[:, 1] == 0).all() for figure in figures)


def test_a_plan_without_a_batch_size_has_no_forecast_and_the_error_says_so():
    with pytest.raises(ValueError, match="batch_size must be given to speak of batches, got None"):
        Forecast.of(plan_of(batch_size=None), CIFAR_10)


# --- what is told is what is drawn -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("skew", [0.0, 0.5, 1.3])
def test_classes_are_absent_from_as_many_drawn_batches_as_the_forecast_says(scheme, skew):
    plan = plan_of(skew=skew, epochs=1, batch_size=32, samples_per_epoch=32 * 4000, drawing=scheme)
    forecast = Forecast.of(plan, CIFAR_10)
    drawn = plan.preview(CIFAR_10, epoch=0).batch_class_counts
    expected = forecast.absence[0]
    margin = 4.5 * np.sqrt(expected * (1 - expected) / len(drawn)) + 1e-3
    assert (np.abs((drawn == 0).mean(axis=0) - expected) <= margin).all()
    assert np.count_nonzero(drawn, axis=1).mean() == pytest.approx(forecast.classes_in_batch[0], abs=0.1)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_epoch_draws_each_class_as_often_as_its_repeats_say(scheme):
    plan = plan_of(skew=0.7, drawing=scheme)
    expected = Forecast.of(plan, CIFAR_10).repeats[2] * CIFAR_10.counts
    assert plan.epoch_class_counts(CIFAR_10, 2) == pytest.approx(expected, abs=1 if scheme == "exact" else 250)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("target", [PowerSkew(Constant(0.8)), PowerSkew(Linear(0.0, 0.4))], ids=["constant", "linear"])
def test_samplers_cover_on_average_as_much_of_each_class_as_the_forecast_says(scheme, target):
    from sampler_core import ScheduledClassSampler

    counts = ClassCounts.from_counts([3000, 900, 301, 97, 30, 7])
    labels = np.repeat(np.arange(6), counts.counts)
    seen = np.zeros((60, 4 + 1, 6))  # seed; epoch, and last the whole run; class
    for seed, covered in enumerate(seen):
        plan = plan_of(target, epochs=4, batch_size=20, samples_per_epoch=1000, drawing=scheme, seed=seed)
        sampler, run = ScheduledClassSampler(labels, plan), set()
        for epoch in range(4):
            sampler.set_epoch(epoch)
            drawn = set(sampler)
            run |= drawn
            covered[epoch] = np.bincount(labels[list(drawn)], minlength=6) / counts.counts
        covered[4] = np.bincount(labels[list(run)], minlength=6) / counts.counts
    forecast = Forecast.of(plan, counts)
    by_chance = 4.5 * seen.std(axis=0) / np.sqrt(len(seen)) + 1e-3
    mean = seen.mean(axis=0)
    assert (np.abs(mean - np.vstack([forecast.coverage, forecast.run_coverage])) <= by_chance).all()
