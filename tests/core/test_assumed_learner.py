"""Adaptive plans before training: only the recalls are assumed, all else is what training does."""

import doctest
from dataclasses import replace

import numpy as np
import pytest

from sampler_core import (
    ClassCounts,
    Constant,
    DifficultyBalanced,
    ExponentiatedGradient,
    Forecast,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
)
from sampler_core.forecast import assumed_learner
from sampler_core.forecast.assumed_learner import AssumedLearner, GivenRecalls, follow, loss_at
from sampler_core.forecast.findings import findings
from sampler_core.forecast.trials import Trials
from sampler_core.forecast.tried_remedies import tried_remedies

COUNTS = ClassCounts.from_counts({"c": 300, "empty": 0, "a": 60, "b": 40})
LABELS = np.repeat(["c", "a", "b"], [300, 60, 40])
TARGETS = DifficultyBalanced(tau=2.0), ExponentiatedGradient(eta=0.8)


def plan_of(target=TARGETS[0], **others):
    return SamplingPlan(**{"target": target, "epochs": 6, "batch_size": 20, "seed": 3, **others})


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(assumed_learner, extraglobs={"ClassCounts": ClassCounts}).failed == 0


@pytest.mark.parametrize("drawing", ["independent", "exact", "stratified"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.reads)
def test_a_training_that_brings_the_assumed_recalls_draws_the_batches_that_were_shown(target, drawing):
    plan = plan_of(target, drawing=drawing, max_repeats=4)
    forecast = Forecast.of(plan, COUNTS, AssumedLearner(pace=80.0, spread=0.5))
    sampler = ScheduledClassSampler(LABELS, plan)
    places = [COUNTS.position(name) for name in sampler.stream.class_counts.names]
    for epoch in range(6):
        sampler.set_epoch(epoch)
        state = forecast.state_at(epoch)
        np.testing.assert_array_equal(forecast.shares[epoch, places], sampler.class_shares())
        shown = plan.preview(COUNTS, epoch, state=state).batch_class_counts
        batches = LABELS[np.reshape(list(sampler), (-1, 20))]
        drawn = np.stack([(batches == name).sum(axis=1) for name in COUNTS.names], axis=1)
        np.testing.assert_array_equal(shown, drawn)
        np.testing.assert_array_equal(plan.epoch_class_counts(COUNTS, epoch, state), drawn.sum(axis=0))
        recalls = forecast.followed.recalls[epoch, places]
        sampler.update(**{target.reads: recalls if target.reads == "recall" else loss_at(recalls)})


def test_the_shares_move_from_the_base_to_the_classes_that_are_hard_and_back_once_all_are_learned():
    learned = follow(plan_of(epochs=60), COUNTS, AssumedLearner(pace=60.0, spread=0.0)).shares
    slow = follow(plan_of(epochs=60), COUNTS, AssumedLearner(pace=1000.0, spread=0.0)).shares
    np.testing.assert_allclose(learned[0], COUNTS.frequencies)
    assert learned[:8, 3].max() > 2 * COUNTS.frequencies[3], "the rarest class is learned last"
    np.testing.assert_allclose(learned[-1], COUNTS.frequencies, rtol=0.01)
    assert slow[30, 3] > learned[30, 3], "a slower learner keeps asking for it"
    spread = follow(plan_of(epochs=60), COUNTS, AssumedLearner(pace=60.0, spread=0.6)).shares
    assert spread[-1, 3] > 2 * COUNTS.frequencies[3], "a class that stays hard is drawn oftener to the end"


def test_the_order_of_the_classes_changes_nothing():
    backwards = ClassCounts(COUNTS.names[::-1], COUNTS.counts[::-1].copy())
    forth, back = (follow(plan_of(), counts, AssumedLearner(50.0)) for counts in (COUNTS, backwards))
    np.testing.assert_array_equal(forth.shares, back.shares[:, ::-1])
    np.testing.assert_array_equal(forth.recalls, back.recalls[:, ::-1])


def test_recalls_of_a_run_are_followed_and_what_it_does_not_tell_moves_nothing():
    table = np.full((3, 4), np.nan)
    table[1] = [0.9, np.nan, 0.2, np.nan]
    followed = follow(plan_of(), COUNTS, GivenRecalls(table))
    np.testing.assert_array_equal(followed.shares[1], followed.shares[0])
    assert followed.shares[2, 2] > followed.shares[1, 2]
    np.testing.assert_array_equal(followed.shares[3:], np.tile(followed.shares[2], (3, 1)))
    assert followed.states[2]["difficulty"][1] == 1.0, "b, in canonical order, was not told of"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: GivenRecalls(np.zeros(4)), r"table must have the shape \(epochs, num_classes\), got \(4,\)"),
        (lambda: GivenRecalls(np.full((1, 4), 1.5)), "recall must be a number from 0 to 1, got 1.5"),
        (lambda: follow(plan_of(), COUNTS, GivenRecalls(np.zeros((1, 3)))), r"a column per class \(4\), got 3"),
        (lambda: AssumedLearner(pace=0.0), "pace must be a number from 1.0 to"),
        (lambda: AssumedLearner(spread=1.5), "spread must be a number from 0.0 to 1.0, got 1.5"),
        (lambda: follow(plan_of(PowerSkew(Constant(0.0))), COUNTS, AssumedLearner()), "target must be adaptive"),
        (lambda: follow(plan_of(epochs=None), COUNTS, AssumedLearner()), "epochs must be given"),
    ],
)
def test_what_cannot_be_followed_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


def test_other_plans_follow_nothing_and_findings_of_adaptive_ones_are_of_what_is_shown():
    plain = Forecast.of(plan_of(PowerSkew(Constant(0.5))), COUNTS, AssumedLearner())
    assert plain.followed is None
    plan = plan_of(DifficultyBalanced(tau=10.0), epochs=20, samples_per_epoch=2000)
    forecast = Forecast.of(plan, COUNTS, AssumedLearner(2000.0, 0.9))
    found = {finding.kind: finding for finding in findings(plan, forecast)}
    assert "repeated" in found
    assert "repeated" not in {finding.kind for finding in findings(plan, Forecast.of(plan, COUNTS))}
    remedies = tried_remedies(found["repeated"], tuple(found.values()), Trials(plan, forecast))
    assert [remedy.label for remedy in remedies] == ["Cap repeats at 10"]
    capped = Forecast.of(replace(plan, max_repeats=10), COUNTS, forecast.followed.source)
    assert capped.repeats.max() <= 10.0 + 1e-9
