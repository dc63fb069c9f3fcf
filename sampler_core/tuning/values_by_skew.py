"""Values at many skews, exact or interpolated, with progress.

The one contract here: a value is exact where its error is 0, and else off by no more than its error.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.tuning.shares_by_skew import SharesBySkew

Progress = Callable[[float], None]
MAX_EXACT_SHARES = {False: 8_000_000, True: 5_000_000}  # without limits, and with: some 0.5 s of work
MIN_EXACT_SKEWS = 1_001
_SHARES_PER_PIECE = 1 << 16  # more of them leave the processor's cache
_SKEWS_PER_PIECE = 2048  # between two progress reports, at most
_REPORTS = 16  # of progress through skews, at least


def no_progress(fraction: float) -> None:
    """No progress callback."""


def partial_progress(progress: Progress, begin: float, end: float) -> Progress:
    """A callback for a step that takes the work from fraction `begin` to fraction `end`."""
    return lambda fraction: progress(begin + (end - begin) * fraction)


def values_at_skews(
    by_skew: SharesBySkew, skews: FloatArray, values_at: Callable[[FloatArray], FloatArray], progress: Progress
) -> tuple[FloatArray, FloatArray]:
    """values_at(skews), a value or a row of values for each skew, exact or interpolated; and the error of each.

    The error is twice that of every second knot, interpolated between its neighbours. As these knots are used too,
    smooth values are off by far less, and values with a corner (at a cap, say) by no more.
    """
    most = max(MIN_EXACT_SKEWS, MAX_EXACT_SHARES[by_skew.limited] // by_skew.counts.num_classes)
    rows = min(_SKEWS_PER_PIECE, max(1, _SHARES_PER_PIECE // by_skew.counts.num_classes), -(-skews.size // _REPORTS))
    if skews.size <= most:
        values = _in_pieces(skews, rows, values_at, progress)
        return values, np.zeros(values.shape)
    knots = np.linspace(skews[0], skews[-1], most // 2 * 2 + 1)
    exact = _in_pieces(knots, rows, values_at, progress)
    errors = 2.0 * np.abs(_interpolated(knots[1::2], knots[::2], exact[::2]) - exact[1::2])
    return _interpolated(skews, knots, exact), errors[knots[2:-1:2].searchsorted(skews)]


def _interpolated(skews: FloatArray, knots: FloatArray, values: FloatArray) -> FloatArray:
    """Linear interpolation, of the logarithm where all values have one (it is straighter); column by column."""
    if values.ndim == 2:
        return np.stack([_interpolated(skews, knots, column) for column in values.T], axis=1)
    if np.all(values > 0) and np.all(np.isfinite(values)):
        return np.exp(np.interp(skews, knots, np.log(values)))
    return np.interp(skews, knots, values)


def _in_pieces(
    skews: FloatArray, rows: int, values_at: Callable[[FloatArray], FloatArray], progress: Progress
) -> FloatArray:
    parts = []
    for begin in range(0, skews.size, rows):
        progress(begin / skews.size)
        parts.append(values_at(skews[begin : begin + rows]))
    progress(1.0)
    return np.concatenate(parts)
