"""Hugging Face trainings with the callback; run with `-m tests.frameworks.run_log_transformers OUT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import Dataset, Sampler
from transformers import Trainer, TrainingArguments

from sampler_core import ScheduledClassSampler
from sampler_core.run_log.transformers_callback import RunLogCallback
from tests.frameworks.training import BATCH, COUNTS, LABELS, plan_of

EPOCHS, STOPPED_AFTER = 3, 9  # steps, within epoch 0


class Samples(Dataset[dict[str, Any]]):
    """What the Trainer wants: dictionaries."""

    def __len__(self) -> int:
        return len(LABELS)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"index": index, "labels": int(LABELS[index])}


class Model(nn.Module):
    """Class logits of an index."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, len(COUNTS))

    def forward(self, index: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.layer(index[:, None] / len(LABELS))
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


class PlannedTrainer(Trainer):
    """Accelerate, inside the Trainer, deals out the batches, so the sampler draws for all ranks."""

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> Sampler[int]:
        return ScheduledClassSampler(LABELS, plan_of("stratified"), num_replicas=1)


def trained(out: Path, log: Path, resume: str | None = None, trainer: type[Trainer] = PlannedTrainer) -> None:
    arguments = TrainingArguments(
        output_dir=str(out), num_train_epochs=EPOCHS, per_device_train_batch_size=BATCH, use_cpu=True,
        save_strategy="steps", save_steps=STOPPED_AFTER, save_total_limit=None, report_to=[], disable_tqdm=True,
        logging_strategy="no", eval_strategy="epoch", per_device_eval_batch_size=256,
    )  # fmt: skip
    trainer(
        model=Model(), args=arguments, train_dataset=Samples(), eval_dataset=Samples(), callbacks=[RunLogCallback(log)]
    ).train(resume_from_checkpoint=resume)


def main(out: str) -> None:
    trained(Path(out) / "whole", Path(out) / "whole.jsonl")
    trained(Path(out) / "stopped", Path(out) / "stopped.jsonl")
    trained(Path(out) / "stopped", Path(out) / "stopped.jsonl", f"{out}/stopped/checkpoint-{STOPPED_AFTER}")
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1])
