"""NumPy's operations on tensors that hold the bits of NumPy's numbers.

NOTE unsigned integers: torch has next to no operations for them, so a tensor holds their bits as signed ones. Sums,
products, masks and shifts to the left are the same bits; 0xFF...F >> 1 and 1 < 0xFF...F are not what -1 >> 1 and 1 < -1
are. A shift to the right is cut by a mask, and what is ordered has its sign bit turned over first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

TENSOR_TYPES = {
    np.dtype(name): kind
    for kind, names in {
        torch.int64: ("int64", "uint64"), torch.int32: ("int32", "uint32"),
        torch.float64: ("float64",), torch.bool: ("bool",),
    }.items()
    for name in names
}  # fmt: skip


def ordered_bits(dtype: np.dtype[Any], tensor: Any) -> Any:
    """Bits that are ordered as signed integers as the unsigned ones are; twice gives them back."""
    return tensor ^ -(1 << 8 * dtype.itemsize - 1) if dtype.kind == "u" else tensor


def _plain(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda dtype, *operands, out: operation(*operands, out=out)


def _comparison(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda dtype, a, b, out: operation(ordered_bits(dtype, a), ordered_bits(dtype, b), out=out)


def _extreme(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def of_bits(dtype: np.dtype[Any], a: Tensor, b: Tensor, out: Tensor | None) -> Tensor:
        found = operation(ordered_bits(dtype, a), ordered_bits(dtype, b))
        return ordered_bits(dtype, found) if out is None else out.copy_(ordered_bits(dtype, found))

    return of_bits


def _right_shift(dtype: np.dtype[Any], bits: Tensor, places: int, out: Tensor | None) -> Tensor:
    shifted = torch.bitwise_right_shift(bits, places, out=out)
    return shifted.bitwise_and_((1 << 8 * dtype.itemsize - places) - 1) if dtype.kind == "u" and places else shifted


def _next_after(dtype: np.dtype[Any], values: Tensor, towards: float, out: Tensor | None) -> Tensor:
    return torch.nextafter(values, torch.full_like(values, towards), out=out)


# Each: dtype of the operands, operands (the first one a tensor), `out` -> tensor
OPERATIONS: dict[np.ufunc, Callable[..., Tensor]] = {
    np.add: _plain(torch.add),
    np.subtract: _plain(torch.sub),
    np.multiply: _plain(torch.mul),
    np.floor_divide: _plain(partial(torch.div, rounding_mode="floor")),
    np.remainder: _plain(torch.remainder),
    np.bitwise_and: _plain(torch.bitwise_and),
    np.bitwise_or: _plain(torch.bitwise_or),
    np.bitwise_xor: _plain(torch.bitwise_xor),
    np.invert: _plain(torch.bitwise_not),
    np.left_shift: _plain(torch.bitwise_left_shift),
    np.right_shift: _right_shift,
    np.equal: _plain(torch.eq),
    np.not_equal: _plain(torch.ne),
    np.less: _comparison(torch.lt),
    np.less_equal: _comparison(torch.le),
    np.greater_equal: _comparison(torch.ge),
    np.minimum: _extreme(torch.minimum),
    np.maximum: _extreme(torch.maximum),
    np.nextafter: _next_after,
}
