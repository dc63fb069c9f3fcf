"""A run of a stack against the same run alone, as a training script has it: a DataLoader over the sampler."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from sampler_core import (
    Constant,
    DifficultyBalanced,
    ExponentiatedGradient,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
    Step,
)
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import LinearLearner, MlpLearner
from sampler_core.training.losses import LDAM, LOSSES, ClassWeighted, CrossEntropy, Focal, LogitAdjusted
from sampler_core.training.splits import Folds, splits_of
from sampler_core.training.stacked_runs import run_seed, train
from sampler_core.training.stacks import Run, Stack

torch.set_num_threads(1)
EPOCHS = 20
LOSSES_TRIED = [
    CrossEntropy(), ClassWeighted(0.5), ClassWeighted(Step(10, 0.0, 1.0)), Focal(), LogitAdjusted(1.0, "data"),
    LogitAdjusted(0.5, "drawn"), LDAM(),
]  # fmt: skip
LEARNERS_TRIED = [LinearLearner(3e-3, 1e-3), MlpLearner(3e-3, 1e-3, hidden=8)]


def blobs(counts=(30, 12, 8), columns=5, seed=0):
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(counts)), counts)
    centres = generator.normal(size=(len(counts), columns))
    X = centres[labels] + generator.normal(size=(labels.size, columns))
    return LabelledFeatures(X * 3 + 7, labels, names=["a", "b", "c"])


def plan_of(target, **others):
    return SamplingPlan(**{"target": target, "epochs": EPOCHS, "batch_size": 16, "drawing": "exact", **others})


PLANS = [plan_of(PowerSkew(Constant(0.0))), plan_of(PowerSkew(Linear(0.0, 0.1))),
         plan_of(PowerSkew(Constant(1.0)), seed=3)]  # fmt: skip
ADAPTIVE = [plan_of(DifficultyBalanced()), plan_of(ExponentiatedGradient(eta=0.5))]


class Alone(torch.nn.Module):
    """The network of one run as a script writes it, with the initial weights of the stack's learner."""

    def __init__(self, learner, columns, classes, seed, cosines, dtype):
        super().__init__()
        parts = [part[0] for part in learner.initial(columns, classes, [seed], dtype)]
        self.cosines, layers = cosines, []
        for weight, bias in zip(parts[::2], parts[1::2], strict=True):
            layer = torch.nn.Linear(*weight.shape, dtype=dtype)
            layer.weight.data, layer.bias.data = weight.T.clone(), bias[0].clone()
            layers.append(layer)
        self.layers = torch.nn.ModuleList(layers)

    def forward(self, inputs):
        for layer in self.layers[:-1]:
            inputs = torch.relu(layer(inputs))
        head = self.layers[-1]
        return functional.normalize(inputs) @ functional.normalize(head.weight).T if self.cosines else head(inputs)


def alone(data, split, plan, learner, loss, dtype, epochs=EPOCHS, steps=None):
    """Trains one run by the book. -> (its network, recall on the test part)."""
    trained, names = data.X[split.train], data.class_counts.names
    mean, deviation = trained.mean(0, dtype=np.float64), trained.std(0, dtype=np.float64)
    features, mean, deviation = (torch.from_numpy(values).to(dtype) for values in (data.X, mean, deviation))
    inputs = (features - mean) / deviation
    labels = torch.from_numpy(data.y)
    model = Alone(learner, inputs.shape[1], len(names), split.seed, loss.normalised_head, dtype)
    optimiser = torch.optim.Adam(model.parameters(), lr=learner.learning_rate, weight_decay=learner.weight_decay)
    sampler = ScheduledClassSampler(data.y[split.train], replace(plan, seed=run_seed(plan, split)), classes=names)
    loader = DataLoader(TensorDataset(inputs[split.train], labels[split.train]), batch_size=16, sampler=sampler)
    taken = 0
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for features, targets in loader:
            optimiser.zero_grad()
            loss(model(features), targets, sampler.class_counts, sampler.class_shares(), epoch, epochs).backward()
            optimiser.step()
            taken += 1
            if taken == steps:
                return model, None
        if plan.adaptive is not None:
            with torch.no_grad():
                scores, held_out = loss.scores(model(inputs[split.validation])), labels[split.validation]
            told = scores.argmax(1) == held_out
            if plan.adaptive.reads == "loss":
                told = functional.cross_entropy(scores, held_out, reduction="none")
            of_class = [told[held_out == c].double().mean().item() for c in range(len(names))]
            sampler.update(**{plan.adaptive.reads: of_class})
    with torch.no_grad():
        right = model(inputs[split.test]).argmax(1) == labels[split.test]
    return model, np.bincount(data.y[split.test][right], minlength=len(names))


