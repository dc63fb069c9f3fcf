"""torch.distributed: number of ranks, this rank and a warning; without it there is one rank."""

from __future__ import annotations

import sys
import warnings

import torch.distributed as dist

from sampler_core.sampling.rank_batches import checked_rank


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
    num_replicas, _ = checked_rank(num_replicas, 0)
    if rank is None and num_replicas > 1 and not world_size():
        raise ValueError(f"rank must be given with num_replicas={num_replicas} outside torch.distributed, got None")
    if rank is None:
        rank = dist.get_rank() if num_replicas > 1 else 0
    return checked_rank(num_replicas, rank)


def warn_if_not_alone() -> bool:
    """Warns where several ranks train, called by a sampler that took itself to be alone; returns whether it did."""
    if world_size() <= 1 or accelerate_is_initialized():
        return False
    warnings.warn(
        f"each of the {world_size()} ranks draws the whole epoch, because torch.distributed was initialised after this "
        "sampler was constructed: construct it later (with Lightning, in train_dataloader), or pass num_replicas and "
        "rank",
        stacklevel=3,
    )
    return True


def world_size() -> int:
    """The number of ranks of torch.distributed; 0 where it is not initialised."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 0


def accelerate_is_initialized() -> bool:
    """Whether Accelerate is initialised, without importing it."""
    state = sys.modules.get("accelerate.state")
    return bool(state and state.PartialState._shared_state)
