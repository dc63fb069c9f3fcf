"""Sweeps against the forecast of each plan on its own; progress, cancel, sensitivities."""

from dataclasses import replace

import numpy as np
import pytest

from sampler_core import Constant, EffectiveNumber, Forecast, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load, synthetic
from sampler_core.forecast.expectations import SCHEMES
from sampler_core.forecast.metrics import METRICS
from sampler_core.tuning import values_by_skew
from sampler_core.tuning.linear_schedule_map import feasible_points, map_axes
from sampler_core.tuning.metric_sensitivity import sensitivity
from sampler_core.tuning.metric_sweep import run_metric_values, sweep
from sampler_core.tuning.requirements import SeenAtLeast, ShareRatio
from sampler_core.tuning.shares_by_skew import SharesBySkew

COUNTS = load("cifar10_lt_if100")
SKEWS, INCREMENTS = np.array([-0.3, 0.0, 0.8]), np.array([-0.05, 0.0, 0.02, 0.1])
FORECAST = {
    "share": lambda o: o.shares[:, -1],
    "repeats": lambda o: o.repeats[:, -1],
    "absence": lambda o: o.absence[:, -1],
    "coverage": lambda o: o.coverage[:, -1],
    "run_repeats": lambda o: o.run_repeats[-1],
    "run_coverage": lambda o: o.run_coverage[-1],
    "share_ratio": lambda o: o.share_ratio,
    "classes_in_batch": lambda o: o.classes_in_batch,
    "distinct": lambda o: o.distinct,
    "balance": lambda o: o.balance,
    "effective_samples": lambda o: o.effective_samples,
    "natural_distance": lambda o: np.ptp(o.prior_shift, axis=1) / np.log(COUNTS.imbalance_ratio),
}


def plan_of(**others):
    schedule = Linear(0.1, 0.01, maximum=1.0)
    return SamplingPlan(**{"target": PowerSkew(schedule), "epochs": 12, "batch_size": 64, **others})


def one_by_one(plan, figure, aggregate):
    values = np.empty((SKEWS.size, INCREMENTS.size))
    for i, skew in enumerate(SKEWS):
        for j, increment in enumerate(INCREMENTS):
            schedule = Linear(float(skew), float(increment), maximum=1.0)
            forecast = Forecast.of(replace(plan, target=PowerSkew(schedule)), COUNTS)
            values[i, j] = aggregate(FORECAST[figure](forecast))
    return values


AGGREGATES = {"mean": np.mean, "least": np.min, "greatest": np.max, 7: lambda values: np.atleast_1d(values)[7]}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("figure", METRICS)
def test_every_point_of_a_sweep_is_the_forecast_of_its_own_plan(figure, scheme):
    plan = plan_of(drawing=scheme, max_repeats=9, min_share=0.01)
    for at, aggregate in AGGREGATES.items():
        over_run = METRICS[figure].scope == "run"
        found = sweep(plan, COUNTS, figure, SKEWS, INCREMENTS, at)
        expected = one_by_one(plan, figure, np.max if over_run else aggregate)
        assert found.error == 0.0
        assert found.values == pytest.approx(expected, rel=1e-7)


def test_every_class_means_the_worst_one():
    found = sweep(plan_of(), COUNTS, "absence", SKEWS, INCREMENTS, 7, "every")
    expected = [
        [
            Forecast.of(plan_of(target=PowerSkew(Linear(float(s), float(d), maximum=1.0))), COUNTS).absence[7].max()
            for d in INCREMENTS
        ]
        for s in SKEWS
    ]
    assert found.values == pytest.approx(np.array(expected), rel=1e-8)


@pytest.mark.parametrize("limits", [{}, {"max_repeats": 9, "min_share": 0.01}], ids=["free", "limited"])
def test_interpolated_values_differ_from_exact_ones_by_no_more_than_the_error_stated(limits, monkeypatch):
    skews, increments = np.linspace(-0.917, 1.9, 9), np.linspace(-0.0713, 0.0919, 9)
    for figure in METRICS:
        exact = sweep(plan_of(**limits), COUNTS, figure, skews, increments)
        monkeypatch.setattr(values_by_skew, "MAX_EXACT_SHARES", {False: 0, True: 0})
        monkeypatch.setattr(values_by_skew, "MIN_EXACT_SKEWS", 201)
        rough = sweep(plan_of(**limits), COUNTS, figure, skews, increments)
        monkeypatch.undo()
        assert exact.error == 0.0 < rough.error
        assert np.abs(rough.values - exact.values).max() <= rough.error
        assert rough.error < 0.02 * np.abs(exact.values).max(), figure


def test_progress_rises_to_one_and_an_exception_from_it_ends_the_sweep():
    told = []
    plane = np.linspace(-1, 2, 41), np.linspace(-0.1, 0.1, 41)
    sweep(plan_of(), synthetic("pareto", 100, 10_000, 50), "balance", *plane, progress=told.append)
    assert told == sorted(told)
    assert told[0] == 0.0 and told[-1] == 1.0 and len(told) > 2

    def cancel(fraction):
        if fraction > 0.3:
            raise InterruptedError(fraction)

    with pytest.raises(InterruptedError):
        sweep(plan_of(), COUNTS, "balance", *plane, progress=cancel)


