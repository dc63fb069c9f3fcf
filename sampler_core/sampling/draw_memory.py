"""Where draws are made: in NumPy's memory, or on a torch device."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from sampler_core.draws.scheme import Put, in_place


class DrawMemory(NamedTuple):
    """put: puts a table there. like: an array that is there, for `np.arange(like=)`; None for NumPy's memory.
    chunk: indices drawn at a time."""

    put: Put = in_place
    like: Any = None
    chunk: int = 1 << 14  # fewer cost more calls, more leave the processor's cache


NUMPY = DrawMemory()


def memory_of(device: Any) -> DrawMemory:
    """That of a torch device by its name or number; NumPy's for None.

    `TypeError` or `ValueError` where there is none that has 64-bit floats.
    """
    if device is None:
        return NUMPY
    import torch

    from sampler_core.sampling.device_array import DeviceArray

    must = "device must be one of torch's with 64-bit floats, got"
    if isinstance(device, bool) or not isinstance(device, str | int | torch.device):
        raise TypeError(f"{must} {device!r:.100}")
    try:
        put: Any = partial(DeviceArray.of, device=torch.device(device))
        like = put(np.zeros(1))
        like.tolist()  # "meta" holds nothing
    except (RuntimeError, TypeError, AssertionError) as error:  # the last one: a torch without CUDA
        raise ValueError(f"{must} {device!r}: {error}") from None
    return DrawMemory(put, like, chunk=1 << 20)  # of a device each call costs more, and its memory is large
