"""NumPy's and torch's numbers as Python's own, and the checks that every public argument goes through."""

from __future__ import annotations

import operator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

ClassName: TypeAlias = int | str


def plain_value(value: object) -> object:
    """NumPy and torch scalars as Python's own."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value


def plain_name(name: object) -> ClassName:
    """A class name as Python's own integer or text; `TypeError` for any other."""
    plain = plain_value(name)
    if isinstance(plain, bool):
        return int(plain)
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)
    if not isinstance(plain, int | str):
        raise TypeError(f"class name must be an integer or text, got {name!r}")
    return plain


def array_of_tensor(tensor: Any, what: str) -> NDArray[Any]:
    """A torch tensor, wherever it lives; short floats as float64, for NumPy does not know all of them (bfloat16)."""
    try:
        tensor = tensor.detach().cpu()
        return np.asarray(tensor.double() if tensor.is_floating_point() and tensor.itemsize < 4 else tensor)
    except (RuntimeError, TypeError) as error:  # sparse, nested, quantized, on "meta"
        raise TypeError(f"{what} must be a plain tensor of numbers, got {tensor.dtype}: {error}") from None


def whole_number(name: str, value: Any, least: int = 0, most: int | None = None) -> int:
    """Any kind of integer (NumPy's and torch's too) as Python's; `ValueError` for anything else, or out of range."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if isinstance(value, bool) or number is None or number < least or (most is not None and number > most):
        must = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {must}, got {value!r}")
    return number
