"""Trainings for the tests of run logs: real samplers and DataLoaders, with one mistake each or none.

Each takes a path and leaves a log there. Ranks are trained one after another, which is the same: nothing of a log or a
sampler communicates without an adaptive target.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, TensorDataset

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.run_log import RunLog

BATCH, EPOCHS = 16, 4
COUNTS = {"ant": 300, "bee": 120, "cow": 60, "dog": 29}
LABELS = np.random.default_rng(3).permutation(np.repeat(np.arange(4), [*COUNTS.values()]))  # 509: 31 batches and 13
DATASET = TensorDataset(torch.arange(len(LABELS)), torch.from_numpy(LABELS))
SCHEMES = ("independent", "exact", "stratified")


def plan_of(drawing: str = "exact", seed: int = 2) -> SamplingPlan:
    target = PowerSkew(Linear(0.2, 0.25, maximum=1.0))
    return SamplingPlan(target=target, epochs=EPOCHS, batch_size=BATCH, drawing=drawing, seed=seed)


def sampler_of(plan: SamplingPlan | None = None, labels: Any = LABELS, **ranks: int) -> ScheduledClassSampler:
    return ScheduledClassSampler(labels, plan or plan_of(), classes=[*COUNTS], **ranks)


def trained(
    log: RunLog, sampler: ScheduledClassSampler, loader: Iterable[Any], epochs: Iterable[int] = range(EPOCHS),
    sets_epoch: bool = True,
) -> None:  # fmt: skip
    for epoch in epochs:
        if sets_epoch:
            sampler.set_epoch(epoch)
        for _, targets in loader:
            log.count(targets)
        log.epoch(recall=[0.9, 0.8, float("nan"), 0.5], accuracy=0.85)


class EveryNthBatch:
    """What Accelerate makes of a batch sampler: every n-th batch, completed with the first ones."""

    def __init__(self, batches: BatchSampler, rank: int, ranks: int) -> None:
        self.batches, self.rank, self.ranks = batches, rank, ranks

    def __iter__(self) -> Iterator[list[int]]:
        every = list(self.batches)
        first = [index for batch in every for index in batch]
        every[-1] = every[-1] + first[: BATCH - len(every[-1])]
        every += [first[:BATCH]] * (-len(every) % self.ranks)
        yield from every[self.rank :: self.ranks]

    def __len__(self) -> int:
        return -(-len(self.batches) // self.ranks)


class WithoutDogs(Dataset[Any]):
    """A data set whose dogs cannot be opened."""

    def __len__(self) -> int:
        return len(LABELS)

    def __getitem__(self, index: int) -> Any:
        return None if LABELS[index] == 3 else DATASET[index]


def whole_samples(samples: list[Any]) -> Any:
    return torch.utils.data.default_collate([sample for sample in samples if sample is not None])


# --- without a mistake ------------------------------------------------------------------------------------------------


def clean(path: Path, plan: SamplingPlan | None = None) -> None:
    sampler = sampler_of(plan)
    log = RunLog(path, sampler)
    trained(log, sampler, sampler.loader(DATASET))
    log.end()


def clean_and_stopped_and_gone_on(path: Path, batches: int = 9) -> None:
    """Stopped within epoch 2 by a loader that reads ahead, and gone on with from a checkpoint; stopped early again."""
    sampler = sampler_of()
    log = RunLog(path, sampler)
    trained(log, sampler, sampler.loader(DATASET), range(2))
    sampler.set_epoch(2)
    ahead = sampler.loader(DATASET, num_workers=1, prefetch_factor=3)
    for batch, (_, targets) in enumerate(ahead, 1):
        log.count(targets)
        if batch == batches:
            break
    checkpoint = log.state_dict(), sampler.state_dict(batches_delivered=batches)
    sampler = sampler_of()
    log = RunLog(path, sampler)
    log.load_state_dict(checkpoint[0])
    sampler.load_state_dict(checkpoint[1])
    trained(log, sampler, sampler.loader(DATASET), [2])
    sampler.set_epoch(3)
    for _, (_, targets) in zip(range(5), sampler.loader(DATASET), strict=False):
        log.count(targets)
    log.epoch()


def clean_on_two_ranks(path: Path, by_the_sampler: bool = False) -> None:
    """As under Accelerate, which deals out the batches, or by the sampler itself."""
    for rank in range(2):
        sampler = sampler_of(**({"num_replicas": 2, "rank": rank} if by_the_sampler else {"num_replicas": 1}))
        loader = sampler.loader(DATASET)
        if not by_the_sampler:
            loader = DataLoader(DATASET, batch_sampler=EveryNthBatch(loader.batch_sampler, rank, 2))
        trained(RunLog(path, sampler, rank=rank, world=2), sampler, loader)


# --- with one --------------------------------------------------------------------------------------------------------


def without_set_epoch(path: Path) -> None:
    sampler = sampler_of()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trained(RunLog(path, sampler), sampler, sampler.loader(DATASET), sets_epoch=False)


def ranks_alike(path: Path) -> None:
    for rank in range(2):
        sampler = sampler_of(num_replicas=1)
        trained(RunLog(path, sampler, rank=rank, world=2), sampler, sampler.loader(DATASET))


def sharded_twice(path: Path) -> None:
    for rank in range(2):
        sampler = sampler_of(num_replicas=2, rank=rank)
        batches = EveryNthBatch(sampler.loader(DATASET).batch_sampler, rank, 2)
        trained(RunLog(path, sampler, rank=rank, world=2), sampler, DataLoader(DATASET, batch_sampler=batches))


def shuffled(path: Path) -> None:
    sampler = sampler_of()
    loader = DataLoader(DATASET, batch_size=BATCH, shuffle=True, generator=torch.Generator().manual_seed(1))
    trained(RunLog(path, sampler), sampler, loader)


def without_the_last_batch(path: Path) -> None:
    sampler = sampler_of()
    trained(RunLog(path, sampler), sampler, DataLoader(DATASET, batch_size=BATCH, sampler=sampler, drop_last=True))


def larger_batches(path: Path) -> None:
    sampler = sampler_of()
    trained(RunLog(path, sampler), sampler, DataLoader(DATASET, batch_size=2 * BATCH, sampler=sampler))


def labels_in_another_order(path: Path) -> None:
    sampler = sampler_of(labels=np.sort(LABELS))
    trained(RunLog(path, sampler), sampler, sampler.loader(DATASET))


def read_ahead_taken_for_trained(path: Path) -> None:
    sampler = sampler_of()
    log = RunLog(path, sampler)
    sampler.set_epoch(0)
    for batch, (_, targets) in enumerate(sampler.loader(DATASET, num_workers=1, prefetch_factor=4), 1):
        log.count(targets)
        if batch == 9:
            break
    checkpoint = log.state_dict(), sampler.state_dict()
    sampler = sampler_of()
    log = RunLog(path, sampler)
    log.load_state_dict(checkpoint[0])
    sampler.load_state_dict(checkpoint[1])
    trained(log, sampler, sampler.loader(DATASET), [0, 1])


def sampler_not_restored(path: Path) -> None:
    sampler = sampler_of()
    log = RunLog(path, sampler)
    sampler.set_epoch(0)
    for _, (_, targets) in zip(range(9), sampler.loader(DATASET), strict=False):
        log.count(targets)
    checkpoint = log.state_dict()
    sampler = sampler_of()
    log = RunLog(path, sampler)
    log.load_state_dict(checkpoint)
    trained(log, sampler, sampler.loader(DATASET), [0, 1])


def dogs_lost(path: Path) -> None:
    sampler = sampler_of()
    trained(RunLog(path, sampler), sampler, sampler.loader(WithoutDogs(), collate_fn=whole_samples))


def other_labels_after_a_resume(path: Path) -> None:
    sampler = sampler_of()
    trained(RunLog(path, sampler), sampler, sampler.loader(DATASET), range(2))
    sampler = sampler_of(labels=LABELS[::-1].copy())
    trained(RunLog(path, sampler), sampler, sampler.loader(TensorDataset(*DATASET[range(508, -1, -1)])), range(2, 4))


CLEAN: tuple[Callable[[Path], None], ...] = (clean, clean_and_stopped_and_gone_on, clean_on_two_ranks)

# Mistake -> cause, since when, and what the sentence must say.
MISTAKES: dict[Callable[[Path], None], tuple[str, int, str]] = {
    without_set_epoch: ("epoch repeated", 0, "sampler.set_epoch(epoch) before each epoch"),
    ranks_alike: ("ranks alike", 0, "pass num_replicas and rank"),
    sharded_twice: ("sharded twice", 0, "num_replicas=1"),
    shuffled: ("sampler replaced", 0, "natural class shares: this one was asked for no index. Pass it as DataLoader"),
    without_the_last_batch: ("fewer batches", 0, "last, smaller batch of 13 samples: the loader has drop_last=True"),
    larger_batches: ("other batch size", 0, "about 32 samples, planned are 16"),
    labels_in_another_order: ("other labels", 0, "labels_of(dataset)"),
    read_ahead_taken_for_trained: ("wrong state", 0, "state_dict(batches_delivered=batches)"),
    sampler_not_restored: ("wrong state", 0, "sampler.load_state_dict(state)"),
    dogs_lost: ("classes lost", 0, "Class 'dog' never reached the training step"),
    other_labels_after_a_resume: ("other labels", 2, "changed where the run went on, in epoch 2"),
}
