"""Verdicts on draws, against what a training loop gets, counted one by one."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sampler_core import ClassCounts, Constant, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import SCHEMES
from sampler_core.tuning import drawn_verdicts as module
from sampler_core.tuning.drawn_verdicts import drawn_verdicts
from sampler_core.tuning.requirements import (
    REQUIREMENTS,
    MissingFromAtMost,
    NaturalMix,
    RepeatsAtMost,
    SeenAtLeast,
    ShareOfClass,
    ShareRatio,
)
from sampler_core.tuning.verdicts import verdicts

COUNTS = ClassCounts.from_counts({"gnu": 90, "ant": 31, "owl": 0, "cat": 12, "bee": 5})
IN_ORDER = np.repeat(np.array(COUNTS.names), COUNTS.counts)
ORDERS = {"in order": IN_ORDER, "shuffled": np.random.default_rng(1).permutation(IN_ORDER), "backwards": IN_ORDER[::-1]}
EPOCHS, BATCH = 6, 16
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)
STATED = (
    ShareOfClass(0.05, "at least", "rarest"),
    ShareOfClass(0.5, "at most", class_name="gnu", first_epoch=2, last_epoch=3),
    ShareRatio(4.0, 3),
    RepeatsAtMost(5.0),
    RepeatsAtMost(2.0, "epoch", "largest", None, 1, 4),
    RepeatsAtMost(20.0, "run"),
    MissingFromAtMost(0.3),
    MissingFromAtMost(0.1, "every", None, 4),
    SeenAtLeast(0.9, "epoch", "every"),
    SeenAtLeast(0.8, "run", "largest", None, 1, 2),
    NaturalMix(1, "first", 0.01),
)


def plan_of(scheme, **others):
    return SamplingPlan(
        **{"target": PowerSkew(Linear(0.0, 0.2)), "epochs": EPOCHS, "batch_size": BATCH, "drawing": scheme, **others}
    )


def batches_of(plan, labels):
    """Epoch -> the batches of indices that a training loop gets."""
    sampler = ScheduledClassSampler(labels, plan)
    loader = sampler.loader(range(len(labels)))
    run = []
    for epoch in range(plan.epochs):
        sampler.set_epoch(epoch)
        run.append([batch.tolist() for batch in loader])
    return run


def counted(requirement, run, labels):
    """The worst value of a requirement, counted one by one; in a single epoch or over its epochs."""
    members = {name: [i for i, label in enumerate(labels) if label == name] for name in COUNTS.names}
    present = [name for name in COUNTS.names if members[name]]
    by_size = sorted(present, key=lambda name: len(members[name]))
    group = {"rarest": by_size[:1], "largest": by_size[-1:], "every": present}[requirement.group]
    names = [requirement.class_name] if requirement.class_name else group
    epochs = [run[epoch] for epoch in requirement.epochs(len(run))]
    if requirement.metric.startswith("run_"):
        epochs = [[batch for epoch in epochs for batch in epoch]]
    values = [
        value
        for batches in epochs
        for value in values_of(requirement.metric.removeprefix("run_"), batches, labels, members, names)
    ]
    return max(values) if requirement.sense == "at most" else min(values)


def values_of(metric, batches, labels, members, names):
    """The values of some classes in these batches, or that of the mix."""
    times = Counter(index for batch in batches for index in batch)
    drawn = {name: sum(times[i] for i in some) for name, some in members.items() if some}
    if metric == "share":
        return [drawn[name] / times.total() for name in names]
    if metric == "share_ratio":
        return [max(drawn.values()) / min(drawn.values())]
    if metric == "repeats":
        return [max(times[i] for i in members[name]) for name in names]
    if metric == "coverage":
        return [sum(times[i] > 0 for i in members[name]) / len(members[name]) for name in names]
    full = [{labels[i] for i in batch} for batch in batches if len(batch) == BATCH]
    return [sum(name not in batch for batch in full) / len(full) for name in names]


@pytest.mark.parametrize("order", ORDERS)
@EACH_SCHEME
def test_every_value_is_that_of_a_training_loop_whatever_the_order_of_the_labels(scheme, order):
    plan, labels = plan_of(scheme, seed=7, samples_per_epoch=200), ORDERS[order].tolist()
    run = batches_of(plan, labels)
    drawn = drawn_verdicts(plan, COUNTS, STATED)
    for found in drawn.verdicts[:-1]:
        expected = counted(found.requirement, run, labels)
        assert found.value == pytest.approx(expected, rel=1e-12), str(found)
        above = expected > found.requirement.bound
        assert found.holds == (expected == found.requirement.bound or above == (found.requirement.sense == "at least"))
    assert {type(requirement) for requirement in STATED} == set(REQUIREMENTS.values())
    assert (drawn.drawn, drawn.wanted) == (EPOCHS, EPOCHS)


@EACH_SCHEME
def test_the_natural_mix_is_judged_on_the_shares_of_the_plan(scheme):
    stated = (NaturalMix(2, "first", 0.1), NaturalMix(2, "last", 0.1))
    drawn, planned = drawn_verdicts(plan_of(scheme), COUNTS, stated), verdicts(plan_of(scheme), COUNTS, stated)
    assert [(one.holds, one.value) for one in drawn.verdicts] == [(one.holds, one.value) for one in planned]
    assert drawn.drawn == drawn.wanted == 0


def test_it_names_the_epoch_and_the_class_where_a_value_is_worst():
    plan = plan_of("exact", target=PowerSkew(Linear(0.0, 0.2)))
    (repeats, ratio) = drawn_verdicts(plan, COUNTS, (RepeatsAtMost(1.0), ShareRatio(1.5))).verdicts
    assert (repeats.epoch, repeats.class_name, repeats.holds) == (5, "bee", False)
    assert (ratio.epoch, ratio.class_name, ratio.holds) == (0, None, False)


def test_a_case_by_hand_in_words():
    """Three classes of 2, 2 and 2 samples, 12 draws: each sample twice, each class in every batch of 6."""
    counts = ClassCounts.from_counts({"a": 2, "b": 2, "c": 2})
    plan = plan_of("stratified", target=PowerSkew(Constant(0.0)), samples_per_epoch=12, batch_size=6)
    stated = (RepeatsAtMost(3.0), MissingFromAtMost(0.05, first_epoch=2), ShareOfClass(0.25))
    drawn = drawn_verdicts(plan, counts, stated)
    assert drawn.holds
    assert str(drawn) == (
        "As drawn: no sample is drawn more than 2 times per epoch; the rarest class is missing from at most 0 % of the "
        "batches from epoch 2 on; the rarest class has at least 33.3 % of the draws in every epoch."
    )
    assert not drawn_verdicts(plan, counts, (RepeatsAtMost(1.9),)).holds


def test_a_class_that_an_epoch_does_not_draw_makes_the_share_ratio_infinite():
    plan = plan_of("exact", target=PowerSkew(Constant(-3.0)))
    (ratio,) = drawn_verdicts(plan, COUNTS, (ShareRatio(1e12),)).verdicts
    assert (ratio.value, ratio.holds) == (np.inf, False)


@EACH_SCHEME
def test_of_too_many_draws_whole_epochs_are_drawn_and_the_run_is_not_judged(scheme, monkeypatch):
    plan = plan_of(scheme)
    whole = drawn_verdicts(plan, COUNTS, STATED)
    monkeypatch.setattr(module, "MOST_DRAWS", 3 * COUNTS.num_samples)
    part = drawn_verdicts(plan, COUNTS, STATED)
    assert (part.drawn, part.wanted) == (3, EPOCHS)
    assert "As drawn in 3 of 6 epochs: " in str(part)
    for one, all_drawn in zip(part.verdicts, whole.verdicts, strict=True):
        if one.requirement.metric.startswith("run_"):
            assert (one.value, one.holds) == (None, True)
            assert f"not judged: {one.requirement}" in str(part)
        elif one.value is not None and all_drawn.epoch in (0, 2, 5):
            assert one == all_drawn
    monkeypatch.setattr(module, "MOST_DRAWS", COUNTS.num_samples - 1)
    assert drawn_verdicts(plan, COUNTS, STATED).drawn == 0


def test_samples_that_are_too_many_to_count_are_not_judged(monkeypatch):
    monkeypatch.setattr(module, "MOST_SAMPLE_COUNTS", COUNTS.num_samples)
    of_epoch, of_run, of_batches = RepeatsAtMost(50.0), RepeatsAtMost(50.0, "run"), MissingFromAtMost(1.0)
    assert drawn_verdicts(plan_of("exact"), COUNTS, (of_epoch,)).verdicts[0].value is not None
    drawn = drawn_verdicts(plan_of("exact"), COUNTS, (of_epoch, of_run, of_batches))
    assert [one.value is None for one in drawn.verdicts] == [True, True, False]


def test_progress_rises_to_the_end_and_ends_the_work_where_it_raises():
    shares = []
    drawn_verdicts(plan_of("stratified"), COUNTS, STATED, shares.append)
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[-1] < 1.0

    def cancel(share):
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        drawn_verdicts(plan_of("stratified"), COUNTS, STATED, cancel)


def test_what_cannot_be_judged_is_refused_as_verdicts_refuses_it():
    with pytest.raises(ValueError, match="first_epoch must be at most 5"):
        drawn_verdicts(plan_of("exact"), COUNTS, (MissingFromAtMost(0.1, first_epoch=9),))


def test_another_seed_draws_something_else():
    plan, stated = plan_of("independent"), (RepeatsAtMost(5.0), MissingFromAtMost(0.3), ShareRatio(4.0))
    found = {
        tuple(one.value for one in drawn_verdicts(replace(plan, seed=s), COUNTS, stated).verdicts) for s in range(4)
    }
    assert len(found) == 4
