"""One number per class as JSON: a list, or where most are 0 an object {position: number}."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray

Row: TypeAlias = list[float] | dict[str, float]

LARGEST_COUNT = 1 << 36  # of a class in one line; the sum of as many lines as are read is a whole float64 and an int64
_SPARSE_BELOW = 4  # an entry of an object takes about as many bytes as four zeros of a list
_DIGITS = 5  # of expected counts: far below the chance that any count has


def counts_to_json(counts: IntArray) -> Row:
    """Whole numbers, shape (num_classes,)."""
    return _list_or_object(counts.tolist(), counts != 0)


def expected_to_json(expected: FloatArray) -> Row:
    """Expected counts, shape (num_classes,), to five significant digits."""
    return _list_or_object([_rounded(value) for value in expected.tolist()], expected != 0)


def counts_of_json(name: str, row: Any, num_classes: int) -> IntArray:
    """The inverse of `counts_to_json`; `ValueError` for anything else."""
    numbers = expected_of_json(name, row, num_classes)
    counts = numbers.astype(np.int64)
    if not np.array_equal(counts, numbers):
        raise ValueError(f"{name} must be whole numbers, got fractions")
    return counts


def expected_of_json(name: str, row: Any, num_classes: int) -> FloatArray:
    """The inverse of `expected_to_json`; `ValueError` for anything else."""
    at = [_position(name, key, num_classes) for key in row] if isinstance(row, dict) else None
    row = list(row.values()) if isinstance(row, dict) else row
    is_whole = isinstance(row, list) and (at is not None or len(row) == num_classes)
    if not is_whole or not set(map(type, row)) <= {int, float}:
        raise ValueError(f"{name} must be one number per class ({num_classes})")
    numbers = np.array(row, dtype=np.float64)
    if numbers.size and not (numbers.min() >= 0 and numbers.max() <= LARGEST_COUNT):
        raise ValueError(f"{name} must be from 0 to {LARGEST_COUNT:,}")
    if at is None:
        return numbers
    all_numbers = np.zeros(num_classes)
    all_numbers[at] = numbers
    return all_numbers


def _list_or_object(values: list[float], is_filled: BoolArray) -> Row:
    filled = np.flatnonzero(is_filled)
    if filled.size * _SPARSE_BELOW > len(values):
        return values
    return {str(c): values[c] for c in filled.tolist()}


def _rounded(value: float) -> float:
    """56.0 -> 56, which is shorter."""
    rounded = float(f"{value:.{_DIGITS}g}") if value < 10 ** (_DIGITS - 1) else round(value, 1)
    return int(rounded) if rounded.is_integer() else rounded


def _position(name: str, key: str, num_classes: int) -> int:
    if not (key.isascii() and key.isdigit() and len(key) < 10 and int(key) < num_classes):
        raise ValueError(f"{name} must have positions of classes below {num_classes}")
    return int(key)