def test_the_figures_of_runs_and_the_feasible_part_tell_their_progress_while_they_are_worked_out():
    for work in (
        lambda told: sweep(plan_of(), COUNTS, "run_coverage", *map_axes(12), progress=told),
        lambda told: feasible_points(plan_of(), COUNTS, [ShareRatio(500.0), SeenAtLeast(0.5)], told),
    ):
        told = []
        work(told.append)
        assert told == sorted(told)
        assert told[0] == 0.0 and told[-1] == 1.0
        assert len({fraction for fraction in told if fraction > 0.5}) >= 8, "what takes longest can be ended"


def test_figures_of_several_runs_at_once_are_those_of_each_alone():
    curve, runs = SharesBySkew(plan_of(), COUNTS), np.linspace(-1, 2, 48).reshape(4, 12)
    asked = [(METRICS["run_repeats"], 9), (METRICS["run_coverage"], 0)]
    together = run_metric_values(curve, runs, asked, lambda fraction: None)
    for one, (values, error) in zip(asked, together, strict=True):
        ((alone, _),) = run_metric_values(curve, runs, [one], lambda fraction: None)
        assert (values == alone).all() and error == 0.0
        assert np.unique(values).size == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metric_name": "beauty"}, "metric must be one of share, .*, got 'beauty'"),
        ({"at": 12}, "at must be an epoch from 0 to 11, got 12"),
        ({"at": "median"}, 'at must be an epoch, "mean", "least" or "greatest", got \'median\''),
        ({"group": "some"}, "group must be one of rarest, largest, every, got 'some'"),
        ({"metric_name": "run_repeats", "group": "every"}, "group must be rarest or largest for repeats per run"),
        ({"class_name": "unheard of"}, "class must be one of"),
    ],
)
def test_what_cannot_be_swept_is_refused(changes, message):
    given = {"metric_name": "share", "skews": SKEWS, "increments": INCREMENTS, **changes}
    with pytest.raises(ValueError, match=message):
        sweep(plan_of(), COUNTS, **given)


def test_the_sensitivity_to_the_skew_is_the_derivative_by_hand():
    # two classes, share p = 1 / (1 + rho^(1 - s)): dp/ds = p (1 - p) log rho, and repeats are N p / n
    plan = SamplingPlan(target=PowerSkew(Constant(0.4)), epochs=3, batch_size=10)
    p, rho = 1 / (1 + 9**0.6), 9.0
    found = {(one.metric, one.parameter): one for one in sensitivity(plan, [900, 100])}
    assert found["share", "skew"].per_unit == pytest.approx(p * (1 - p) * np.log(rho), rel=1e-5)
    assert found["repeats", "skew"].per_unit == pytest.approx(10 * p * (1 - p) * np.log(rho), rel=1e-5)
    assert found["run_repeats", "skew"].per_unit == pytest.approx(30 * p * (1 - p) * np.log(rho), rel=1e-5)
    assert found["natural_distance", "skew"].per_unit == pytest.approx(1.0, rel=1e-6)
    assert found["repeats", "samples_per_epoch"].per_unit == pytest.approx(p / 100, rel=1e-6)
    assert found["share", "batch_size"].per_unit == 0.0
    absence = [(1 - p) ** size for size in (9, 11)]
    assert found["absence", "batch_size"].per_unit == pytest.approx((absence[1] - absence[0]) / 2, rel=1e-9)
    assert found["share", "skew"].value == 0.4
    assert found["run_repeats", "epochs"].per_unit == pytest.approx(10 * p, rel=1e-9)
    assert found["share", "epochs"].per_unit == pytest.approx(0.0, abs=1e-12)


def test_sensitivities_cover_the_numbers_of_other_targets_and_of_limits():
    plan = SamplingPlan(target=EffectiveNumber(0.999), epochs=3, batch_size=10, max_repeats=3, min_share=0.005)
    found = {one.parameter for one in sensitivity(plan, [900, 100, 3])}
    assert found == {"beta", "epochs", "batch_size", "samples_per_epoch", "max_repeats", "min_share"}
    # at least 2 of 10 places a batch: one more is 0.1 of the draws
    floored = SamplingPlan(
        target=PowerSkew(Constant(0.0)), epochs=3, batch_size=10, drawing="stratified", min_per_batch=2
    )
    answers = {one.parameter: one.per_unit for one in sensitivity(floored, [900, 100], ["share"], at=2)}
    assert answers["min_per_batch"] == pytest.approx(0.1, rel=1e-9)
    with pytest.raises(ValueError, match="must leave room for each class"):
        sensitivity(replace(plan, min_share=0.01), [900, 100, 3])
