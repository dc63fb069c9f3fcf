"""Numbers, class names and tensors of NumPy and torch as plain values, with the checks of public arguments."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

ClassName: TypeAlias = int | str
LARGEST = 2**63 - 1  # of an int64


def plain_value(value: object) -> object:
    """A NumPy or torch scalar as Python's own; anything else unchanged."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value


def plain_name(name: object) -> ClassName:
    """A class name as Python's own integer or text; `TypeError` for anything else."""
    plain_class_name = plain_value(name)
    if isinstance(plain_class_name, bool):
        return int(plain_class_name)
    if isinstance(plain_class_name, float) and plain_class_name.is_integer():
        return int(plain_class_name)
    if not isinstance(plain_class_name, int | str):
        raise TypeError(f"class name must be an integer or text, got {name!r}")
    return plain_class_name


def is_sequence(values: object) -> bool:
    """Whether these are several values in an order of their own: no text, no mapping, no set."""
    if isinstance(values, str | bytes | bytearray | Mapping | set | frozenset):
        return False
    return (isinstance(values, Iterable) and not isinstance(values, type)) or hasattr(values, "__array__")


def array_of_tensor(tensor: Any, what: str) -> NDArray[Any]:
    """A torch tensor on any device as an array; short floats as float64, as NumPy lacks some of them (bfloat16)."""
    try:
        plain_tensor = tensor.detach().cpu()
        is_short_float = plain_tensor.is_floating_point() and plain_tensor.itemsize < 4
        return np.asarray(plain_tensor.double() if is_short_float else plain_tensor)
    except (RuntimeError, TypeError) as error:  # sparse, nested, quantized, on "meta"
        raise TypeError(f"{what} must be a plain tensor of numbers, got {tensor.dtype}: {error}") from None


def check_number(name: str, value: Any, must: str, least: float, most: float, kind: Any = int | float) -> None:
    """`TypeError` for anything but a number of this kind, `ValueError` outside least..most, with `must` in words."""
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(f"{name} must be {must}, got {shown(value)}")
    if not least <= value <= most:  # NaN fails every comparison
        raise ValueError(f"{name} must be {must}, got {shown(value)}")


def whole_number(name: str, value: Any, least: int = 0, most: int | None = None) -> int:
    """An integer of Python, NumPy or torch as Python's; `ValueError` for anything else and outside least..most.

    most: None: the largest that 64 bits hold.
    """
    try:
        plain_number = operator.index(value)
    except TypeError:
        plain_number = None
    largest = LARGEST if most is None else most
    if isinstance(value, bool) or plain_number is None or not least <= plain_number <= largest:
        must = f"of at least {least}" if most is None else f"from {least} to {most}"
        if most is None and plain_number is not None and plain_number > LARGEST:
            must += f" and at most {LARGEST:,}"
        raise ValueError(f"{name} must be a whole number {must}, got {shown(value)}")
    return plain_number


def shown(value: object) -> str:
    """A wrong value as an error shows it; Python writes no integer of more than 4,300 digits."""
    try:
        return repr(value)
    except ValueError:
        return "a number of more than 4,300 digits"
