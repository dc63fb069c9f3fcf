"""Metrics as training has them -> what a line of the log holds, and what an adaptive target is updated with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import plain_value
from sampler_core.sampling.feedback import feedback_array

_OTHER_FIELDS = {"kind", "epoch", "part"}
_DIGITS = 6


def metrics_to_json(metrics: Mapping[str, Any], counts: ClassCounts, exact: str | None) -> dict[str, Any]:
    """Each metric as one number, or one per class of `counts` with None where there is none; six significant digits.

    exact: the one that is written with all its digits, for the class shares follow it. `ValueError` naming the class.
    """
    written: dict[str, Any] = {}
    for name, value in metrics.items():
        if name in _OTHER_FIELDS:
            raise ValueError(f"metric must have another name than {', '.join(sorted(_OTHER_FIELDS))}, got {name!r}")
        if value is None:
            continue
        plain = plain_value(value)
        if isinstance(plain, int | float) and not isinstance(plain, bool):
            if not math.isfinite(plain):
                raise ValueError(f"{name} must be a finite number, got {plain}")
            written[name] = plain
            continue
        per_class = feedback_array(name, _with_none(value), counts).tolist()
        written[name] = [None if math.isnan(v) else v if name == exact else _rounded(v) for v in per_class]
    return written


def _with_none(value: Any) -> Any:
    """The same values with None in place of NaN, which is what evaluators give for a class without samples."""
    if isinstance(value, Mapping):
        return {name: _none_for_nan(v) for name, v in value.items()}
    items = value.tolist() if hasattr(value, "tolist") else value
    return [_none_for_nan(v) for v in items] if isinstance(items, list | tuple) else items


def _none_for_nan(value: Any) -> Any:
    plain = plain_value(value)
    return None if isinstance(plain, float) and math.isnan(plain) else plain


def _rounded(value: float) -> float:
    rounded = float(f"{value:.{_DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
