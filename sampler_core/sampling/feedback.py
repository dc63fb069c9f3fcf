"""Feedback from training: checked, in class order, the same on all ranks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import plain_value


def feedback_array(kind: str, values: Any, counts: ClassCounts) -> FloatArray:
    """One float64 per class of `counts`, NaN where None was given (or the mapping has no such class).

    `ValueError` naming the class for NaN, infinity, or a recall outside [0, 1]; for a wrong number of values.
    """
    if isinstance(values, Mapping):
        known = set(counts.names)
        if unknown := [name for name in values if name not in known]:
            raise ValueError(f"{kind} must be of the data's classes, got {unknown[0]!r}")
        listed = [plain_value(values.get(name)) for name in counts.names]
    else:
        listed = values.tolist() if hasattr(values, "tolist") else values
        if isinstance(listed, str) or not isinstance(listed, Iterable):
            raise ValueError(f"{kind} must have one value per class ({counts.num_classes}), got {values!r}")
        listed = list(map(plain_value, listed))
    if len(listed) != counts.num_classes:
        raise ValueError(f"{kind} must have one value per class ({counts.num_classes}), got {len(listed)}")
    for name, value in zip(counts.names, listed, strict=True):
        if value is not None:
            _check(kind, name, value)
    return np.array([np.nan if value is None else value for value in listed], dtype=np.float64)


def _check(kind: str, name: object, value: object) -> None:
    must = f"{kind} of class {name!r} must be a number" + (" from 0 to 1" if kind == "recall" else "")
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise ValueError(f"{must}, got {value!r}")
    if kind == "recall" and not 0 <= value <= 1:
        raise ValueError(f"{must}, got {value!r}")
