"""Hand-over: other tools that take a plan's weights and counts have the plan's class shares."""

import doctest

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from sampler_core import (
    ClassCounts,
    Constant,
    ExponentiatedGradient,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    ScheduledClassSampler,
)
from sampler_core.datasets import load

ANIMALS = {"cat": 300, "emu": 12, "dog": 90}
LABELS = np.random.default_rng(1).permutation(np.repeat(list(ANIMALS), list(ANIMALS.values())))
FEATURES = np.random.default_rng(2).normal(size=(LABELS.size, 2)) + (LABELS == "emu")[:, None]
EACH_EPOCH = pytest.mark.parametrize("epoch", [0, 1, 3, 9])


def plan_of(target=None, **others):
    return SamplingPlan(target=target or PowerSkew(Linear(0.0, 0.4)), epochs=4, batch_size=32, **others)


def shares_of(plan, counts, epoch):
    """By the one formula; past the last epoch its shares hold."""
    return plan.class_shares(counts)[min(epoch, 3)]


# --- losses ----------------------------------------------------------------------------------------------------------


@EACH_EPOCH
@pytest.mark.parametrize("plan", [plan_of(), plan_of(ProgressivelyBalanced()), plan_of(max_repeats=2.0)])
def test_each_class_has_its_share_of_the_weighted_loss_of_torch(plan, epoch):
    counts = load("cifar10_lt_if100")
    targets = torch.repeat_interleave(torch.arange(10), torch.tensor(counts.counts))
    weights = torch.tensor(list(plan.class_weight(counts, epoch).values()))
    logits = torch.zeros(targets.numel(), 10, dtype=torch.float64, requires_grad=True)
    torch.nn.CrossEntropyLoss(weight=weights.double())(logits, targets).backward()
    of_samples = -logits.grad[torch.arange(targets.numel()), targets]  # of each the same part of its weight
    of_classes = torch.bincount(targets, of_samples) / of_samples.sum()
    assert of_classes.numpy() == pytest.approx(shares_of(plan, counts, epoch), rel=1e-6)


@EACH_EPOCH
def test_scikit_learn_takes_the_class_weight_and_the_sample_weights(epoch):
    plan = plan_of()
    class_weight, sample_weights = plan.class_weight(ANIMALS, epoch), plan.sample_weights(LABELS, epoch)
    assert compute_sample_weight(class_weight, LABELS).tolist() == sample_weights.tolist()
    of_classes = [sample_weights[name == LABELS].sum() / sample_weights.sum() for name in ANIMALS]
    assert of_classes == pytest.approx(shares_of(plan, ANIMALS, epoch))
    by_class = LogisticRegression(class_weight=class_weight).fit(FEATURES, LABELS)
    by_sample = LogisticRegression().fit(FEATURES, LABELS, sample_weight=sample_weights)
    assert by_class.coef_ == pytest.approx(by_sample.coef_)


def test_a_balanced_epoch_is_scikit_learns_balanced():
    weights = plan_of(PowerSkew(Constant(1.0))).class_weight(ANIMALS, 0)
    names = np.unique(LABELS)
    assert [weights[name] for name in names] == pytest.approx(compute_class_weight("balanced", classes=names, y=LABELS))


def test_weights_have_a_mean_of_one_over_the_samples_and_are_the_class_weights_but_for_a_factor():
    plan = plan_of()
    weights = np.array(list(plan.class_weight(ANIMALS, 2).values()))
    assert weights @ list(ANIMALS.values()) == pytest.approx(LABELS.size)
    assert weights / weights.sum() == pytest.approx(plan.class_weights(ANIMALS)[2])
    assert plan.sample_weights(LABELS, 2).mean() == pytest.approx(1.0)


def test_a_class_without_samples_weighs_nothing_and_codes_of_named_classes_are_labels():
    counts = ClassCounts.from_counts({"cat": 6, "none": 0, "dog": 2})
    plan = plan_of(PowerSkew(Constant(1.0)))
    assert plan.class_weight(counts, 0) == pytest.approx({"cat": 2 / 3, "none": 0.0, "dog": 2.0})
    weights = plan.sample_weights([0] * 6 + [2] * 2, 0, classes=counts.names)
    assert weights == pytest.approx([2 / 3] * 6 + [2.0] * 2)


