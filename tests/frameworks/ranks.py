"""What one rank of a torchrun training sees; run with `-m tests.frameworks.ranks OUT [BEFORE]`.

BEFORE: a folder in which a run with another number of ranks left its states.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, COUNTS, LABELS, SCHEMES, Batches, Indices, adaptive_plan, plan_of, write

STOPPED_AFTER = {"independent": 5, "exact": 11, "stratified": 7}  # batches of each rank
STOPPED_IN = 3


def delivered(sampler: ScheduledClassSampler, epoch: int) -> Batches:
    sampler.set_epoch(epoch)
    return [batch.tolist() for batch in DataLoader(Indices(), batch_size=BATCH, sampler=sampler)]


def epochs_of(scheme: str, drop_last: bool = False) -> dict[int, Batches]:
    sampler = ScheduledClassSampler(LABELS, plan_of(scheme), drop_last=drop_last)
    batches = {epoch: delivered(sampler, epoch) for epoch in (3, 0, 1)}
    if {len(sampler)} != {sum(map(len, epoch)) for epoch in batches.values()}:
        raise AssertionError("len(sampler) is not what an epoch yields")
    return batches


def stopped(scheme: str) -> dict[str, Any]:
    sampler = ScheduledClassSampler(LABELS, plan_of(scheme))
    sampler.set_epoch(STOPPED_IN)
    batches = []
    for batch in DataLoader(Indices(), batch_size=BATCH, sampler=sampler):
        batches.append(batch.tolist())
        if len(batches) == STOPPED_AFTER[scheme]:
            break
    return {"done": batches, "state": sampler.state_dict(batches_delivered=len(batches))}


def gone_on(scheme: str, state: dict[str, Any]) -> dict[str, Batches]:
    sampler = ScheduledClassSampler(LABELS, plan_of(scheme))
    sampler.load_state_dict(state)
    return {"rest": delivered(sampler, STOPPED_IN), "next": delivered(sampler, STOPPED_IN + 1)}


def adapted(rank: int) -> dict[str, Any]:
    """Ranks validate on parts of their own: other recalls on each, and class 0 on the first rank only."""
    sampler = ScheduledClassSampler(LABELS, adaptive_plan())
    before = sampler.class_shares().tolist()
    delivered(sampler, 0)
    recall: list[float | None] = [round(0.9 - 0.05 * c - 0.02 * rank, 6) for c in range(len(COUNTS))]
    if rank > 0:
        recall[0] = None
    recall[9] = None
    sampler.update(recall=recall)
    batches = delivered(sampler, 1)
    previewed = sampler.preview().batch_class_counts.tolist()
    return {"before": before, "after": sampler.class_shares().tolist(), "batches": batches, "previewed": previewed}


def trained() -> dict[str, Any]:
    """One epoch of a linear model under DistributedDataParallel."""
    torch.manual_seed(0)
    model = DistributedDataParallel(nn.Linear(1, len(COUNTS)))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    sampler = ScheduledClassSampler(LABELS, plan_of("stratified"))
    sampler.set_epoch(2)
    batches = []
    for batch in DataLoader(Indices(), batch_size=BATCH, sampler=sampler):
        targets = torch.from_numpy(LABELS[batch.numpy()].astype(np.int64))
        loss = nn.functional.cross_entropy(model(batch[:, None] / len(LABELS)), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        batches.append(batch.tolist())
    return {"batches": batches, "bias": model.module.bias.tolist()}


def warnings_of(sampler: ScheduledClassSampler) -> list[str]:
    """What a sampler says when it is drawn from."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        delivered(sampler, 0)
        delivered(sampler, 1)
    return [str(warning.message) for warning in caught]


def main(out: str, before: str | None = None) -> None:
    early = ScheduledClassSampler(LABELS, plan_of("exact"))
    early_on_purpose = ScheduledClassSampler(LABELS, plan_of("exact"), num_replicas=1)
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    record: dict[str, Any] = {
        "early": warnings_of(early),
        "early_on_purpose": warnings_of(early_on_purpose),
        "epochs": {scheme: epochs_of(scheme) for scheme in SCHEMES},
        "cut": epochs_of("exact", drop_last=True),
        "adapted": adapted(rank),
        "trained": trained(),
        "stopped": {scheme: stopped(scheme) for scheme in SCHEMES},
    }
    if before is not None:
        left = json.loads((Path(before) / "rank0.json").read_text())["stopped"]
        record["gone_on"] = {scheme: gone_on(scheme, left[scheme]["state"]) for scheme in SCHEMES}
    write(out, rank, record)
    dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
