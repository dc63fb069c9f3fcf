"""Class shares as other tools take them: weights of samples, classes and losses, and class counts to resample data to.

Words: `class weight` is that of one sample, normalised over the classes; a loss weight is the same number, normalised
over the samples. To draw by a plan and to weight the loss by it corrects twice.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import several

MOST_RESAMPLED = 10**13  # samples
HOW = ("over", "under")


def class_weights_of(shares: FloatArray, counts: ClassCounts) -> FloatArray:
    """Class shares, shape (epochs, num_classes) -> the weight of one sample of each class, normalised over classes."""
    per_sample = _per_sample(shares, counts)
    weights: FloatArray = per_sample / per_sample.sum(axis=1, keepdims=True)
    return weights


def loss_weights(shares: FloatArray, counts: ClassCounts) -> FloatArray:
    """Class shares -> N p_c / n_c, by which a loss over the data as it is has these shares; the mean sample weighs 1.

    float64, shape of the shares. An empty class has weight 0.
    """
    return _per_sample(shares, counts) * counts.num_samples


def resampled_counts(shares: FloatArray, counts: ClassCounts, how: str) -> IntArray:
    """The class counts that have these shares, to the nearest whole sample; int64, shape (num_classes,).

    how: "over": the fewest in all that leave out no sample; "under": the most that repeat none. Under-sampling leaves
    each class that has a share at least one sample. `ValueError` for a class with samples and no share where none is
    to be left out, and for more than 10**13 samples.
    """
    if not isinstance(how, str) or how not in HOW:
        raise ValueError(f"how must be one of {', '.join(HOW)}, got {how!r}")
    if how == "under":
        total = float((counts.counts[shares > 0] / shares[shares > 0]).min())
        return np.clip(np.rint(total * shares), shares > 0, counts.counts).astype(np.int64)
    without = np.flatnonzero((counts.counts > 0) & (shares == 0))
    if without.size:
        raise ValueError(f"class share must be above 0 to over-sample, got 0 for class {counts.names[without[0]]!r}")
    total = float((counts.counts[shares > 0] / shares[shares > 0]).max())
    if total > MOST_RESAMPLED:
        raise ValueError(f"data after over-sampling must be at most {several(MOST_RESAMPLED, 'sample', 'samples')}, "
                         f"got {total:.3g}")  # fmt: skip
    return np.maximum(np.rint(total * shares).astype(np.int64), counts.counts)


def _per_sample(shares: FloatArray, counts: ClassCounts) -> FloatArray:
    """The probability that a draw is one given sample of each class."""
    return shares / np.maximum(counts.counts, 1)
