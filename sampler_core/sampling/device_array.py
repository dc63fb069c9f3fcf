"""Arrays on a torch device that schemes draw with: tensors behind NumPy's array protocols.

The one contract here: each operation gives, bit for bit, what it gives on NumPy's arrays. So a scheme is written once,
for NumPy: its tables are put on the device (`scheme.Put`), and NumPy hands what is done with them to this class
(`__array_ufunc__`, `__array_function__` and `like=`; NEP 13, 18 and 35). What the schemes do not use is a `TypeError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from sampler_core.sampling.tensor_operations import OPERATIONS, TENSOR_TYPES, ordered_bits

_U32 = np.dtype("uint32")


class DeviceArray(NDArrayOperatorsMixin):
    """A tensor that stands for a NumPy array of this dtype: uint64, int64, uint32, int32, float64 or bool."""

    def __init__(self, tensor: Tensor, dtype: DTypeLike) -> None:
        self.tensor, self.dtype = tensor, np.dtype(dtype)

    @classmethod
    def of(cls, array: NDArray[Any], device: torch.device) -> DeviceArray:
        """A NumPy array on a device; on the CPU its memory may be shared."""
        bits = array.view(f"i{array.itemsize}") if array.dtype.kind == "u" else array
        make = torch.as_tensor if array.flags.writeable else torch.tensor
        return cls(make(bits, device=device), array.dtype)

    # --- what arrays have ----------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """As NumPy's."""
        return tuple(self.tensor.shape)

    @property
    def size(self) -> int:
        """As NumPy's."""
        return self.tensor.numel()

    def view(self, dtype: DTypeLike) -> DeviceArray:
        """The same bits under another dtype of the same size."""
        assert np.dtype(dtype).itemsize == self.dtype.itemsize
        return DeviceArray(self.tensor, dtype)

    def astype(self, dtype: DTypeLike, copy: bool = True) -> DeviceArray:
        """As NumPy's, for floats that are whole and fit into the integers asked for, and integers below 2**63."""
        other = np.dtype(dtype)
        if other == self.dtype:
            return DeviceArray(self.tensor.clone() if copy else self.tensor, other)
        tensor = self.tensor
        if self.dtype == _U32 and other.itemsize == 8:
            tensor = tensor.to(torch.int64).bitwise_and_(0xFFFFFFFF)
        elif other == _U32 and tensor.is_floating_point():
            tensor = tensor.to(torch.int64)
        return DeviceArray(tensor.to(TENSOR_TYPES[other]), other)

    def take(self, places: DeviceArray | NDArray[Any]) -> DeviceArray:
        """The entries at these places of a 1-D array."""
        return DeviceArray(self.tensor[self._index(places)], self.dtype)

    def ravel(self) -> DeviceArray:
        """As NumPy's."""
        return DeviceArray(self.tensor.ravel(), self.dtype)

    def reshape(self, shape: Sequence[int]) -> DeviceArray:
        """As NumPy's."""
        return DeviceArray(self.tensor.reshape(tuple(shape)), self.dtype)

    def sort(self, axis: int) -> None:
        """Sorts in place; no NaN."""
        self.tensor.copy_(ordered_bits(self.dtype, ordered_bits(self.dtype, self.tensor).sort(dim=axis).values))

    def searchsorted(self, values: DeviceArray, side: str) -> DeviceArray:
        """As NumPy's, of a 1-D array of floats."""
        return DeviceArray(torch.searchsorted(self.tensor, values.tensor, side=side), np.int64)

    def min(self) -> int:
        """The least of signed integers, or of unsigned ones below half of their range."""
        return int(self.tensor.min())

    def max(self) -> int:
        """The largest, as `min`."""
        return int(self.tensor.max())

    def any(self) -> bool:
        """Whether any is not zero."""
        return bool(self.tensor.any())

    def tolist(self) -> list[Any]:
        """As NumPy's."""
        numbers: list[Any] = self.tensor.cpu().numpy().view(self.dtype).tolist()
        return numbers

    def __getitem__(self, key: Any) -> Any:
        found = self.tensor[self._index(key)]
        return found.item() if isinstance(key, int) else DeviceArray(found, self.dtype)

    def __setitem__(self, key: Any, values: DeviceArray) -> None:
        self.tensor[self._index(key)] = values.astype(self.dtype, copy=False).tensor

    def _index(self, key: Any) -> Any:
        if isinstance(key, np.ndarray | DeviceArray):
            tensor = _on(self.tensor.device, key).tensor
            return tensor if tensor.dtype == torch.bool else tensor.to(torch.int64)
        return key

    # --- what NumPy hands over -----------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (None,)) -> Any:
        if method != "__call__" or ufunc not in OPERATIONS:
            return NotImplemented
        dtype = np.result_type(*(x.dtype if isinstance(x, DeviceArray | np.ndarray) else x for x in inputs))
        into = out[0]
        if into is not None and (not isinstance(into, DeviceArray) or into.dtype != dtype):
            return NotImplemented
        operands = [self._operand(operand, dtype) for operand in inputs]
        if not isinstance(operands[0], Tensor):
            operands[0] = torch.full((), operands[0], dtype=TENSOR_TYPES[dtype], device=self.tensor.device)
        tensor = OPERATIONS[ufunc](dtype, *operands, out=None if into is None else into.tensor)
        return DeviceArray(tensor, np.bool_ if tensor.dtype == torch.bool else dtype) if into is None else into

    def __array_function__(self, function: Any, types: Any, arguments: Any, named: Any) -> Any:
        if function not in _FUNCTIONS:
            return NotImplemented
        return _FUNCTIONS[function](self.tensor.device, *arguments, **named)

    def _operand(self, operand: Any, dtype: np.dtype[Any]) -> Any:
        """A tensor of the dtype's bits, or a scalar's bits as a number of Python."""
        if isinstance(operand, np.ndarray):
            operand = DeviceArray.of(operand, self.tensor.device)
        if isinstance(operand, DeviceArray):
            return operand.tensor if operand.dtype == dtype else operand.astype(dtype).tensor
        scalar = np.array(operand).astype(dtype)
        return (scalar.view(f"i{dtype.itemsize}") if dtype.kind == "u" else scalar).item()


