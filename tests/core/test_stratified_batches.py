"""Batches of a stratified run do not come again: neither as sets, nor as pairs of samples that meet.

FULL_STATISTICS=1 runs all 100 epochs against simulated shuffles.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from sampler_core import Constant, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from tests.core.full_statistics import FULL

EPOCHS, SHUFFLES = (100, 200) if FULL else (25, 0)
LONG_TAIL = np.array([5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])  # CIFAR-10-LT 100
CASES = {
    "CIFAR-10 natural, batches of 100": (np.full(10, 5000), 0.0, 100),
    "CIFAR-10 natural, batches of 128": (np.full(10, 5000), 0.0, 128),
    "CIFAR-10-LT natural": (LONG_TAIL, 0.0, 128),
    "CIFAR-10-LT square-root": (LONG_TAIL, 0.5, 128),
    "CIFAR-10-LT balanced": (LONG_TAIL, 1.0, 128),
    "9000 to 1000": (np.array([9000, 1000]), 0.0, 100),
    "100 classes of 500": (np.full(100, 500), 0.0, 200),
    "900 members by tens": (np.array([900, 8100]), 0.0, 100),
    "the skew rises": (LONG_TAIL, Linear(0.0, 0.01), 128),
}
EACH_CASE = pytest.mark.parametrize("case", CASES)


class Run(NamedTuple):
    """batches: data-set indices, (batches, size), -1 where the last of an epoch is smaller; strides: (classes,)."""

    batches: np.ndarray
    counts: np.ndarray
    strides: np.ndarray


def run_of(case, seed=0):
    counts, skew, size = CASES[case]
    schedule = skew if isinstance(skew, Linear) else Constant(skew)
    plan = SamplingPlan(target=PowerSkew(schedule), epochs=100, batch_size=size, drawing="stratified", seed=seed)
    sampler, batches = ScheduledClassSampler(np.repeat(np.arange(counts.size), counts), plan), []
    for epoch in range(EPOCHS):
        sampler.set_epoch(epoch)
        drawn = np.array(list(sampler))
        batches.append(np.append(drawn, np.full(-drawn.size % size, -1)).reshape(-1, size))
    strides = np.ceil(plan.class_shares(counts)[0] * size - 1e-9).astype(int)
    return Run(np.concatenate(batches), counts, strides)


def passes_of(run, c):
    """The batch of each member of a class in each whole pass, -1 where it sat out: (passes, members)."""
    first, per_pass = run.counts[:c].sum(), run.counts[c] // run.strides[c]
    batch, slot = np.nonzero((run.batches >= first) & (run.batches < first + run.counts[c]))
    whole = len(run.batches) // per_pass
    found = np.full((whole + 1, run.counts[c]), -1)
    found[batch // per_pass, run.batches[batch, slot] - first] = batch % per_pass
    return found[:whole]


def pairs(batch):
    """Pairs in one batch."""
    sizes = np.unique(batch[batch >= 0], return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def kept(before, after):
    """Pairs in one batch both times."""
    both = (before >= 0) & (after >= 0)
    return pairs(before[both] * (after.max() + 1) + after[both])


@EACH_CASE
def test_no_batch_comes_twice(case):
    run = run_of(case)
    assert run.counts.sum() >= 20 * run.batches.shape[1]
    numbers = np.random.default_rng(0).integers(0, 2**64, run.counts.sum() + 1, dtype=np.uint64)
    numbers[-1] = 0  # of a missing draw
    sums = numbers[run.batches].sum(axis=1)
    assert np.unique(sums).size == sums.size


@pytest.mark.parametrize("case", [case for case in CASES if case != "the skew rises"])
def test_passes_keep_no_more_pairs_than_fresh_shuffles_would(case):
    run = run_of(case)
    distances = []
    for c in range(min(run.counts.size, 10)):
        passes, n, s = passes_of(run, c), int(run.counts[c]), int(run.strides[c])
        if s < 2 or len(passes) < 2:
            continue
        of_passes = np.array([pairs(batch) for batch in passes])
        found = np.array([kept(passes[0], batch) for batch in passes[1:]])
        expected = of_passes[0] * of_passes[1:] / (n * (n - 1) / 2)
        if (s - 1) ** 2 / 2 >= 20:
            assert (found <= 3 * expected).all()
            later = np.array([kept(*two) for two in pairwise(passes[1:])])
            assert (later <= 3 * of_passes[1:-1] * of_passes[2:] / (n * (n - 1) / 2)).all()
        distances.append((found.sum() - expected.sum()) / expected.sum() ** 0.5)
        if SHUFFLES:
            distances[-1] = (found.sum() - expected.sum()) / simulated(passes).std()
    assert distances
    assert np.abs(distances).max() < 4.5


def simulated(passes):
    """Pairs kept of the first pass by shuffles of all further ones, (SHUFFLES,)."""
    rng = np.random.default_rng(1)
    some = passes[1:41]  # a class of few members has thousands of passes; the variance grows with their number
    scale = ((len(passes) - 1) / len(some)) ** 0.5
    sums = [sum(kept(passes[0], rng.permutation(batch)) for batch in some) for _ in range(SHUFFLES)]
    return np.array(sums) * scale
