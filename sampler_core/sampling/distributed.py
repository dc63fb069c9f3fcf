"""The processes of torch.distributed that train together: how many, which one this is, and what they mean together.

The one contract here: nothing is initialised; where torch.distributed is not, there is one process.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import torch
import torch.distributed as dist

from sampler_core.data.array_types import FloatArray
from sampler_core.data.plain_values import whole_number


def placed(num_replicas: int | None, rank: int | None) -> tuple[int, int]:
    """Number of ranks and this rank, from torch.distributed where they are not given."""
    if num_replicas is None:
        num_replicas = max(1, num_ranks())
        if num_replicas > 1 and accelerate_runs():
            warnings.warn(
                "Accelerate is initialised and shards batches by itself: pass num_replicas=1, or each rank gets a part "
                "of its part",
                stacklevel=3,
            )
    num_replicas = whole_number("num_replicas", num_replicas, least=1)
    if rank is None and num_replicas > 1 and not num_ranks():
        raise ValueError(f"rank must be given with num_replicas={num_replicas} outside torch.distributed, got None")
    if rank is None:
        rank = dist.get_rank() if num_replicas > 1 else 0
    rank = whole_number("rank", rank)
    if rank >= num_replicas:
        raise ValueError(f"rank must be below num_replicas ({num_replicas}), got {rank}")
    return num_replicas, rank


def mean_over_ranks(feedback: FloatArray) -> FloatArray:
    """The mean over the ranks that have a value; NaN where none has. The same on all ranks, bit for bit."""
    if num_ranks() <= 1:
        return feedback
    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
    known = ~np.isnan(feedback)
    both = torch.from_numpy(np.stack([np.where(known, feedback, 0.0), known])).to(device)
    dist.all_reduce(both)
    total, ranks = both.cpu().numpy()
    return np.where(ranks > 0, total / np.maximum(ranks, 1), np.nan)


def num_ranks() -> int:
    """Ranks of torch.distributed; 0 where it is not initialised."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 0


def accelerate_runs() -> bool:
    """Whether Accelerate is initialised, without importing it."""
    state = sys.modules.get("accelerate.state")
    return bool(state and state.PartialState._shared_state)
