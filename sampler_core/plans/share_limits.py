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
    limited_rows = np.any((shares < floor) | (shares > cap), axis=-1)
    if limited_rows.any():
        shares[limited_rows] = _shares_at_water_level(log_weights[limited_rows], floor, cap)
    return shares


def _shares_at_water_level(log_weights: FloatArray, floor: FloatArray, cap: FloatArray) -> FloatArray:
    """The same for rows that the limits change; the classes between their limits are found by bisection on log k."""
    with np.errstate(divide="ignore", invalid="ignore"):  # no floor is a level of -inf
        leaves_floor, reaches_cap = np.log(floor) - log_weights, np.log(cap) - log_weights
    water_levels = np.concatenate([leaves_floor, reaches_cap], axis=1)
    water_levels[~np.isfinite(water_levels)] = np.inf
    water_levels.sort(axis=1)
    no_level = np.full((len(water_levels), 1), np.inf)
    water_levels = np.concatenate([-no_level, water_levels, no_level], axis=1)
    rows = np.arange(len(water_levels))
    lower = np.zeros(len(water_levels), dtype=np.int64)  # shares at this level sum to less than 1, ...
    upper = 1 + np.isfinite(water_levels).sum(axis=1)  # ... at this one to 1 or more
    while (searched_rows := upper - lower > 1).any():
        middle = (lower + upper) // 2
        water_level = np.where(searched_rows, water_levels[rows, middle], 0.0)
        total_share = np.clip(np.exp(np.minimum(log_weights + water_level[:, None], 1.0)), floor, cap).sum(axis=1)
        lower = np.where(searched_rows & (total_share < 1.0), middle, lower)
        upper = np.where(searched_rows & (total_share >= 1.0), middle, upper)
    lower_level, upper_level = water_levels[rows, lower][:, None], water_levels[rows, upper][:, None]
    between_limits = (leaves_floor <= lower_level) & (reaches_cap >= upper_level)
    shares = np.where(reaches_cap <= lower_level, cap, floor)
    left_to_share = 1.0 - np.where(between_limits, 0.0, shares).sum(axis=1, keepdims=True)
    shares_left = between_limits | ~between_limits.any(axis=1, keepdims=True)
    shared_shares = normalised(np.where(shares_left, log_weights, -np.inf))
    return np.where(between_limits, np.clip(left_to_share * shared_shares, floor, cap), shares)


def check_limits(counts: ClassCounts, floor: FloatArray, cap: FloatArray, says: str) -> None:
    """`ValueError` when no shares can meet these limits; `says` names the limits as the caller wrote them."""
    crossed_limits = np.flatnonzero(floor > cap * (1 + 1e-12))
    if crossed_limits.size:
        c = int(crossed_limits[0])
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