def test_a_plan_without_end_and_one_that_follows_feedback_have_weights_too():
    endless = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=None, batch_size=None)
    assert endless.class_weight(ANIMALS, 2) == pytest.approx(plan_of(PowerSkew(Constant(1.0))).class_weight(ANIMALS, 0))
    plan = plan_of(ExponentiatedGradient(eta=1.0))
    sampler = ScheduledClassSampler(LABELS, plan)
    sampler.update(loss=[0.1, 0.2, 2.0])
    sampler.set_epoch(1)
    stream = sampler.stream
    weights = plan.class_weight(stream.class_counts, 1, stream.state)
    shares = np.array(list(weights.values())) * stream.class_counts.frequencies
    assert shares == pytest.approx(stream.class_shares(1))
    assert weights["emu"] > 1.5 * plan.class_weight(stream.class_counts, 1)["emu"]


# --- resampling ------------------------------------------------------------------------------------------------------


@EACH_EPOCH
@pytest.mark.parametrize(("tool", "how"), [(RandomOverSampler, "over"), (SMOTE, "over"), (RandomUnderSampler, "under")])
def test_what_imbalanced_learn_resamples_has_the_shares_of_the_plan(tool, how, epoch):
    plan = plan_of()
    strategy = plan.sampling_strategy(ANIMALS, epoch, how)
    _, resampled = tool(sampling_strategy=strategy, random_state=0).fit_resample(FEATURES, LABELS)
    names, found = np.unique(resampled, return_counts=True)
    assert dict(zip(names.tolist(), found.tolist(), strict=True)) == strategy
    found = np.array([strategy[name] for name in ANIMALS])
    assert (
        np.abs(found - found.sum() * shares_of(plan, ANIMALS, epoch)).max() < 1.5
    )  # half a sample each, and the sum's
    kept = found >= list(ANIMALS.values()) if how == "over" else found <= list(ANIMALS.values())
    assert kept.all()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any), st.floats(-1.0, 2.0))
def test_over_sampling_leaves_out_no_sample_under_sampling_repeats_none_and_both_go_no_further(counts, skew):
    plan = plan_of(PowerSkew(Constant(skew)))
    shares, present = plan.class_shares(counts)[0], [c for c, size in enumerate(counts) if size]
    over, under = plan.sampling_strategy(counts, 0), plan.sampling_strategy(counts, 0, how="under")
    assert list(over) == list(under) == present
    assert all(1 <= under[c] <= counts[c] <= over[c] for c in present)
    assert any(over[c] == counts[c] for c in present) and any(under[c] == counts[c] for c in present)
    total = max(counts[c] / shares[c] for c in present)
    assert all(abs(over[c] - total * shares[c]) <= 0.5 + 1e-9 * total for c in present)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: plan_of().sampling_strategy(ANIMALS, 0, how="both"), "how must be one of over, under, got 'both'"),
        (lambda: plan_of(PowerSkew(Constant(50.0))).sampling_strategy([10**12, 1], 0),
         "class share must be above 0 to over-sample, got 0 for class 0"),
        (lambda: plan_of(PowerSkew(Constant(10.0))).sampling_strategy([1000, 1], 0),
         "data after over-sampling must be at most 10,000,000,000,000 samples, got 1e\\+30"),
        (lambda: plan_of().class_weight(ANIMALS, -1), "epoch must be a whole number of at least 0, got -1"),
        (lambda: plan_of().sample_weights([0, None], 0), "labels must .* got None at position 1"),
    ],
)  # fmt: skip
def test_what_no_tool_could_take_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


def test_under_sampling_takes_a_class_whose_share_is_next_to_nothing_once():
    assert plan_of(PowerSkew(Constant(10.0))).sampling_strategy([1000, 1], 0, how="under") == {0: 1, 1: 1}


def test_the_examples_of_the_docstrings_are_true():
    plan = plan_of(PowerSkew(Constant(1.0)))
    for method in ("class_weight", "sampling_strategy", "sample_weights"):
        (examples,) = doctest.DocTestFinder().find(getattr(SamplingPlan, method), method, globs={"plan": plan})
        assert examples.examples
        assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0
