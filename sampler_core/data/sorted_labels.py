"""Labels that lie in one block per class, given as counts: O(classes) memory for any number of samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts


@dataclass(frozen=True, init=False)
class SortedLabels:
    """One label per sample where the samples lie class by class, as in one folder or one set of shards a class.

    counts: the classes in the order of their blocks, as a `ClassCounts`, {name: count} or an integer array: the first
    `counts[0]` samples are of the first class, those that follow of the second. A sampler and an `IndexStream` take it
    in place of labels, and draw what they draw from the labels written out.

    Examples:
        >>> labels = SortedLabels({"dog": 2, "cat": 3})
        >>> len(labels), np.asarray(labels).tolist()
        (5, ['dog', 'dog', 'cat', 'cat', 'cat'])
    """

    counts: ClassCounts

    def __init__(self, counts: CountsLike) -> None:
        object.__setattr__(self, "counts", as_class_counts(counts))

    def __len__(self) -> int:
        return self.counts.num_samples

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """The labels written out, for what takes labels only: int64, or text (dtype object)."""
        is_text = isinstance(self.counts.names[0], str)
        names: NDArray[Any] = np.array(self.counts.names, dtype=object if is_text else np.int64)
        return np.repeat(names, self.counts.counts).astype(dtype or names.dtype, copy=False)
