"""Synthetic class counts: a profile, rounded to whole numbers with an exact sum.

The one contract here: the same arguments give the same counts on every machine and in every version, because links hold
only the arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts

Profile: TypeAlias = Callable[[int, float], FloatArray]


def _exponential(num_classes: int, rho: float) -> FloatArray:
    return np.exp(-math.log(rho) * np.linspace(0.0, 1.0, num_classes))


def _pareto(num_classes: int, rho: float) -> FloatArray:
    a = math.log(rho) / math.log(num_classes) if num_classes > 1 else 0.0  # (1 + c)^-a falls from 1 to C^-a = 1 / rho
    return np.exp(-a * np.log1p(np.arange(num_classes)))


def _step(num_classes: int, rho: float) -> FloatArray:
    first_half = np.arange(num_classes) < (num_classes + 1) // 2
    return np.where(first_half, 1.0, 1.0 / rho)


def _one_rare(num_classes: int, rho: float) -> FloatArray:
    classes = np.arange(num_classes)
    return np.where((classes > 0) & (classes == num_classes - 1), 1.0 / rho, 1.0)


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {"exponential": _exponential, "pareto": _pareto, "step": _step, "one_rare": _one_rare}
)
"""Name -> (num_classes, imbalance ratio) -> relative class counts, falling or level, the first of them 1."""


def synthetic(profile: str, num_classes: int, num_samples: int, imbalance_ratio: float) -> ClassCounts:
    """Class counts of a named profile, classes named 0, 1, 2, ... from the largest to the smallest.

    Every class has at least one sample, and the counts sum to exactly `num_samples`; rounding is by largest remainder.
    So the `imbalance_ratio` of the result can differ from the one given. `ValueError` for an unknown profile, less than
    one class, fewer samples than classes or more than 1e12, a ratio below 1.
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {profile!r}")
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    if not num_classes <= num_samples <= 10**12:
        raise ValueError(f"num_samples must be from num_classes ({num_classes:,}) to 1e12, got {num_samples:,}")
    if not 1.0 <= imbalance_ratio < math.inf:
        raise ValueError(f"imbalance_ratio must be a number of at least 1, got {imbalance_ratio}")
    return ClassCounts.from_counts(_rounded(PROFILES[profile](num_classes, imbalance_ratio), num_samples))


def cifar_lt(num_classes: int, n_max: int, ratio: float) -> ClassCounts:
    """Class counts of the long-tailed CIFARs: n_c = int(n_max mu^(c / (C - 1))) with mu = 1 / ratio.

    Truncated, not rounded, as published (LDAM-DRW, arXiv 1906.07413, and its code); so CIFAR-100 at a ratio of 200
    really has 250. `ValueError` where the smallest class would be empty.
    """
    if num_classes < 2:
        raise ValueError(f"num_classes must be at least 2, got {num_classes}")
    if not 1.0 <= ratio <= n_max:
        raise ValueError(f"ratio must be from 1 to n_max ({n_max}), got {ratio}")
    mu = 1.0 / ratio  # in Python's own floats: the published counts are those of exactly this expression
    return ClassCounts.from_counts([int(n_max * mu ** (c / (num_classes - 1.0))) for c in range(num_classes)])


def _rounded(profile: FloatArray, num_samples: int) -> IntArray:
    """Counts max(1, k profile_c) with the k that makes the sum right, rounded by largest remainder."""
    num_classes = profile.size
    in_proportion = np.arange(1, num_classes + 1)  # k for m classes in proportion and one sample for each of the rest
    k = (num_samples - (num_classes - in_proportion)) / np.cumsum(profile)
    ideal = np.maximum(1.0, k[np.flatnonzero(k * profile >= 1.0)[-1]] * profile)
    counts: IntArray = ideal.astype(np.int64)
    remainder = (ideal - counts).round(6)  # the last bits of exp differ between machines; the order must not
    by_remainder = np.argsort(-remainder, kind="stable")
    counts[by_remainder[: num_samples - counts.sum()]] += 1
    return counts
