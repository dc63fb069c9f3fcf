"""The 95 % interval of the class counts that are drawn, under each scheme.

The one contract here: the count of a class is within [lower, upper], both included, in at least 95 % of draws, and in
at most 2.5 % on either side. Exact quantiles where the standard deviation is below `_WIDE`; beyond, to within one draw.
NOTE scipy.stats.hypergeom.ppf sums up to the quantile: 25 times as slow for 1000 classes, and hopeless for 1e12
samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.forecast.expectations import Draws

_WIDE = 20.0
_NEVER = 1e6  # a log ratio that stands for probability 0; sums of it stay finite
_Z = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution


class CountIntervals(NamedTuple):
    """Per class: the expected count and the 95 % interval of the drawn count; each of shape (num_classes,)."""

    expected: FloatArray
    lower: IntArray
    upper: IntArray


def count_intervals(shares: FloatArray, draws: Draws, num_draws: int) -> CountIntervals:
    """The intervals of class counts over `num_draws` draws in a row, from the start of a batch on, in one epoch.

    independent: binomial. exact: hypergeometric, out of quotas floor or ceil of M p_c. stratified: floor(B p_c) in each
    full batch and one more with the chance of the remainder.
    """
    expected = num_draws * shares
    if draws.scheme == "exact":
        quota = draws.samples * shares
        fewer, more = np.floor(quota + 1e-9), np.ceil(quota - 1e-9)
        lower, upper = _hypergeometric(fewer, draws.samples, num_draws), _hypergeometric(more, draws.samples, num_draws)
        return CountIntervals(expected, lower[0], upper[1])
    if draws.scheme == "stratified":
        return CountIntervals(expected, *_stratified(shares, draws.batch_size, num_draws))
    return CountIntervals(expected, *_binomial(shares, num_draws))


def _stratified(shares: FloatArray, batch_size: int, num_draws: int) -> tuple[IntArray, IntArray]:
    batches, rest = divmod(num_draws, batch_size)
    sure = np.floor(batch_size * shares + 1e-9)
    lower, upper = _binomial(np.clip(batch_size * shares - sure, 0.0, 1.0), batches)
    lower, upper = lower + batches * sure.astype(np.int64), upper + batches * sure.astype(np.int64)
    tail = rest * shares  # a last, smaller batch is rounded for itself
    return lower + np.floor(tail + 1e-9).astype(np.int64), upper + np.ceil(tail - 1e-9).astype(np.int64)


def _binomial(p: FloatArray, trials: int) -> tuple[IntArray, IntArray]:
    deviation, low = np.sqrt(trials * p * (1.0 - p)), np.zeros_like(p)

    def log_ratio(k: FloatArray, rows: BoolArray) -> FloatArray:
        chance = p[rows, None]
        return np.log(trials - k) - np.log(k + 1.0) + np.log(chance) - np.log1p(-chance)

    return _interval(_Distribution(trials * p, deviation, 1.0 - 2.0 * p, low, low + trials, log_ratio))


def _hypergeometric(marked: FloatArray, samples: int, drawn: int) -> tuple[IntArray, IntArray]:
    mean, rest = drawn * marked / samples, (samples - drawn) / max(samples - 1, 1)
    deviation = np.sqrt(np.maximum(mean * (samples - marked) / samples * rest, 0.0))
    skew_term = (1.0 - 2.0 * marked / samples) * (1.0 - 2.0 * drawn / samples)
    low, high = np.maximum(0.0, drawn - (samples - marked)), np.minimum(marked, drawn)

    def log_ratio(k: FloatArray, rows: BoolArray) -> FloatArray:
        left = np.log(marked[rows, None] - k) + np.log(drawn - k)
        return left - np.log(k + 1.0) - np.log(samples - marked[rows, None] - drawn + k + 1.0)

    return _interval(_Distribution(mean, deviation, skew_term, low, high, log_ratio))


class _Distribution(NamedTuple):
    """One distribution a class. skew_term: skewness times deviation; log_ratio: log P(k + 1) / P(k)."""

    mean: FloatArray
    deviation: FloatArray
    skew_term: FloatArray
    low: FloatArray
    high: FloatArray
    log_ratio: Callable[[FloatArray, BoolArray], FloatArray]


def _interval(distribution: _Distribution) -> tuple[IntArray, IntArray]:
    """The 2.5 % and 97.5 % quantiles: normal with the first correction for skewness; exact where narrow."""
    centre = distribution.mean + distribution.skew_term * (_Z**2 - 1.0) / 6.0
    lower = np.clip(np.ceil(centre - _Z * distribution.deviation - 0.5), distribution.low, distribution.high)
    upper = np.clip(np.floor(centre + _Z * distribution.deviation + 0.5), distribution.low, distribution.high)
    narrow = distribution.deviation < _WIDE
    if narrow.any():
        lower[narrow], upper[narrow] = _summed(distribution, narrow)
    return lower.astype(np.int64), upper.astype(np.int64)


def _summed(distribution: _Distribution, rows: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Quantiles by summing the distribution, from its log ratios, around its mean."""
    half_width = 9.0 * distribution.deviation[rows].max() + 12.0
    start = np.maximum(distribution.low[rows], np.floor(distribution.mean[rows] - half_width))
    k = start[:, None] + np.arange(int(2 * half_width) + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(k[:, :-1] < distribution.high[rows, None], distribution.log_ratio(k[:, :-1], rows), -_NEVER)
    steps = np.clip(np.nan_to_num(steps, nan=-_NEVER), -_NEVER, _NEVER)
    log_mass = np.concatenate([np.zeros((len(k), 1)), np.cumsum(steps, axis=1)], axis=1)
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    below = np.cumsum(mass, axis=1) / mass.sum(axis=1, keepdims=True)
    lower, upper = (start + (below < tail).sum(axis=1) for tail in (0.025, 0.975))
    return lower, np.minimum(upper, distribution.high[rows])
