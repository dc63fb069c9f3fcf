"""torch.distributed: number of ranks, this rank, and means over ranks; without it there is one rank."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import torch
import torch.distributed as dist

from sampler_core.data.array_types import FloatArray
from sampler_core.data.plain_values import whole_number

_MOST_REPLICAS = 2**31 - 1  # times the largest batch: a position still is a 64-bit integer


def replicas_and_rank(num_replicas: int | None, rank: int | None) -> tuple[int, int]:
    """The number of ranks and this rank, from torch.distributed where they are not given; `ValueError` out of range."""
    if num_replicas is None:
        num_replicas = max(1, world_size())
        if num_replicas > 1 and accelerate_is_initialized():
            warnings.warn(
                "Accelerate is initialised and shards batches by itself: pass num_replicas=1, or each rank gets a part "
                "of its part",
                stacklevel=3,
            )
    num_replicas = whole_number("num_replicas", num_replicas, least=1, most=_MOST_REPLICAS)
    if rank is None and num_replicas > 1 and not world_size():
        raise ValueError(f"rank must be given with num_replicas={num_replicas} outside torch.distributed, got None")
    if rank is None:
        rank = dist.get_rank() if num_replicas > 1 else 0
    rank = whole_number("rank", rank)
    if rank >= num_replicas:
        raise ValueError(f"rank must be below num_replicas ({num_replicas}), got {rank}")
    return num_replicas, rank


def mean_over_ranks(feedback: FloatArray) -> FloatArray:
    """The mean over the ranks that have a value; NaN where none has. Bit for bit the same on all ranks."""
    if world_size() <= 1:
        return feedback
    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
    given = ~np.isnan(feedback)
    sums = torch.from_numpy(np.stack([np.where(given, feedback, 0.0), given])).to(device)
    dist.all_reduce(sums)
    total, ranks = sums.cpu().numpy()
    return np.where(ranks > 0, total / np.maximum(ranks, 1), np.nan)


def world_size() -> int:
    """The number of ranks of torch.distributed; 0 where it is not initialised."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 0


def accelerate_is_initialized() -> bool:
    """Whether Accelerate is initialised, without importing it."""
    state = sys.modules.get("accelerate.state")
    return bool(state and state.PartialState._shared_state)
