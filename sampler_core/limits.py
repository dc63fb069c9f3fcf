"""Caps and floors on class shares, by water-filling.

The one contract here: shares p = clip(k q, floor, cap) with the k that makes the sum 1, so whatever a cap takes away
(or a floor adds) is shared among the other classes in proportion. Works on log q: no skew is too steep for it.
"""

from __future__ import annotations

import numpy as np

from sampler_core.counts import ClassCounts, FloatArray


def normalised(log_weights: FloatArray) -> FloatArray:
    """exp(log_weights) scaled to sum 1 along the last axis (softmax); -inf is share 0. float64, same shape."""
    shares: FloatArray = np.exp(log_weights - log_weights.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return shares


def water_filled(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> FloatArray:
    """Shares in proportion to exp(log_weights) within [floor, cap]; float64, shape (num_classes,), sum 1.

    floor, cap: shape (num_classes,), 0 <= floor <= cap, sum(floor) <= 1 <= sum(cap) (see `check_limits`).
    A class of weight 0 gets its floor. Source: UniMax (arXiv 2304.09151, algorithm 1) with floors added.
    """
    shares = normalised(log_weights)
    if np.all(shares >= floor) and np.all(shares <= cap):
        return shares
    with np.errstate(divide="ignore"):  # no floor is a level of -inf
        leaves_floor, reaches_cap = np.log(floor) - log_weights, np.log(cap) - log_weights
    levels = np.unique(np.concatenate([leaves_floor, reaches_cap]))
    levels = levels[np.isfinite(levels)]

    def filled(log_k: float) -> FloatArray:
        return np.clip(np.exp(np.minimum(log_weights + log_k, 1.0)), floor, cap)

    low, high = -1, levels.size  # filled(levels[low]) sums to less than 1, filled(levels[high]) to 1 or more
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if filled(levels[middle]).sum() >= 1.0 else (middle, high)
    below = levels[high] if high < levels.size else np.inf  # the level sought is between `above` and `below`
    above = levels[low] if low >= 0 else -np.inf
    free = (leaves_floor <= above) & (reaches_cap >= below)
    shares = np.where(reaches_cap <= above, cap, floor)
    left = 1.0 - shares[~free].sum()
    if free.any():
        shares[free] = np.clip(left * normalised(log_weights[free]), floor[free], cap[free])
    return shares


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
