"""What two gloo ranks log, the second one forked off the first; run with `-m tests.frameworks.run_log_ranks OUT`.

Three logs: of a training in order, of an adaptive one, and of a sampler made before the process group.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, TensorDataset

from sampler_core import ScheduledClassSampler
from sampler_core.run_log import RunLog
from tests.frameworks.training import BATCH, LABELS, adaptive_plan, plan_of

DATASET = TensorDataset(torch.arange(len(LABELS)), torch.from_numpy(LABELS))
EPOCHS = 3


def train(log: RunLog, sampler: ScheduledClassSampler) -> None:
    for epoch in range(EPOCHS):
        sampler.set_epoch(epoch)
        for _, targets in DataLoader(DATASET, batch_size=BATCH, sampler=sampler):
            log.count(targets)
        log.epoch(recall=[0.9 - 0.05 * c - 0.01 * log.rank for c in range(10)])
    log.end()


def main(out: str) -> None:
    early = ScheduledClassSampler(LABELS, plan_of("stratified"), num_replicas=1)
    child = os.fork()  # costs a second less than another process that imports torch
    dist.init_process_group("gloo", init_method=f"file://{out}/rendezvous", rank=int(not child), world_size=2)
    for name, plan in (("clean", plan_of("stratified")), ("adaptive", adaptive_plan())):
        sampler = ScheduledClassSampler(LABELS, plan)
        train(RunLog(Path(out) / f"{name}.jsonl", sampler), sampler)
    train(RunLog(Path(out) / "early.jsonl", early), early)
    dist.destroy_process_group()
    if child and os.waitpid(child, 0)[1]:
        raise AssertionError("rank 1 failed")


if __name__ == "__main__":
    main(sys.argv[1])
