"""Every figure of merit that a comparison shows against what real samplers draw, over 200 fixed seeds and all laws."""

from statistics import NormalDist

import numpy as np
import pytest

from sampler_core import (
    Constant,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    ScheduledClassSampler,
    Step,
)
from sampler_core.drawing import LAWS
from sampler_core.outlook import Outlook

COUNTS = np.array([300, 90, 30, 10, 3])
LABELS = np.repeat(np.arange(COUNTS.size), COUNTS)
EPOCHS, BATCH_SIZE, SEEDS = 6, 16, 200
TARGETS = {
    "natural": PowerSkew(Constant(0.0)),
    "square-root": PowerSkew(Constant(0.5)),
    "class-balanced": PowerSkew(Constant(1.0)),
    "progressively balanced": ProgressivelyBalanced(),
    "deferred": PowerSkew(Step(4)),
    "linear": PowerSkew(Linear(0.0, 0.2, maximum=1.0)),
}
NUM_COMPARED = len(LAWS) * len(TARGETS) * (EPOCHS * (4 + COUNTS.size + 2) + COUNTS.size + 1)


def plan_of(law: str, target: str, seed: int = 0) -> SamplingPlan:
    return SamplingPlan(
        target=TARGETS[target], epochs=EPOCHS, batch_size=BATCH_SIZE, drawing=law, seed=seed
    )  # fmt: skip


def drawn(plan: SamplingPlan) -> np.ndarray:
    """The figures of one run, counted from the indices that a sampler gives."""
    sampler = ScheduledClassSampler(LABELS, plan)
    rarest, full = COUNTS.size - 1, LABELS.size // BATCH_SIZE * BATCH_SIZE
    times, absent, classes = np.zeros((EPOCHS, LABELS.size), dtype=int), [], []
    for epoch in range(EPOCHS):
        sampler.set_epoch(epoch)
        indices = np.array(list(sampler))
        times[epoch] = np.bincount(indices, minlength=LABELS.size)
        present = (LABELS[indices[:full]].reshape(-1, BATCH_SIZE)[:, :, None] == np.arange(COUNTS.size)).any(axis=1)
        absent.append(1 - present[:, rarest].mean())
        classes.append(present.sum(axis=1).mean())
    of_class = np.add.reduceat(times, np.cumsum(COUNTS) - COUNTS, axis=1)
    repeats, seen, largest = of_class / COUNTS, times > 0, LABELS == 0
    return np.concatenate([
        of_class[:, rarest] / LABELS.size, of_class[:, 0] / LABELS.size, absent, classes, repeats.ravel(),
        repeats.sum(axis=0), seen[:, largest].mean(axis=1), seen.mean(axis=1), [seen.any(axis=0)[largest].mean()],
    ])  # fmt: skip


def told(plan: SamplingPlan) -> np.ndarray:
    outlook = Outlook.of(plan, COUNTS)
    return np.concatenate([
        outlook.shares[:, -1], outlook.shares[:, 0], outlook.absence[:, -1], outlook.classes_in_batch,
        outlook.repeats.ravel(), outlook.run_repeats, outlook.coverage[:, 0], outlook.distinct,
        [outlook.run_coverage[0]],
    ])  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("law", LAWS)
def test_figures_of_merit_agree_with_what_is_drawn_at_a_family_wise_one_percent(law, target):
    runs = np.array([drawn(plan_of(law, target, seed)) for seed in range(SEEDS)])
    expected = told(plan_of(law, target))
    assert len(LAWS) * len(TARGETS) * expected.size == NUM_COMPARED
    if law == "stratified" and target in ("progressively balanced", "deferred", "linear"):
        # Where shares change, how the strides of the epochs lie to each other is not in the closed form.
        assert runs.mean(axis=0)[-1] == pytest.approx(expected[-1], abs=0.06)
        runs, expected = runs[:, :-1], expected[:-1]
    allowed = NormalDist().inv_cdf(1 - 0.01 / 2 / NUM_COMPARED)
    error = runs.std(axis=0, ddof=1) / np.sqrt(SEEDS)
    distance = np.abs(runs.mean(axis=0) - expected)
    assert np.all(distance <= allowed * error + 1e-9), np.flatnonzero(distance > allowed * error + 1e-9)
