"""Losses: against values by hand, torch's own and differences; what they are to sampling and probabilities."""

import doctest
import json
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from sampler_core import Constant, PowerSkew, SamplingPlan, ScheduledClassSampler, Step
from sampler_core.training import learners, losses
from sampler_core.training.learners import LEARNERS
from sampler_core.training.losses import (
    LDAM,
    LOSSES,
    ClassWeighted,
    CrossEntropy,
    Focal,
    LogitAdjusted,
    class_mix,
    logit_adjustment,
)

LOGITS = torch.tensor([[1.0, 0.0], [0.0, 2.0], [0.5, 0.5]], dtype=torch.float64)
TARGETS = torch.tensor([0, 0, 1])
COUNTS = [16, 1]
SHARES = [0.25, 0.75]
EACH = [CrossEntropy(), ClassWeighted(0.5), Focal(2.0), LogitAdjusted(1.0, "data"), LogitAdjusted(1.0, "drawn"), LDAM()]
softplus = lambda x: math.log1p(math.exp(x))  # noqa: E731  # -log softmax of two: softplus(other - own)


def value(loss, **given):
    return loss(LOGITS, TARGETS, COUNTS, **{"drawn": SHARES, **given}).item()


def test_each_loss_has_the_value_worked_out_by_hand_for_two_classes_and_three_samples():
    own = [softplus(-1), softplus(2), softplus(0)]
    assert value(CrossEntropy()) == pytest.approx(sum(own) / 3)
    assert value(ClassWeighted(1.0)) == pytest.approx((own[0] + own[1] + 16 * own[2]) / 18)
    assert value(ClassWeighted(0.5)) == pytest.approx((own[0] + own[1] + 4 * own[2]) / 6)
    assert value(Focal(2.0)) == pytest.approx(sum((1 - math.exp(-ce)) ** 2 * ce for ce in own) / 3)
    ratio = math.log(16)
    data = [softplus(-1 - ratio), softplus(2 - ratio), softplus(ratio)]
    assert value(LogitAdjusted(1.0, "data")) == pytest.approx(sum(data) / 3)
    drawn = [softplus(-1 + math.log(3)), softplus(2 + math.log(3)), softplus(-math.log(3))]
    assert value(LogitAdjusted(1.0, "drawn")) == pytest.approx(sum(drawn) / 3)
    margins = [0.25, 0.25, 0.5]  # 16 ** -1/4 = 1/2 of the largest
    ldam = [softplus(30 * (gap + m)) for gap, m in zip([-1, 2, 0], margins, strict=True)]
    assert value(LDAM(0.5, 30.0)) == pytest.approx(sum(ldam) / 3)


def test_the_value_is_torchs_own_where_torch_has_the_loss():
    generator = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(50, 4, generator=generator), torch.randint(0, 4, (50,), generator=generator)
    counts = torch.tensor([40.0, 20.0, 8.0, 1.0])
    same = functional.cross_entropy(logits, targets)
    for loss in (CrossEntropy(), ClassWeighted(0.0), Focal(0.0), LogitAdjusted(0.0, "data"), LDAM(0.0, 1.0)):
        assert torch.allclose(loss(logits, targets, counts), same)
    weighted = functional.cross_entropy(logits, targets, weight=1 / counts)
    assert torch.allclose(ClassWeighted(1.0)(logits, targets, counts), weighted)


@pytest.mark.parametrize("loss", EACH, ids=LOSSES.name_of)
def test_gradients_are_those_of_finite_differences(loss):
    assert torch.autograd.gradcheck(lambda z: loss(z, TARGETS, COUNTS, SHARES), LOGITS.clone().requires_grad_())


@pytest.mark.parametrize("loss", EACH, ids=LOSSES.name_of)
def test_a_stack_of_runs_has_the_loss_of_each_run(loss):
    generator = torch.Generator().manual_seed(1)
    logits, targets = torch.randn(3, 7, 2, generator=generator), torch.randint(0, 2, (3, 7), generator=generator)
    counts, shares = torch.tensor([[16, 1], [5, 3], [2, 2]]), torch.tensor([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]])
    mix = class_mix(counts[:, None], shares[:, None], like=logits)
    stacked = losses.weighted_mean(loss.per_sample(logits, targets, mix), loss.class_weights(mix), targets)
    alone = [loss(*run) for run in zip(logits, targets, counts, shares, strict=True)]
    assert torch.allclose(stacked, torch.stack(alone))