def _on(device: torch.device, array: Any) -> DeviceArray:
    return array if isinstance(array, DeviceArray) else DeviceArray.of(np.atleast_1d(array), device)


def _joined(device: torch.device, arrays: Sequence[Any]) -> DeviceArray:
    parts = [_on(device, array) for array in arrays]
    return DeviceArray(torch.cat([part.tensor for part in parts]), parts[0].dtype)


def _numbers(device: torch.device, *bounds: int, dtype: DTypeLike = np.int64) -> DeviceArray:
    return DeviceArray(torch.arange(*bounds, dtype=TENSOR_TYPES[np.dtype(dtype)], device=device), dtype)


def _unset(device: torch.device, size: int, dtype: DTypeLike) -> DeviceArray:
    return DeviceArray(torch.empty(size, dtype=TENSOR_TYPES[np.dtype(dtype)], device=device), dtype)


_FUNCTIONS: dict[Any, Callable[..., DeviceArray]] = {
    np.arange: _numbers,
    np.empty: _unset,
    np.empty_like: lambda device, array: _unset(device, array.size, array.dtype),
    np.flatnonzero: lambda device, array: DeviceArray(array.tensor.nonzero().ravel(), np.int64),
    np.concatenate: _joined,
    np.append: lambda device, *arrays: _joined(device, arrays),
    np.diff: lambda device, array, append: DeviceArray(array.tensor.diff(append=_on(device, append).tensor), np.int64),
    np.repeat: lambda device, array, times: DeviceArray(array.tensor.repeat_interleave(times.tensor), np.int64),
}
