"""The labels of a torch data set, read from its attributes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sampler_core.data.array_types import Labels
from sampler_core.data.label_encoding import label_array


def labels_of(dataset: object) -> Labels:
    """The labels of a data set, without reading a sample.

    Reads `.targets` or `.labels`, the last tensor of torch's TensorDataset, and Subset and ConcatDataset of such.
    `TypeError` that says what to pass where none of these is there.
    """
    parts, inner, tensors = (getattr(dataset, name, None) for name in ("datasets", "dataset", "tensors"))
    for name in ("targets", "labels"):
        labels = getattr(dataset, name, None)
        if labels is not None and not callable(labels):
            return labels  # type: ignore[no-any-return]
    if inner is not None and hasattr(dataset, "indices"):
        return label_array(labels_of(inner))[np.asarray(dataset.indices, dtype=np.int64)]
    if isinstance(parts, Sequence) and parts and hasattr(dataset, "cumulative_sizes"):  # a StackDataset has parts too
        arrays = [label_array(labels_of(part)) for part in parts]
        same_kind = len({array.dtype.kind for array in arrays}) == 1
        return np.concatenate(arrays if same_kind else [array.astype(object) for array in arrays])  # 1 is not "1"
    if isinstance(tensors, Sequence) and len(tensors) > 1:
        return tensors[-1]  # type: ignore[no-any-return]
    raise TypeError(
        "dataset must have .targets or .labels, or be a TensorDataset, Subset or ConcatDataset of such, "
        f"got {type(dataset).__name__}; pass the labels themselves, one per sample"
    )
