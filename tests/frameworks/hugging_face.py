"""What one rank of a Hugging Face Trainer sees; run with `-m tests.frameworks.hugging_face OUT`."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import Dataset, Sampler
from transformers import Trainer, TrainerCallback, TrainingArguments

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, LABELS, plan_of, write

EPOCHS, STOPPED_AFTER = 3, 29  # steps: within epoch 1 with two ranks, within epoch 0 with one


class Samples(Dataset[dict[str, int]]):
    """What the Trainer wants: dictionaries."""

    def __len__(self) -> int:
        return len(LABELS)

    def __getitem__(self, index: int) -> dict[str, int]:
        return {"index": index}


class Model(nn.Module):
    """Notes what it is trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.batches: list[list[int]] = []

    def forward(self, index: torch.Tensor) -> dict[str, torch.Tensor]:
        self.batches.append(index.tolist())
        return {"loss": self.layer(index[:, None] / len(LABELS)).square().mean()}


class PlannedTrainer(Trainer):
    """The hook: Accelerate, inside the Trainer, deals out the batches, so the sampler draws for all ranks."""

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> Sampler[int]:
        self.sampler = ScheduledClassSampler(LABELS, plan_of("stratified"), num_replicas=1)
        return self.sampler


class SetsTheEpoch(TrainerCallback):
    """Needed where a Trainer with several processes goes on within an epoch: its own set_epoch is lost then."""

    def __init__(self) -> None:
        self.trainer: PlannedTrainer | None = None

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self.trainer.sampler.set_epoch(int(state.epoch))


def trained(out: Path, resume: str | None = None, sets_epoch: bool = True) -> dict[str, Any]:
    model, epoch_setter = Model(), SetsTheEpoch()
    arguments = TrainingArguments(
        output_dir=str(out), num_train_epochs=EPOCHS, per_device_train_batch_size=BATCH, use_cpu=True,
        save_strategy="steps", save_steps=STOPPED_AFTER, save_total_limit=None, report_to=[], disable_tqdm=True,
        logging_strategy="no",
    )  # fmt: skip
    trainer = PlannedTrainer(
        model=model, args=arguments, train_dataset=Samples(), callbacks=[epoch_setter] if sets_epoch else []
    )
    epoch_setter.trainer = trainer
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trainer.train(resume_from_checkpoint=resume)
    ours = [str(w.message) for w in caught if "sampler" in str(w.message) or "set_epoch" in str(w.message)]
    return {"batches": model.batches, "warnings": ours, "rank": trainer.args.process_index}


def main(out: str) -> None:
    whole = trained(Path(out) / "whole", sets_epoch=False)
    checkpoint = str(Path(out) / "whole" / f"checkpoint-{STOPPED_AFTER}")
    record = {
        "whole": whole,
        "gone_on": trained(Path(out) / "told", checkpoint),
        "epoch_not_set": trained(Path(out) / "epoch_not_set", checkpoint, sets_epoch=False),
    }
    write(out, whole["rank"], record)
    if dist.is_initialized():  # the Trainer leaves it, and gloo's threads at exit can abort (pytorch/pytorch#190489)
        dist.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1])
