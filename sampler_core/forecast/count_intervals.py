"""The 95 % interval of the class counts that are drawn, under each scheme.

The one contract here: the count of a class is within [lower, upper], both included, in at least 95 % of draws, and in
at most 2.5 % on either side. Exact quantiles where the standard deviation is below `_WIDE_DEVIATION`, else to one draw.
NOTE scipy.stats.hypergeom.ppf sums up to the quantile: 25 times as slow for 1000 classes, and hopeless for 1e12
samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.forecast.expectations import Draws

_WIDE_DEVIATION = 20.0
_NEVER = 1e6  # a log ratio that stands for probability 0; sums of it stay finite
_QUANTILE_Z = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution


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
        lower = _hypergeometric_interval(fewer, draws.samples, num_draws)[0]
        upper = _hypergeometric_interval(more, draws.samples, num_draws)[1]
        return CountIntervals(expected, lower, upper)
    if draws.scheme == "stratified":
        return CountIntervals(expected, *_stratified_interval(shares, draws.batch_size, num_draws))
    return CountIntervals(expected, *_binomial_interval(shares, num_draws))


def _stratified_interval(shares: FloatArray, batch_size: int, num_draws: int) -> tuple[IntArray, IntArray]:
    batches, rest = divmod(num_draws, batch_size)
    sure_per_batch = np.floor(batch_size * shares + 1e-9)
    lower, upper = _binomial_interval(np.clip(batch_size * shares - sure_per_batch, 0.0, 1.0), batches)
    lower, upper = lower + batches * sure_per_batch.astype(np.int64), upper + batches * sure_per_batch.astype(np.int64)
    tail_quota = rest * shares  # a last, smaller batch is rounded for itself
    return lower + np.floor(tail_quota + 1e-9).astype(np.int64), upper + np.ceil(tail_quota - 1e-9).astype(np.int64)


def _binomial_interval(p: FloatArray, trials: int) -> tuple[IntArray, IntArray]:
    deviation, low = np.sqrt(trials * p * (1.0 - p)), np.zeros_like(p)

    def log_ratio(k: FloatArray, rows: BoolArray) -> FloatArray:
        chance = p[rows, None]
        return np.log(trials - k) - np.log(k + 1.0) + np.log(chance) - np.log1p(-chance)

    return _quantile_interval(_Distribution(trials * p, deviation, 1.0 - 2.0 * p, low, low + trials, log_ratio))


def _hypergeometric_interval(marked: FloatArray, samples: int, drawn: int) -> tuple[IntArray, IntArray]:
    mean, finite_correction = drawn * marked / samples, (samples - drawn) / max(samples - 1, 1)
    deviation = np.sqrt(np.maximum(mean * (samples - marked) / samples * finite_correction, 0.0))
    skew_term = (1.0 - 2.0 * marked / samples) * (1.0 - 2.0 * drawn / samples)
    low, high = np.maximum(0.0, drawn - (samples - marked)), np.minimum(marked, drawn)

    def log_ratio(k: FloatArray, rows: BoolArray) -> FloatArray:
        left = np.log(marked[rows, None] - k) + np.log(drawn - k)
        return left - np.log(k + 1.0) - np.log(samples - marked[rows, None] - drawn + k + 1.0)

    return _quantile_interval(_Distribution(mean, deviation, skew_term, low, high, log_ratio))


class _Distribution(NamedTuple):
    """One distribution a class. skew_term: skewness times deviation; log_ratio: log P(k + 1) / P(k)."""

    mean: FloatArray
    deviation: FloatArray
    skew_term: FloatArray
    low: FloatArray
    high: FloatArray
    log_ratio: Callable[[FloatArray, BoolArray], FloatArray]


def _quantile_interval(distribution: _Distribution) -> tuple[IntArray, IntArray]:
    """The 2.5 % and 97.5 % quantiles: normal with the first correction for skewness; exact where narrow."""
    centre = distribution.mean + distribution.skew_term * (_QUANTILE_Z**2 - 1.0) / 6.0
    lower = np.clip(np.ceil(centre - _QUANTILE_Z * distribution.deviation - 0.5), distribution.low, distribution.high)
    upper = np.clip(np.floor(centre + _QUANTILE_Z * distribution.deviation + 0.5), distribution.low, distribution.high)
    narrow = distribution.deviation < _WIDE_DEVIATION
    if narrow.any():
        lower[narrow], upper[narrow] = _summed_quantiles(distribution, narrow)
    return lower.astype(np.int64), upper.astype(np.int64)


def _summed_quantiles(distribution: _Distribution, narrow: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Quantiles by summing the distribution, from its log ratios, around its mean."""
    half_width = 9.0 * distribution.deviation[narrow].max() + 12.0
    first_counts = np.maximum(distribution.low[narrow], np.floor(distribution.mean[narrow] - half_width))
    drawn_counts = first_counts[:, None] + np.arange(int(2 * half_width) + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratios = np.where(
            drawn_counts[:, :-1] < distribution.high[narrow, None],
            distribution.log_ratio(drawn_counts[:, :-1], narrow),
            -_NEVER,
        )
    log_ratios = np.clip(np.nan_to_num(log_ratios, nan=-_NEVER), -_NEVER, _NEVER)
    log_count_mass = np.concatenate([np.zeros((len(drawn_counts), 1)), np.cumsum(log_ratios, axis=1)], axis=1)
    count_mass = np.exp(log_count_mass - log_count_mass.max(axis=1, keepdims=True))
    cumulative_mass = np.cumsum(count_mass, axis=1) / count_mass.sum(axis=1, keepdims=True)
    lower, upper = (first_counts + (cumulative_mass < tail).sum(axis=1) for tail in (0.025, 0.975))
    return lower, np.minimum(upper, distribution.high[narrow])
