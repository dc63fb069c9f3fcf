"""The chance that a count is above a number: an upper bound for every sum of independent yes-or-no trials.

The one contract here: the bound is that of the binomial distribution with as many trials and the same mean. No sum of
independent trials with that mean has a heavier tail above it (Hoeffding 1956), and it never falls as the mean rises.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray

_LOG_NEVER = -1e6  # log of chance 0; sums of it stay finite


def log_chance_above(most: ArrayLike, trials: ArrayLike, mean: ArrayLike) -> FloatArray:
    """An upper bound on log P(count > most), whole numbers `most`, for counts of so many trials with this mean.

    The binomial mass at most + 1, times a geometric series in place of the masses beyond; where `most` is below the
    mean, mean / (most + 1) (Markov), which goes on above 1 and so says how far off the mean is. Broadcasts.

    NOTE 10 trials, mean 2: P(count > 4) = 0.0328. The mass at 5 is 0.0264, that at 6 is 0.208 times it, and ratios fall
    from there on: 0.0264 / (1 - 0.208) = 0.0334.
    """
    most, trials, mean = (np.asarray(value, dtype=np.float64) for value in (most, trials, mean))
    next_count = np.maximum(most + 1.0, 0.0)
    p = np.minimum(mean / np.maximum(trials, 1.0), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds_part = np.where(trials > next_count, (trials - next_count) * np.log1p(-p), 0.0)
        log_mass = _log_choose(trials, next_count) + next_count * np.log(p) + log_odds_part
        ratio = np.where(p < 1.0, (trials - next_count) / (next_count + 1.0) * p / (1.0 - p), 0.0)
        log_chance = np.minimum(log_mass - np.log1p(-np.minimum(ratio, 1.0)), 0.0)
        log_chance = np.where(mean > most, np.log(mean / np.maximum(next_count, 0.5)), log_chance)
    never = (trials <= most) | ((mean <= 0.0) & (most >= 0.0))
    return np.asarray(np.where(never, _LOG_NEVER, np.nan_to_num(log_chance, neginf=_LOG_NEVER)))


def least_whole_number(low: IntArray, holds: Callable[[IntArray], BoolArray]) -> IntArray:
    """The least whole number from `low` on at which `holds`, which stays so once it does; int64, shape of `low`."""
    low, step = np.asarray(low, dtype=np.int64) - 1, np.ones(np.shape(low), dtype=np.int64)
    high = low + step
    while not np.all(done := holds(high)):
        low, step = np.where(done, low, high), np.where(done, step, 2 * step)
        high = np.where(done, high, high + step)
    while np.any(high - low > 1):
        middle = (low + high) // 2
        done = holds(middle) & (high - low > 1)
        low, high = np.where(done | (high - low <= 1), low, middle), np.where(done, middle, high)
    return high


def _log_choose(n: FloatArray, k: FloatArray) -> FloatArray:
    """log of n over k; -inf where k > n."""
    left = np.maximum(n - k, 0.0)
    return np.where(k > n, -np.inf, _log_factorial(n) - _log_factorial(k) - _log_factorial(left))


def _log_factorial(n: FloatArray) -> FloatArray:
    """Stirling's series, to 3e-4."""
    x = n + 1.0
    inverse = 1.0 / x
    series = inverse * (1 / 12 - inverse**2 * (1 / 360 - inverse**2 / 1260))
    return np.asarray((x - 0.5) * np.log(x) - x + 0.5 * np.log(2 * np.pi) + series)
