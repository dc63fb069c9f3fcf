"""Feedback from training, one value per class: checked and put into class order."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, is_sequence, plain_value

if TYPE_CHECKING:
    import torch

ClassValues: TypeAlias = "Mapping[ClassName, float | None] | Sequence[float | None] | FloatArray | torch.Tensor"


def feedback_array(kind: str, values: Any, counts: ClassCounts) -> FloatArray:
    """One float64 per class of `counts`, NaN where the value is None or the mapping lacks the class.

    `ValueError` naming the class for NaN, infinity, or a recall outside [0, 1]; for a wrong number of values.
    """
    if isinstance(values, Mapping):
        names = set(counts.names)
        if unknown := [name for name in values if isinstance(name, bool) or name not in names]:
            raise ValueError(f"{kind} must be of the data's classes, got {unknown[0]!r}")
        per_class = [plain_value(values.get(name)) for name in counts.names]
    else:
        items = values.tolist() if hasattr(values, "tolist") else values
        if not is_sequence(items):
            raise ValueError(f"{kind} must have one value per class ({counts.num_classes}), got {values!r}")
        per_class = list(map(plain_value, items))
    if len(per_class) != counts.num_classes:
        raise ValueError(f"{kind} must have one value per class ({counts.num_classes}), got {len(per_class)}")
    for name, value in zip(counts.names, per_class, strict=True):
        if value is not None:
            _check_value(kind, name, value)
    return np.array([np.nan if value is None else value for value in per_class], dtype=np.float64)


def mean_over_ranks(feedback: Sequence[Sequence[float | None] | FloatArray]) -> FloatArray | None:
    """The mean of each class over the ranks that have a value, NaN where none has one; None without any feedback."""
    if not len(feedback):
        return None
    values = np.array(feedback, dtype=np.float64)
    given = ~np.isnan(values)
    with np.errstate(over="ignore"):  # losses near the largest number
        total = np.where(given, values, 0.0).sum(axis=0)
    return np.where(given.any(axis=0), total / np.maximum(given.sum(axis=0), 1), np.nan)


def _check_value(kind: str, name: object, value: object) -> None:
    low, high, words = (0, 1, " from 0 to 1") if kind == "recall" else (-sys.float_info.max, sys.float_info.max, "")
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{kind} of class {name!r} must be a number{words}, got {value!r}")
