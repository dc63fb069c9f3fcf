"""What two ranks log under Accelerate; run with `-m tests.frameworks.run_log_accelerated OUT`."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch.utils.data import TensorDataset

from sampler_core import ScheduledClassSampler
from sampler_core.run_log import RunLog
from tests.frameworks.training import LABELS, plan_of

DATASET = TensorDataset(torch.arange(len(LABELS)), torch.from_numpy(LABELS))
EPOCHS = 3


def train(path: Path, accelerator: Accelerator, **ranks: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the sampler warns of Accelerate, which is the mistake
        sampler = ScheduledClassSampler(LABELS, plan_of("stratified"), **ranks)
    loader, log = accelerator.prepare(sampler.loader(DATASET)), RunLog(path, sampler)
    for epoch in range(EPOCHS):
        loader.set_epoch(epoch)
        for _, targets in loader:
            log.count(targets)
        log.epoch()


def main(out: str) -> None:
    accelerator = Accelerator(cpu=True)
    train(Path(out) / "clean.jsonl", accelerator, num_replicas=1)
    train(Path(out) / "twice.jsonl", accelerator)
    accelerator.end_training()


if __name__ == "__main__":
    main(sys.argv[1])
