"""Regression: numbers become bins, which are drawn as classes are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import array_of_tensor, is_sequence, shown, whole_number
from sampler_core.data.tallies import AdaptedLabels
from sampler_core.formatting import count, listed, several

HOW = ("equal width", "quantile")
_MOST_BINS, _LARGEST = 100_000, 1e300  # beyond, differences overflow


def binned(values: Any, bins: Any = 10, how: str = "equal width") -> AdaptedLabels:
    """Each number as the bin that it falls in, called "12 to 15": from 12 on, below 15; the last bin has its end too.

    values: finite numbers, one per sample. bins: how many, of equal width or with equally many samples ("quantile");
    or their edges in rising order, from the least value to the greatest or beyond. Names have as many digits as tell
    the edges apart. An empty bin is kept, and a warning names it: it is never drawn. `TypeError`, `ValueError` for
    anything else.

    Examples:
        >>> ages = binned([21, 22, 35, 64, 70], bins=[20, 40, 60, 80])
        >>> dict(zip(ages.counts.names, ages.counts.counts.tolist()))
        {'20 to 40': 3, '40 to 60': 0, '60 to 80': 2}
        >>> ages.warnings
        ("1 bin is empty and never drawn: '40 to 60'.",)
    """
    if not isinstance(how, str) or how not in HOW:
        raise ValueError(f"how must be one of {', '.join(map(repr, HOW))}, got {shown(how)}")
    numbers = _finite_numbers(values)
    edges = _given_edges(bins, numbers) if is_sequence(bins) else _edges(numbers, bins, how)
    codes = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, edges.size - 2)
    samples = np.bincount(codes, minlength=edges.size - 1)
    warnings = []
    if not is_sequence(bins) and edges.size - 1 < bins:
        fewer = several(edges.size - 1, "bin differs", "bins differ")
        warnings.append(f"Only {fewer} of the {count(bins)} asked for: many samples have the same value.")
    classes = ClassCounts(_bin_names(edges), samples)
    if classes.empty:
        is_empty = several(len(classes.empty), "bin is", "bins are")
        warnings.append(f"{is_empty} empty and never drawn: {listed(classes.empty)}.")
    return AdaptedLabels(codes, classes, (), tuple(warnings))


def _finite_numbers(values: Any, what: str = "values") -> FloatArray:
    if not is_sequence(values):
        raise TypeError(f"{what} must be a sequence of numbers, got {values!r:.100}")
    try:
        array: NDArray[Any] = array_of_tensor(values, what) if hasattr(values, "detach") else np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.zeros(0)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iuf":
        raise ValueError(f"{what} must be finite numbers, one per sample, got {values!r:.100}")
    numbers: FloatArray = array.astype(np.float64)
    too_large = ~(np.abs(numbers) <= _LARGEST)  # NaN fails every comparison
    if too_large.any():
        wrong = int(too_large.argmax())
        raise ValueError(f"{what} must be finite numbers up to {_LARGEST:g}, got {array[wrong]} at position {wrong}")
    return numbers


def _edges(numbers: FloatArray, bins: Any, how: str) -> FloatArray:
    """The edges of so many bins; fewer where some would be equal."""
    bins = whole_number("bins", bins, 1, _MOST_BINS)
    if how == "quantile":
        edges = np.unique(np.quantile(numbers, np.linspace(0.0, 1.0, bins + 1)))
    else:
        edges = np.unique(np.linspace(numbers.min(), numbers.max(), bins + 1))
    return edges if edges.size > 1 else np.repeat(edges, 2)


def _given_edges(bins: Any, numbers: FloatArray) -> FloatArray:
    edges = _finite_numbers(bins, "bins")
    if edges.size < 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"bins must be a number of bins, or at least two edges in rising order, got {bins!r:.100}")
    outside = (numbers < edges[0]) | (numbers > edges[-1])
    if outside.any():
        wrong = int(outside.argmax())
        raise ValueError(
            f"values must lie within the edges ({edges[0]:g} to {edges[-1]:g}), "
            f"got {numbers[wrong]:g} at position {wrong}"
        )
    return edges


def _bin_names(edges: FloatArray) -> tuple[str, ...]:
    """Edges in as few digits as tell them apart, at least 3; whole numbers in full where all of them are short."""
    if (edges == np.round(edges)).all() and np.abs(edges).max() < 1e7:
        texts = [f"{edge:.0f}" for edge in edges]
    else:
        different = np.unique(edges).size
        texts = next(
            rounded for digits in range(3, 18)
            if len({*(rounded := [f"{edge + 0.0:.{digits}g}" for edge in edges])}) == different
        )  # fmt: skip
    return tuple(f"{low} to {high}" for low, high in pairwise(texts))
