"""Caps and floors on class shares, by water-filling.

The one contract here: shares p = clip(k q, floor, cap) with the k that makes the sum 1, so whatever a cap takes away
(or a floor adds) is shared among the other classes in proportion. Works on log q: no skew is too steep for it.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts


def normalised(log_weights: FloatArray) -> FloatArray:
    """exp(log_weights) scaled to sum 1 along the last axis (softmax); -inf is share 0. float64, same shape."""
    shares: FloatArray = np.exp(log_weights - log_weights.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return shares


def water_filled(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> FloatArray:
    """Shares in proportion to exp(log_weights) within [floor, cap]; float64, shape (..., num_classes), rows sum to 1.

    floor, cap: shape (num_classes,), 0 <= floor <= cap, sum(floor) <= 1 <= sum(cap) (see `check_limits`).
    A class of weight 0 gets its floor. A row is the same, bit for bit, alone and among others.
    Source: UniMax (arXiv 2304.09151, algorithm 1) with floors added.
    """
    shares = normalised(log_weights)
    bound = np.any((shares < floor) | (shares > cap), axis=-1)
    if bound.any():
        shares[bound] = _filled(log_weights[bound], floor, cap)
    return shares


def _filled(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> FloatArray:
    """The same for rows that the limits change; the classes between their limits are found by bisection on log k."""
    with np.errstate(divide="ignore", invalid="ignore"):  # no floor is a level of -inf
        leaves_floor, reaches_cap = np.log(floor) - log_weights, np.log(cap) - log_weights
    levels = np.concatenate([leaves_floor, reaches_cap], axis=1)
    levels[~np.isfinite(levels)] = np.inf
    levels.sort(axis=1)
    end = np.full((len(levels), 1), np.inf)
    levels = np.concatenate([-end, levels, end], axis=1)
    rows = np.arange(len(levels))
    low = np.zeros(len(levels), dtype=np.int64)  # shares at levels[low] sum to less than 1, at [high] to 1 or more
    high = 1 + np.isfinite(levels).sum(axis=1)
    while (searched := high - low > 1).any():
        middle = (low + high) // 2
        level = np.where(searched, levels[rows, middle], 0.0)
        total = np.clip(np.exp(np.minimum(log_weights + level[:, None], 1.0)), floor, cap).sum(axis=1)
        low = np.where(searched & (total < 1.0), middle, low)
        high = np.where(searched & (total >= 1.0), middle, high)
    above, below = levels[rows, low][:, None], levels[rows, high][:, None]  # the level sought is between these
    free = (leaves_floor <= above) & (reaches_cap >= below)
    shares = np.where(reaches_cap <= above, cap, floor)
    left = 1.0 - np.where(free, 0.0, shares).sum(axis=1, keepdims=True)
    shared = normalised(np.where(free | ~free.any(axis=1, keepdims=True), log_weights, -np.inf))
    return np.where(free, np.clip(left * shared, floor, cap), shares)


def check_limits(counts: ClassCounts, floor: FloatArray, cap: FloatArray, says: str) -> None:
    """`ValueError` when no shares can meet these limits; `says` names the limits as the caller wrote them."""
    crossed = np.flatnonzero(floor > cap * (1 + 1e-12))
    if crossed.size:
        c = int(crossed[0])
        raise ValueError(
            f"{says} must leave room for each class, got a floor of {floor[c]:.3g} above a cap of {cap[c]:.3g} "
            f"for class {counts.names[c]!r} ({counts.counts[c]:,} samples)"
        )
    if floor.sum() > 1 + 1e-12:
        raise ValueError(f"{says} must be at most 1 in all, got floors that sum to {floor.sum():.4g}")
    if cap.sum() < 1 - 1e-12:
        raise ValueError(
            f"{says} must allow all draws of an epoch, got caps that allow {cap.sum():.4g} of them; "
            "raise the cap or draw fewer samples per epoch"
        )
