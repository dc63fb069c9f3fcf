"""Caps and floors on many rows of shares at once: `limits.water_filled`, row by row the same to rounding.

The one contract here: shares p = clip(k q, floor, cap) with the k that makes the sum of a row 1.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.plans.share_limits import normalised

_MOST_STEPS = 200


def water_filled_rows(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> FloatArray:
    """`limits.water_filled` of each row; float64, shape (rows, num_classes)."""
    shares = normalised(log_weights)
    bound = np.flatnonzero(np.any((shares < floor) | (shares > cap), axis=1))
    if bound.size:
        shares[bound] = _filled(log_weights[bound], floor, cap)
    return shares


def _filled(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> FloatArray:
    """Steps to the k at which the classes that are free now would fill what the others leave; bisection otherwise."""
    shares = np.empty_like(log_weights)
    level, low, high = _brackets(log_weights, floor, cap)
    rows = np.arange(len(log_weights))
    for _ in range(_MOST_STEPS):
        filled = np.exp(np.minimum(log_weights[rows] + level[:, None], 1.0))
        free = (filled > floor) & (filled < cap)
        filled = np.clip(filled, floor, cap)
        total, of_free = filled.sum(axis=1), np.where(free, filled, 0.0).sum(axis=1)
        low, high = np.where(total < 1.0, level, low), np.where(total < 1.0, high, level)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.log((1.0 - total + of_free) / of_free)
        inside = np.isfinite(step) & (level + step > low) & (level + step < high)
        moved = np.where(inside, level + step, (low + high) / 2)
        done = (np.abs(total - 1.0) < 1e-15 * log_weights.shape[1]) | (high - low < 1e-14 * (1.0 + np.abs(level)))
        done |= inside & (np.abs(step) < 1e-15)
        shares[rows[done]] = filled[done]
        if done.all():
            return shares
        left = ~done
        rows, level, low, high = rows[left], moved[left], low[left], high[left]
    shares[rows] = filled[left]
    return shares


def _brackets(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A first level of each row, one whose sum is at most 1, and one whose sum is at least 1."""
    top = log_weights.max(axis=1)
    sum_at_top = np.log(np.exp(log_weights - top[:, None]).sum(axis=1))
    lowest = -top - np.log(log_weights.shape[1])
    if floor.min() > 0:
        lowest = np.minimum(lowest, (np.log(floor) - log_weights).min(axis=1))
    highest = (np.log(cap) - log_weights).max(axis=1)
    return np.clip(-top - sum_at_top, lowest, highest), lowest, highest
