"""How far what is drawn may lie from what is planned: the 95 % interval of class counts under each scheme.

The one contract here: at least 95 % of the draws of a class lie within [lower, upper], both included, and at most 2.5 %
on each side outside. Exact quantiles where the standard deviation is below `_WIDE`; beyond, to within one draw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.forecast.expectations import Draws

_WIDE = 20.0
_NEVER = 1e6  # a log ratio that stands for "never", and whose sums stay finite
_Z = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution


class Spread(NamedTuple):
    """Per class: what is expected, and the 95 % interval of what is drawn; each of shape (num_classes,)."""

    expected: FloatArray
    lower: IntArray
    upper: IntArray


def spread(shares: FloatArray, draws: Draws, num_draws: int) -> Spread:
    """The spread of class counts over `num_draws` draws in a row, from the start of a batch on, in one epoch.

    independent: binomial. exact: hypergeometric, out of quotas floor or ceil of M p_c. stratified: floor(B p_c) in each
    full batch and one more with the chance of the remainder.
    """
    expected = num_draws * shares
    if draws.scheme == "exact":
        quota = draws.samples * shares
        fewer, more = np.floor(quota + 1e-9), np.ceil(quota - 1e-9)
        lower, upper = _hypergeometric(fewer, draws.samples, num_draws), _hypergeometric(more, draws.samples, num_draws)
        return Spread(expected, lower[0], upper[1])
    if draws.scheme == "stratified":
        return Spread(expected, *_stratified(shares, draws.batch_size, num_draws))
    return Spread(expected, *_binomial(shares, num_draws))


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
    lean = (1.0 - 2.0 * marked / samples) * (1.0 - 2.0 * drawn / samples)
    low, high = np.maximum(0.0, drawn - (samples - marked)), np.minimum(marked, drawn)

    def log_ratio(k: FloatArray, rows: BoolArray) -> FloatArray:
        left = np.log(marked[rows, None] - k) + np.log(drawn - k)
        return left - np.log(k + 1.0) - np.log(samples - marked[rows, None] - drawn + k + 1.0)

    return _interval(_Distribution(mean, deviation, lean, low, high, log_ratio))


class _Distribution(NamedTuple):
    """Distributions of whole numbers, one a class. lean: skewness times deviation; log_ratio: log P(k + 1) / P(k)."""

    mean: FloatArray
    deviation: FloatArray
    lean: FloatArray
    low: FloatArray
    high: FloatArray
    log_ratio: Callable[[FloatArray, BoolArray], FloatArray]


def _interval(distribution: _Distribution) -> tuple[IntArray, IntArray]:
    """The 2.5 % and 97.5 % quantiles: the normal distribution's with its first correction for skewness; exact where narrow."""
    centre = distribution.mean + distribution.lean * (_Z**2 - 1.0) / 6.0
    lower = np.clip(np.ceil(centre - _Z * distribution.deviation - 0.5), distribution.low, distribution.high)
    upper = np.clip(np.floor(centre + _Z * distribution.deviation + 0.5), distribution.low, distribution.high)
    narrow = distribution.deviation < _WIDE
    if narrow.any():
        lower[narrow], upper[narrow] = _summed(distribution, narrow)
    return lower.astype(np.int64), upper.astype(np.int64)


def _summed(distribution: _Distribution, rows: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Quantiles by summing the distribution, from its log ratios, around its mean."""
    reach = 9.0 * distribution.deviation[rows].max() + 12.0
    start = np.maximum(distribution.low[rows], np.floor(distribution.mean[rows] - reach))
    k = start[:, None] + np.arange(int(2 * reach) + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(k[:, :-1] < distribution.high[rows, None], distribution.log_ratio(k[:, :-1], rows), -_NEVER)
    steps = np.clip(np.nan_to_num(steps, nan=-_NEVER), -_NEVER, _NEVER)
    log_mass = np.concatenate([np.zeros((len(k), 1)), np.cumsum(steps, axis=1)], axis=1)
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    below = np.cumsum(mass, axis=1) / mass.sum(axis=1, keepdims=True)
    lower, upper = (start + (below < tail).sum(axis=1) for tail in (0.025, 0.975))
    return lower, np.minimum(upper, distribution.high[rows])