def stack_of(plans, learner, loss, dtype, **plan_fields):
    data = blobs()
    splits = splits_of(data, Folds(4, 1), seed=5, with_inner_part=any(plan.adaptive for plan in plans))[::3]
    plans = [replace(plan, **plan_fields) for plan in plans]
    runs = [Run(c, s, plan) for s in range(2) for c, plan in enumerate(plans)]
    return Stack(data, splits, runs, learner, loss, dtype)


def parameters_of(model):
    return [part for layer in model.layers for part in (layer.weight.T, layer.bias[None])]


def largest_difference(stack, number, last, model):
    ours = [part[number] for part in last.parameters]
    pairs = zip(ours, parameters_of(model), strict=True)
    return max((mine - alone_).abs().max().item() for mine, alone_ in pairs)


@pytest.mark.parametrize("loss", LOSSES_TRIED, ids=lambda loss: f"{LOSSES.name_of(loss)}-{loss}")
@pytest.mark.parametrize("learner", LEARNERS_TRIED, ids=lambda learner: type(learner).__name__)
def test_after_twenty_epochs_each_run_has_the_parameters_it_has_alone(learner, loss):
    stack = stack_of(PLANS[1:], learner, loss, torch.float64)
    assert len({stack.splits[run.split].train.size for run in stack.runs}) == 2, "one run's last batch is smaller"
    *_, last = train(stack)
    number = 1  # of those with the smaller last batch
    run = stack.runs[number]
    model, right = alone(stack.data, stack.splits[run.split], run.plan, learner, loss, torch.float64)
    assert largest_difference(stack, number, last, model) < 1e-8
    assert np.array_equal(last.measures.right[number], right)


@pytest.mark.parametrize("loss", LOSSES_TRIED, ids=lambda loss: f"{LOSSES.name_of(loss)}-{loss}")
@pytest.mark.parametrize("learner", LEARNERS_TRIED, ids=lambda learner: type(learner).__name__)
def test_a_run_whose_target_follows_the_inner_part_is_the_run_alone(learner, loss):
    stack = stack_of(ADAPTIVE, learner, loss, torch.float64)
    first, *_, last = train(stack)
    number = (LOSSES_TRIED.index(loss) + LEARNERS_TRIED.index(learner)) % 2  # the one target or the other
    run, split = stack.runs[number], stack.splits[stack.runs[number].split]
    assert split.validation.size
    assert not set(split.validation) & {*split.test, *split.train}
    model, right = alone(stack.data, split, run.plan, learner, loss, torch.float64)
    assert largest_difference(stack, number, last, model) < 1e-8
    assert np.array_equal(last.measures.right[number], right)
    assert not np.array_equal(first.drawn[number], last.drawn[number]), "the shares have moved"


@pytest.mark.parametrize("learner", LEARNERS_TRIED, ids=lambda learner: type(learner).__name__)
def test_in_single_precision_the_first_steps_agree_and_the_last_recalls_within_a_sample(learner):
    stack = stack_of(PLANS, learner, CrossEntropy(), torch.float32)
    *_, last = train(stack)
    short = stack_of(PLANS, learner, CrossEntropy(), torch.float32, samples_per_epoch=16 * 20, epochs=1)
    *_, early = train(short)
    for number, run in list(enumerate(stack.runs))[1:2]:
        split = stack.splits[run.split]
        _, right = alone(stack.data, split, run.plan, learner, CrossEntropy(), torch.float32)
        assert np.abs(last.measures.right[number] - right).max() <= 1
        model, _ = alone(
            stack.data, split, short.runs[number].plan, learner, CrossEntropy(), torch.float32, 1, steps=20
        )
        assert largest_difference(short, number, early, model) < 1e-5


def test_runs_with_other_training_parts_draw_what_their_sampler_draws():
    stack = stack_of(PLANS, LEARNERS_TRIED[0], CrossEntropy(), torch.float32, drawing="independent", epochs=3)
    for epoch in train(stack):
        for number, run in enumerate(stack.runs):
            split = stack.splits[run.split]
            plan = replace(run.plan, seed=run_seed(run.plan, split))
            sampler = ScheduledClassSampler(stack.data.y[split.train], plan, classes=stack.data.names)
            sampler.set_epoch(epoch.epoch)
            assert np.array_equal(epoch.drawn[number], sampler.preview().batch_class_counts.sum(0))
