"""Coverage under the stratified scheme: against every pass of every batch reckoned one by one, and against draws."""

from collections import Counter
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws.systematic_rounding import SystematicRounding
from sampler_core.forecast.expectations import Draws, coverage, least_coverage, run_coverage
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.stratified_coverage import approximate_run_coverage
from tests.core.full_statistics import FULL

PLANS, SEEDS = (90, 400) if FULL else (12, 100)
PARTS = range(0, PLANS, 10)  # of the plans: each soon over, where a test may take ten minutes


def pass_by_pass(size, shares, samples, batch_size):
    """Expected share of the members of one class drawn in each epoch and in the run, from what each pass gives."""
    of_run, of_epochs, passed, offset = Counter(), [], 0, 0
    full, rest = divmod(samples, batch_size)
    for share in shares:
        of_epoch = Counter()
        found = SystematicRounding(np.array([share, 1 - share]) * batch_size, batch_size)
        stride = int(found.ceiling[0])
        for drawn in [batch_size] * full + [rest] * (rest > 0):
            if not stride:
                continue
            if offset and size - offset < stride:
                passed, offset = passed + 1, 0
            of_epoch[passed] += share * drawn
            if stride > size:
                passed += -(-stride // size)
            else:
                offset += stride
        of_run += of_epoch
        of_epochs.append(seen(of_epoch, size))
    return seen(of_run, size), of_epochs


def seen(passes, size):
    return 1.0 - np.prod([1.0 - min(1.0, drawn / size) for drawn in passes.values()])


@st.composite
def runs(draw):
    """Class size, shares of the epochs, samples per epoch and batch size."""
    batch_size = draw(st.integers(1, 24))
    whole = st.integers(0, batch_size).map(lambda k: k / batch_size)
    share = st.floats(0.0, 1.0) | whole | st.sampled_from([1e-12, 1e-4, 0.01, 0.05])
    few = draw(st.lists(share, min_size=1, max_size=3))
    shares = draw(st.lists(st.sampled_from(few), min_size=1, max_size=8))
    return draw(st.integers(1, 120)), shares, draw(st.integers(1, 300)), batch_size


def told(size, shares, samples, batch_size):
    counts, rows = np.array([size, 7]), np.array([[share, 1 - share] for share in shares])
    draws = Draws(samples, batch_size, "stratified")
    return run_coverage(counts, rows, draws)[0], coverage(counts, rows, draws)[:, 0]


@given(runs())
@example((2, [1.0, 1e-12, 1.0], 1, 1))
@example((2, [1.0, 2.2e-313, 1.0], 1, 1))
@example((2, [0.0], 1, 2))
@example((3, [0.5, 0.1], 30, 20))  # ten of three members, then two of them
@example((7, [0.3, 0.1], 20, 10))  # a place is left by strides of 3, and dealt by strides of 1
def test_coverage_of_epochs_and_of_the_run_is_that_of_their_passes(run):
    of_run, of_epochs = told(*run)
    expected_of_run, expected_of_epochs = pass_by_pass(*run)
    assert of_run == pytest.approx(expected_of_run, abs=1e-7)
    assert of_epochs == pytest.approx(expected_of_epochs, abs=1e-7)


@given(runs(), st.integers(0, 7))
def test_no_epoch_covers_less_than_the_least_wherever_it_starts(run, epoch):
    size, shares, samples, batch_size = run
    draws, counts = Draws(samples, batch_size, "stratified"), np.array([size, 7])
    rows = np.array([[share, 1 - share] for share in shares])
    least = least_coverage(counts, rows, draws)
    assert (coverage(counts, rows, draws) >= least - 1e-7).all()
    assert (least >= -1e-12).all()
    assert least[0].tolist() == pytest.approx(least_coverage(counts, rows[0], draws).tolist())


def test_the_least_is_that_of_an_epoch_with_half_a_pass_at_either_end():
    # 100 members, 10 a batch: ten batches are a pass, or halves of two
    counts, shares = np.array([100, 900]), np.array([0.1, 0.9])
    assert least_coverage(counts, shares, Draws(1000, 100, "stratified"))[0] == pytest.approx(0.75)
    assert coverage(counts, shares[None], Draws(1000, 100, "stratified"))[0, 0] == pytest.approx(1.0)
    assert least_coverage(counts, shares, Draws(100, 100, "stratified"))[0] == pytest.approx(0.1)


def test_the_example_of_the_docstring():
    shares = np.array([[0.35, 0.65]] * 2)
    counts = np.array([12, 20])
    assert coverage(counts, shares, Draws(30, 10, "stratified"))[0, 0] == pytest.approx(0.875)
    assert run_coverage(counts, shares, Draws(30, 10, "stratified"))[0] == pytest.approx(1 - 0.125**2)
    two = coverage(counts, shares, Draws(20, 10, "stratified"))[:, 0]
    assert two == pytest.approx([2 * 3.5 / 12, 1 - (1 - 3.5 / 12) ** 2])


def test_columns_may_be_one_class_in_several_runs():
    """Their strides do not fill a batch together, as those of all classes of an epoch would."""
    draws, sizes, shares = Draws(40, 4, "stratified"), np.full(4, 30), np.full((3, 4), 0.3)
    alone = run_coverage(sizes[:1], shares[:, :1], draws)
    assert alone[0] == pytest.approx(pass_by_pass(30, [0.3] * 3, 40, 4)[0], abs=1e-12)
    assert run_coverage(sizes, shares, draws) == pytest.approx(np.repeat(alone, 4), abs=1e-12)


@given(runs())
def test_the_approximation_is_exact_before_the_first_full_pass(run):
    size, shares, samples, batch_size = run
    rows = np.array([[share, 1 - share] for share in shares])
    found = approximate_run_coverage(np.array([size, 7]), rows, samples, batch_size)
    assert ((found >= -1e-12) & (found <= 1 + 1e-12)).all()
    if len(shares) * (samples // batch_size + 1) * np.ceil(batch_size * max(shares)) <= size:
        assert found[0] == pytest.approx(pass_by_pass(*run)[0], abs=1e-7)


@pytest.mark.parametrize("samples", [10**4, 10**8, 10**12])
def test_the_work_does_not_grow_with_the_size_of_the_data(samples):
    counts = np.array([samples * 6 // 10 // 7 * 7, samples * 6 // 10 // 7 * 7 + 1])
    rows = np.array([[0.65, 0.35], [0.15, 0.85], [0.65, 0.35]])
    found = run_coverage(counts, rows, Draws(samples, 10, "stratified"))
    assert np.all((found > 0.8) & (found <= 1.0))
    assert found == pytest.approx(run_coverage(counts // 10, rows, Draws(samples // 10, 10, "stratified")), abs=0.05)


# --- against draws ---------------------------------------------------------------------------------------------------


def random_plan(number):
    rng = np.random.default_rng(number)
    counts = rng.integers(1, rng.choice([5, 40, 200]), rng.integers(2, 6))
    plan = SamplingPlan(
        target=PowerSkew(Linear(float(rng.uniform(-0.5, 1)), float(rng.choice([0.0, 0.1, 0.3])))),
        epochs=int(rng.integers(1, 6)), batch_size=int(rng.integers(1, 41)), drawing="stratified",
        samples_per_epoch=int(rng.integers(1, 2 * counts.sum() + 2)),
    )  # fmt: skip
    return plan, counts


def covered(plan, counts, seed):
    """Share of each class drawn in each epoch and, last, in the run."""
    labels = np.repeat(np.arange(counts.size), counts)
    plan = SamplingPlan(target=plan.target, epochs=plan.epochs, batch_size=plan.batch_size, drawing="stratified",
                        samples_per_epoch=plan.samples_per_epoch, seed=seed)  # fmt: skip
    sampler, found = ScheduledClassSampler(labels, plan), []
    for epoch in range(plan.epochs):
        sampler.set_epoch(epoch)
        found.append(np.bincount(list(sampler), minlength=labels.size) > 0)
    rows = np.array([*found, np.any(found, axis=0)])
    return np.add.reduceat(rows, np.cumsum(counts) - counts, axis=1) / counts


@pytest.mark.parametrize("first", PARTS)
def test_forecasts_of_random_plans_agree_with_what_is_drawn_at_a_family_wise_one_percent(first):
    distances = []
    for number in range(first, min(first + 10, PLANS)):
        plan, counts = random_plan(number)
        forecast = Forecast.of(plan, ClassCounts.from_counts(counts))
        expected = np.vstack([forecast.coverage, forecast.run_coverage])
        runs = np.array([covered(plan, counts, seed) for seed in range(SEEDS)])
        # what happens once in a thousand runs may happen in none of these: no error is below once in all of them
        error = np.maximum(runs.std(axis=0, ddof=1) / np.sqrt(SEEDS), 1 / counts / SEEDS)
        distances.append((np.abs(runs.mean(axis=0) - expected) - 1e-9).ravel() / error.ravel())
    distances = np.concatenate(distances)
    assert distances.max() <= NormalDist().inv_cdf(1 - 0.01 / 2 / len(PARTS) / distances.size)