def test_drawn_at_skew_one_the_adjusted_loss_is_cross_entropy_so_nothing_is_corrected_twice():
    labels = np.repeat([0, 1], COUNTS)
    plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=4)
    sampler = ScheduledClassSampler(labels, plan)
    loss = LogitAdjusted(1.0, "drawn")
    assert value(loss, drawn=sampler.class_shares()) == pytest.approx(value(CrossEntropy()), abs=1e-12)
    assert not loss.corrects_for(class_mix(COUNTS))
    assert LogitAdjusted(1.0, "data").corrects_for(class_mix(COUNTS))


def test_deferred_weighting_is_a_schedule_of_the_exponent():
    loss = ClassWeighted(Step(3, 0.0, 1.0))
    assert value(loss, epoch=2, epochs=5) == pytest.approx(value(CrossEntropy()))
    assert value(loss, epoch=3, epochs=5) == pytest.approx(value(ClassWeighted(1.0)))
    assert not loss.corrects_for(class_mix(COUNTS, epoch=2, epochs=5))
    assert loss.corrects_for(class_mix(COUNTS, epoch=3, epochs=5))


@pytest.mark.parametrize("loss", [CrossEntropy(), ClassWeighted(0.7), LogitAdjusted(0.6, "data"), LogitAdjusted(1.0)])
def test_the_minimum_of_a_loss_corrected_is_the_probability_on_the_data_that_is_judged(loss):
    """One cell of features: its classes are drawn as p(y | x) p / f, and its best scores are found by descent."""
    natural, given = torch.tensor([0.8, 0.15, 0.05]), torch.tensor([0.3, 0.3, 0.4])
    drawn, judged = torch.tensor([0.2, 0.3, 0.5]), torch.tensor([0.5, 0.25, 0.25])
    in_cell = given * drawn / natural
    counts = natural * 1000
    mix = class_mix(counts, drawn)
    z = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.LBFGS([z], max_iter=200, line_search_fn="strong_wolfe")
    weights = loss.class_weights(mix)
    weights = in_cell if weights is None else in_cell * weights

    def closure():
        optimiser.zero_grad()
        each = loss.per_sample(z.expand(3, 3), torch.arange(3), mix)
        total = (weights * each).sum() / weights.sum()
        total.backward()
        return total

    optimiser.step(closure)
    found = torch.softmax(z.detach() + loss.correction(mix, judged), -1)
    expected = given * judged / natural
    assert torch.allclose(found, expected / expected.sum(), atol=2e-3)


def test_post_hoc_logit_adjustment_takes_the_prior_out_of_the_decision():
    adjusted = logit_adjustment(torch.log(torch.tensor([[0.8, 0.2]])), [0.9, 0.1])
    assert adjusted.argmax().item() == 1
    assert torch.allclose(torch.softmax(adjusted, -1), torch.tensor([[0.8 / 0.9, 0.2 / 0.1]]) / (0.8 / 0.9 + 2))
    assert torch.equal(logit_adjustment(LOGITS, [1.0, 0.0])[:, 1], LOGITS[:, 1]), "never drawn: nothing to take out"


def test_focal_and_ldam_have_no_correction():
    mix = class_mix(COUNTS, SHARES)
    assert Focal().correction(mix, torch.ones(2)) is None
    assert LDAM().correction(mix, torch.ones(2)) is None


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_rebuilt_from_its_json(name):
    loss = LOSSES[name]()
    assert losses.loss_of_json(json.loads(json.dumps(LOSSES.encode(loss)))) == loss


@pytest.mark.parametrize("cls", [*LOSSES.values(), *LEARNERS.values()], ids=lambda cls: cls.__name__)
def test_the_examples_of_every_entry_are_true(cls):
    names = {**vars(losses), **vars(learners), "torch": torch}
    (examples,) = doctest.DocTestFinder(recurse=False).find(cls, cls.__name__, globs=names)
    said = []
    done = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE).run(examples, out=said.append)
    assert done.attempted, "an `Examples:` block is needed"
    assert not done.failed, "".join(said)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [(lambda: Focal(-1.0), "gamma must be a number from 0"),
     (lambda: LogitAdjusted(1.0, "test"), "prior must be one of"),
     (lambda: ClassWeighted("1"), "schedule must be one of"), (lambda: LDAM(0.5, 0.0), "scale must be a number from"),
     (lambda: LogitAdjusted()(LOGITS, TARGETS, COUNTS), "drawn must be the class shares of the epoch")],
)  # fmt: skip
def test_a_wrong_argument_is_named(wrong, says):
    with pytest.raises((TypeError, ValueError), match=says):
        wrong()
