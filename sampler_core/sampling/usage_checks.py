"""Checks and warnings for uses of a sampler that would not draw what its plan previews."""

from __future__ import annotations

import warnings
from typing import Any

from torch.utils.data import Sampler

from sampler_core.sampling.distributed import accelerate_is_initialized, world_size


def check_loader(loader: Any, sampler: Sampler[int], batch_size: int | None, num_replicas: int) -> None:
    """`ValueError` for a loader with another sampler or batch size, and where Accelerate would shard twice."""
    batches = getattr(loader, "batch_sampler", None)
    if type(batches).__name__ == "BatchSamplerShard":  # Accelerate's
        if num_replicas > 1:
            raise ValueError(f"num_replicas must be 1 under Accelerate, which shards by itself, got {num_replicas}")
        batches = getattr(batches, "batch_sampler", None)
    found = getattr(batches, "sampler", getattr(loader, "sampler", None))
    if found is not sampler:
        raise ValueError(f"sampler of the loader must be this sampler, got {type(found).__name__}")
    size = getattr(batches, "batch_size", None)
    if size != batch_size:
        raise ValueError(f"batch_size of the loader must be the plan's ({batch_size}), got {size}")


def warn_of_going_back(epoch: int, restored: int) -> None:
    """For `set_epoch` after a restore, to an epoch before the restored one."""
    message = f"set_epoch({epoch}) goes back behind epoch {restored}, which was restored"
    warnings.warn(f"{message}: these draws have been trained on before", stacklevel=3)


def warn_of_repetition(epoch: int) -> None:
    """For a second pass without `set_epoch`, two calls below the sampler's `__iter__`."""
    message = f"epoch {epoch} is drawn once more, with the same draws"
    warnings.warn(f"{message}: call sampler.set_epoch(epoch) before each epoch", stacklevel=4)


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
