"""Refuses loaders and data sets with which a sampler would not draw what its plan previews."""

from __future__ import annotations

from typing import Any

from torch.utils.data import DistributedSampler


def check_loader(loader: Any, sampler: DistributedSampler[int], batch_size: int | None, lengths: set[int]) -> None:
    """`ValueError` where the batches of this loader would not be those of the plan and its previews.

    lengths: of the data sets that the sampler's labels are of. Knows the loaders of torch, Accelerate and DeepSpeed.
    """
    loader, batches = _loader_and_batches(loader, sampler.num_replicas)
    found = _sampler_in(loader, batches)
    if found is not sampler:
        raise ValueError(f"sampler of the loader must be this sampler, got {type(found).__name__}")
    size = _first_of((batches, "batch_size"), (loader, "batch_size"))
    if size is None or size != batch_size:
        raise ValueError(f"batch_size of the loader must be the plan's ({batch_size}), got {size}")
    rest = sampler.num_samples % size
    if rest and _first_of((batches, "drop_last"), (loader, "dataloader_drop_last")):
        raise ValueError(f"drop_last of the loader must be False, for the epoch ends with a batch of {rest}, got True")
    _check_length("dataset of the loader", _first_of((loader, "dataset")), lengths)


def sampler_of_loader(loader: Any) -> Any:
    """The sampler that a loader draws from, through what frameworks put around it; None where it has none."""
    return _sampler_in(*_loader_and_batches(loader, num_replicas=1))


def check_dataset(dataset: Any, num_samples: int) -> None:
    """`ValueError` for a data set that has not one sample per label."""
    _check_length("dataset", dataset, {num_samples})


def _check_length(name: str, dataset: Any, lengths: set[int]) -> None:
    found = len(dataset) if hasattr(dataset, "__len__") else None
    if found is not None and found not in lengths:
        raise ValueError(f"{name} must have one sample per label ({max(lengths)}), got {found}")


def _loader_and_batches(loader: Any, num_replicas: int) -> tuple[Any, Any]:
    loader = getattr(loader, "loader", loader)  # DeepSpeed's RepeatingLoader has one
    return loader, _batches_of(loader, num_replicas)


def _sampler_in(loader: Any, batches: Any) -> Any:
    return _first_of((batches, "sampler"), (loader, "sampler"), (loader, "data_sampler"))  # the last is DeepSpeed's


def _batches_of(loader: Any, num_replicas: int) -> Any:
    """The batch sampler, within those by which Accelerate shards and skips batches; None in DeepSpeed's loader."""
    batches: Any = getattr(loader, "batch_sampler", None)
    while hasattr(batches, "batch_sampler"):
        if type(batches).__name__ == "BatchSamplerShard" and num_replicas > 1:
            raise ValueError(f"num_replicas must be 1 under Accelerate, which shards by itself, got {num_replicas}")
        batches = batches.batch_sampler
    return batches


def _first_of(*places: tuple[Any, str]) -> Any:
    """The first attribute that is there; None without any."""
    return next((getattr(owner, name) for owner, name in places if hasattr(owner, name)), None)
