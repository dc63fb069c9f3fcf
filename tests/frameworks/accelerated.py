"""What one rank of an Accelerate training sees; run with `-m tests.frameworks.accelerated OUT`."""

from __future__ import annotations

import sys
import warnings
from itertools import islice
from typing import Any

import torch
from accelerate import Accelerator, skip_first_batches
from torch.utils.data import DataLoader

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, COUNTS, LABELS, SCHEMES, Batches, Indices, adaptive_plan, plan_of, write

STOPPED_AFTER, STOPPED_IN = 6, 3


def delivered(loader: Any) -> Batches:
    return [batch.tolist() for batch in loader]


def prepared(accelerator: Accelerator, scheme: str) -> tuple[ScheduledClassSampler, Any]:
    sampler = ScheduledClassSampler(LABELS, plan_of(scheme), num_replicas=1)
    return sampler, accelerator.prepare(sampler.loader(Indices()))


def by_itself(accelerator: Accelerator, scheme: str) -> dict[str, Any]:
    """Epochs that Accelerate counts by itself, and one that the training chooses."""
    sampler, loader = prepared(accelerator, scheme)
    counted = [(sampler.epoch, delivered(loader)) for _ in range(2)]
    loader.set_epoch(5)
    return {"counted": [batches for _, batches in counted], "chosen": delivered(loader), "epoch": sampler.epoch}


def gone_on(accelerator: Accelerator, scheme: str) -> dict[str, Any]:
    """Stopped within an epoch; gone on with by skipping what was done."""
    _, loader = prepared(accelerator, scheme)
    loader.set_epoch(STOPPED_IN)
    done = [batch.tolist() for batch in islice(loader, STOPPED_AFTER)]
    _, loader = prepared(accelerator, scheme)
    loader.set_epoch(STOPPED_IN)
    return {"done": done, "rest": delivered(skip_first_batches(loader, STOPPED_AFTER))}


def from_state(accelerator: Accelerator, scheme: str) -> dict[str, Any]:
    """Stopped within an epoch; gone on with from the sampler's own state, which counts batches of all ranks here."""
    first, loader = prepared(accelerator, scheme)
    loader.set_epoch(STOPPED_IN)
    done = [batch.tolist() for batch in islice(loader, STOPPED_AFTER)]
    state = first.state_dict(batches_delivered=STOPPED_AFTER * accelerator.num_processes)
    second, loader = prepared(accelerator, scheme)
    second.load_state_dict(state)
    loader.set_epoch(STOPPED_IN)
    return {"done": done, "rest": delivered(loader)}


def validated_on_the_first(accelerator: Accelerator) -> dict[str, Any]:
    """Two epochs of an adaptive plan; the main process alone validates and reports, then all meet in a collective."""
    sampler = ScheduledClassSampler(LABELS, adaptive_plan(), num_replicas=1)
    loader = accelerator.prepare(sampler.loader(Indices()))
    for epoch in range(2):
        loader.set_epoch(epoch)
        batches = delivered(loader)
        shares = sampler.class_shares().tolist()
        if accelerator.is_main_process:
            sampler.update(recall=[0.9 - 0.05 * c for c in range(len(COUNTS))])
        total = int(accelerator.reduce(torch.tensor(accelerator.process_index + 1)))
    sampler.exchange()
    return {"batches": batches, "shares": shares, "total": total, "state": sampler.state_dict()}


def refused_by_check_loader(accelerator: Accelerator) -> list[str]:
    """Loaders of Accelerate that are fine, and one over another sampler."""
    sampler, loader = prepared(accelerator, "exact")
    plain = DataLoader(Indices(), batch_size=BATCH, sampler=sampler)
    refused = []
    for each in (
        loader,
        skip_first_batches(loader, 2),
        skip_first_batches(plain, 2),
        prepared(accelerator, "exact")[1],
    ):
        try:
            sampler.check_loader(each)
        except ValueError as error:
            refused.append(str(error))
        else:
            refused.append("")
    return refused


def sharded_twice(accelerator: Accelerator) -> dict[str, Any]:
    """A sampler that takes its rank from torch.distributed, under Accelerate, which deals out batches as well."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sampler = ScheduledClassSampler(LABELS, plan_of("exact"))
    loader = accelerator.prepare(sampler.loader(Indices()))
    try:
        sampler.check_loader(loader)
    except ValueError as error:
        refused = str(error)
    else:
        refused = ""
    return {"ranks": sampler.num_replicas, "warnings": [str(w.message) for w in caught], "refused": refused}


def main(out: str) -> None:
    accelerator = Accelerator(cpu=True)
    sampler, loader = prepared(accelerator, "exact")
    sampler.check_loader(loader)
    write(
        out,
        accelerator.process_index,
        {
            "ranks": accelerator.num_processes,
            "by_itself": {scheme: by_itself(accelerator, scheme) for scheme in SCHEMES},
            "skipped": {scheme: gone_on(accelerator, scheme) for scheme in SCHEMES},
            "from_state": {scheme: from_state(accelerator, scheme) for scheme in SCHEMES},
            "validated": validated_on_the_first(accelerator),
            "checked": refused_by_check_loader(accelerator),
            "sharded_twice": sharded_twice(accelerator),
        },
    )
    accelerator.end_training()


if __name__ == "__main__":
    main(sys.argv[1])
