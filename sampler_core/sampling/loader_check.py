"""Checks that a DataLoader delivers the batches that its sampler's plan previews."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Sampler


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
