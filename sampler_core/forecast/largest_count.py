"""The largest count of a single sample in an epoch or over a run, before anything is drawn.

The one contract here: in at least the stated chance of seeds no sample of the classes comes more often. A bound, so a
chance of 1, under `exact`; a quantile under `stratified` and `independent`. For one process: the draws that complete an
epoch for several ranks are not counted.

Each count of a sample is a sure part plus a number of trials. independent: M trials of chance p_c / n_c. exact: the
members of a class are gone through in turn, so ceil of the quota / n_c at most, the quota being floor or ceil of M p_c.
stratified: one trial for each pass that the epoch touches, as a pass has a sample at most once; where a batch takes
several passes, one for each batch, as its members differ by one at most.

What is bounded is the expected number of samples that come more often: the chance that there is one is no larger.

NOTE 20 samples drawn 100 times on their own, 5 expected each: a sample comes more than 11 times with chance 0.0043, so
0.085 of the 20 do; more than 12 times 0.03. In 95 of 100 seeds none comes more than 12 times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.draws.systematic_rounding import floors_and_chances
from sampler_core.forecast.binomial_tail import least_whole_number, log_chance_above
from sampler_core.forecast.expectations import Draws, repeats

CHANCE = 0.95  # of the seeds: what is promised of draws holds in so many


class SampleCounts(NamedTuple):
    """How often one sample of each class comes: surely, and in so many trials with this mean; (..., num_classes)."""

    sure: IntArray
    trials: FloatArray
    mean: FloatArray


def largest_count(
    counts: IntArray, shares: FloatArray, draws: Draws, chance: float = CHANCE, *, over_run: bool = False
) -> IntArray:
    """How often any single sample comes in an epoch at most, in this chance of seeds; the classes together.

    shares: (..., num_classes) -> int64 (...,). over_run: (epochs, ..., num_classes) of the epochs that are counted
    together -> (...,).
    """
    sample_counts = counts_of_run(counts, shares, draws) if over_run else counts_of_epoch(counts, shares, draws)
    most = (sample_counts.sure + sample_counts.trials).max(axis=-1).astype(np.int64)
    if draws.scheme == "exact":
        return np.asarray(most)
    expected = np.floor(sample_counts.sure + sample_counts.mean).max(axis=-1).astype(np.int64)
    log_left = np.log1p(-chance) + 1e-9

    def holds(tried: IntArray) -> BoolArray:
        return np.asarray(log_samples_above(counts, sample_counts, tried[..., None]) <= log_left)

    return np.asarray(np.minimum(most, least_whole_number(expected, holds)))


def log_samples_above(counts: IntArray, sample_counts: SampleCounts, most: IntArray | int) -> FloatArray:
    """log of the expected number of samples that come more than `most` times, all classes together; (...,)."""
    return log_sum(log_class_samples_above(counts, sample_counts, most))


def log_class_samples_above(counts: IntArray, sample_counts: SampleCounts, most: IntArray | int) -> FloatArray:
    """The same of each class; (..., num_classes)."""
    log_chance = log_chance_above(most - sample_counts.sure, sample_counts.trials, sample_counts.mean)
    return np.log(np.maximum(counts, 1)) + log_chance


def log_sum(logs: FloatArray) -> FloatArray:
    """log of the sum over the last axis of what has these logs."""
    top = logs.max(axis=-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(logs - top).sum(axis=-1)))


def counts_of_epoch(counts: IntArray, shares: FloatArray, draws: Draws) -> SampleCounts:
    """How often one sample of each class comes in an epoch; shape of the shares."""
    n, expected = np.maximum(counts, 1), repeats(counts, shares, draws)
    if draws.scheme == "exact":
        quota, chance = floors_and_chances(draws.samples * shares, draws.samples)
        return _within(quota // n, -(-(quota + (chance > 0)) // n), expected)
    if draws.scheme == "stratified":
        sure, passes, of_batch = _passes(n, shares, draws)
        return SampleCounts(sure, _touched(passes, of_batch), expected - sure)
    return _independent(expected, draws.samples)


def counts_of_run(counts: IntArray, shares: FloatArray, draws: Draws) -> SampleCounts:
    """The same over the epochs of the first axis together."""
    n, expected = np.maximum(counts, 1), repeats(counts, shares, draws).sum(axis=0)
    if draws.scheme == "exact":
        quota, chance = floors_and_chances(draws.samples * shares, draws.samples)
        return _within(quota.sum(axis=0) // n, -(-(quota + (chance > 0)).sum(axis=0) // n), expected)
    if draws.scheme == "stratified":
        sure, passes, of_batch = _passes(n, shares, draws)
        cut_short = (np.diff(of_batch, axis=0) != 0).sum(axis=0)  # passes that another stride may end sooner
        touched = _touched(passes.sum(axis=0), of_batch.min(axis=0)) + cut_short
        return SampleCounts(sure.sum(axis=0), touched, expected - sure.sum(axis=0))
    return _independent(expected, draws.samples * len(shares))


def _independent(expected: FloatArray, trials: int) -> SampleCounts:
    return SampleCounts(np.zeros(expected.shape, dtype=np.int64), np.full(expected.shape, float(trials)), expected)


def _within(least: IntArray, most: IntArray, expected: FloatArray) -> SampleCounts:
    return SampleCounts(least, (most - least).astype(np.float64), np.clip(expected - least, 0.0, most - least))


def _touched(passes: FloatArray, of_batch: FloatArray) -> FloatArray:
    """The most passes that batches in a row touch: the first batch takes the last stride of a pass."""
    return np.asarray(np.where(of_batch == 1.0, passes, np.ceil(passes - of_batch - 1e-9) + 1.0))


def _passes(n: IntArray, shares: FloatArray, draws: Draws) -> tuple[IntArray, FloatArray, FloatArray]:
    """What a sample surely gets of batches that take several passes; passes of all batches, and of one.

    NOTE 7 members, stride 3: two batches a pass. Five batches are 2.5 passes and touch 3: 1 + 2 + 2 batches. With
    stride 9 a batch counts as a pass by itself, whose members get 1 surely and 2 by chance.
    """
    whole, rest = divmod(draws.samples, draws.batch_size)
    floor, chance = floors_and_chances(draws.batch_size * shares, draws.batch_size)
    stride = floor + (chance > 0)
    in_rest = np.floor(rest * shares + 1e-9).astype(np.int64)
    sure = np.where(stride > n, whole * (floor // n) + in_rest // n, 0)
    of_batch = np.where(stride > 0, 1.0 / np.maximum(n // np.maximum(stride, 1), 1), 0.0)
    return sure, (whole + (rest > 0)) * of_batch, of_batch
