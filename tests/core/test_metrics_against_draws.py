"""Every metric that a comparison shows against what real samplers draw: fixed seeds, all schemes together.

Each day every scheme with every case, the targets in turn; with FULL_STATISTICS all of them, over more seeds.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pytest

from sampler_core import Constant, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan, ScheduledClassSampler, Step
from sampler_core.draws import SCHEMES
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.plan_comparison import COLUMNS, courses
from tests.core.full_statistics import FULL, in_turn

EPOCHS, SEEDS = 6, 200 if FULL else 100
TARGETS = {
    "natural": PowerSkew(Constant(0.0)),
    "square-root": PowerSkew(Constant(0.5)),
    "class-balanced": PowerSkew(Constant(1.0)),
    "progressively balanced": ProgressivelyBalanced(),
    "deferred": PowerSkew(Step(4)),
    "linear": PowerSkew(Linear(0.0, 0.2, maximum=1.0)),
}


class Case(NamedTuple):
    """Data, sizes and limits; under `stratified` places of one epoch collide with those of others in each."""

    counts: tuple[int, ...]
    batch_size: int
    others: dict[str, float]
    targets: tuple[str, ...] = ("square-root", "deferred", "linear")


CASES = {
    "a last batch of one": Case((300, 90, 30, 10, 3), 16, {}, tuple(TARGETS)),
    "counts that strides divide, no smaller batch": Case((192, 96, 48, 24, 24), 16, {}),
    "counts that strides divide, a half batch last": Case((180, 60, 36, 12, 2), 20, {}),
    "fewer draws than samples, capped": Case((240, 90, 30, 10, 3), 16, {"samples_per_epoch": 150, "max_repeats": 3}),
    "more draws than samples, a floor": Case((128, 64, 9, 5, 1), 24, {"samples_per_epoch": 500, "min_share": 0.06}),
    "less than a batch": Case((60, 24, 10, 4, 1), 32, {"samples_per_epoch": 20}),
}
COMPARED = [
    (scheme, name, target)
    for i, scheme in enumerate(SCHEMES)
    for j, (name, case) in enumerate(CASES.items())
    for k, target in enumerate(case.targets)
    if in_turn(i, j, k)
]
NUM_FIGURES = EPOCHS * (5 + 2 * 5) + 2 * 5
NUM_OF_MIX = EPOCHS * 4
ALLOWED = NormalDist().inv_cdf(
    1 - 0.01 / 2 / (len(COMPARED) * (NUM_FIGURES + NUM_OF_MIX))
)  # a family-wise 1 %, two-sided


def plan_of(scheme: str, case: Case, target: str, seed: int = 0) -> SamplingPlan:
    return SamplingPlan(
        target=TARGETS[target], epochs=EPOCHS, batch_size=case.batch_size, drawing=scheme, seed=seed, **case.others
    )


def drawn(plan: SamplingPlan, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The figures of one run, counted from the indices that a sampler gives; the drawn shares, (epochs, classes)."""
    labels = np.repeat(np.arange(counts.size), counts)
    sampler, times, in_batches = ScheduledClassSampler(labels, plan), [], []
    for epoch in range(EPOCHS):
        sampler.set_epoch(epoch)
        indices = np.array(list(sampler))
        times.append(np.bincount(indices, minlength=labels.size))
        size = min(plan.batch_size, indices.size)
        batches = labels[indices[: indices.size // size * size]].reshape(-1, size)
        in_batches.append((batches[:, :, None] == np.arange(counts.size)).any(axis=1).mean(axis=0))
    first, seen, present = np.cumsum(counts) - counts, np.array(times) > 0, np.array(in_batches)
    of_class = np.add.reduceat(np.array(times), first, axis=1)
    repeats, rarest = of_class / counts, counts.argmin()
    figures = np.concatenate([
        of_class[:, rarest] / len(indices), of_class[:, 0] / len(indices), 1 - present[:, rarest],
        present.sum(axis=1), seen.mean(axis=1), repeats.ravel(), repeats.sum(axis=0),
        (np.add.reduceat(seen, first, axis=1) / counts).ravel(), np.add.reduceat(seen.any(axis=0), first) / counts,
    ])  # fmt: skip
    return figures, of_class / len(indices)


def of_the_mix(shares: np.ndarray, counts: np.ndarray, planned: np.ndarray) -> np.ndarray:
    """Share ratio, balance, effective samples and distance from the natural mix of shares (..., epochs, classes).

    Which classes are the extreme ones is the plan's to say: of draws, chance would choose others each time.
    """
    shift = np.log(shares) - np.log(counts / counts.sum())
    rise = np.log(planned) - np.log(counts)
    low, high = rise.argmin(axis=-1), rise.argmax(axis=-1)
    flat = np.isclose(np.ptp(rise, axis=-1), 0)
    low, high = np.where(flat, counts.argmax(), low), np.where(flat, counts.argmin(), high)
    at = np.arange(planned.shape[0])
    return np.stack([
        shares[..., at, planned.argmax(axis=-1)] / shares[..., at, planned.argmin(axis=-1)],
        np.exp(-(shares * np.log(shares)).sum(axis=-1)) / counts.size,
        1 / (shares**2 / counts).sum(axis=-1) / counts.sum(),
        (shift[..., at, high] - shift[..., at, low]) / np.log(counts.max() / counts.min()),
    ])  # fmt: skip


def check_the_mix(plan: SamplingPlan, counts: np.ndarray, shares: np.ndarray) -> None:
    """What Compare tells of a whole mix, against the mean of all drawn shares (runs, epochs, classes), by jackknife."""
    forecast = Forecast.of(plan, counts)
    names = ("Share ratio", "Balance", "Effective samples", "Distance from the natural mix")
    expected = courses(forecast)[[[column.label for column in COLUMNS].index(name) for name in names]]
    runs, planned = len(shares), forecast.shares
    mean = shares.mean(axis=0)
    without_one = of_the_mix((runs * mean - shares) / (runs - 1), counts, planned)
    spread = np.sqrt((runs - 1) * without_one.var(axis=1))
    one_draw = np.eye(counts.size)[:, None] / plan.samples(counts) / runs  # no error is below one draw in all runs
    by_one = np.abs(of_the_mix(mean + one_draw, counts, planned) - of_the_mix(mean[None], counts, planned)).max(axis=1)
    distance = np.abs(of_the_mix(mean, counts, planned) - expected)
    assert expected.size == NUM_OF_MIX
    assert np.all(distance <= ALLOWED * np.maximum(spread, by_one) + 1e-9), np.argwhere(
        distance > ALLOWED * np.maximum(spread, by_one) + 1e-9
    )


def told(plan: SamplingPlan, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The figures, and what one draw or one batch more or less makes of them."""
    forecast, rarest = Forecast.of(plan, counts), counts.argmin()
    samples, sample = plan.samples(counts), 1 / counts
    batch = 1 / max(1, samples // plan.batch_size)
    figures = [
        (forecast.shares[:, rarest], 1 / samples), (forecast.shares[:, 0], 1 / samples),
        (forecast.absence[:, rarest], batch), (forecast.classes_in_batch, batch), (forecast.distinct, 1 / counts.sum()),
        (forecast.repeats.ravel(), np.tile(sample, EPOCHS)), (forecast.run_repeats, sample),
        (forecast.coverage.ravel(), np.tile(sample, EPOCHS)), (forecast.run_coverage, sample),
    ]  # fmt: skip
    by_one = [np.broadcast_to(one, values.shape) for values, one in figures]
    return np.concatenate([values for values, _ in figures]), np.concatenate(by_one)


@pytest.mark.parametrize(("scheme", "case", "target"), COMPARED)
def test_metrics_agree_with_what_is_drawn_at_a_family_wise_one_percent(scheme, case, target):
    counts = np.array(CASES[case].counts)
    figures, shares = zip(
        *(drawn(plan_of(scheme, CASES[case], target, seed), counts) for seed in range(SEEDS)), strict=True
    )
    runs = np.array(figures)
    expected, by_one = told(plan_of(scheme, CASES[case], target), counts)
    assert expected.size == NUM_FIGURES
    part = expected / by_one % 1  # of whole draws: no mean of them comes from less than the two next to it
    spread = np.maximum(runs.std(axis=0, ddof=1), by_one * np.sqrt(part * (1 - part)))
    # what happens once in a thousand runs may happen in none of these: no error is below once in all of them
    error = np.maximum(spread / np.sqrt(SEEDS), by_one / SEEDS)
    distance = np.abs(runs.mean(axis=0) - expected)
    assert np.all(distance <= ALLOWED * error + 1e-9), np.flatnonzero(distance > ALLOWED * error + 1e-9)
    check_the_mix(plan_of(scheme, CASES[case], target), counts, np.array(shares))
