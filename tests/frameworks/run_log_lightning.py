"""Lightning trainings with the callback: `python tests/frameworks/run_log_lightning.py OUT DEVICES`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from sampler_core import ScheduledClassSampler
from sampler_core.run_log.lightning_callback import RunLogCallback
from tests.frameworks.training import BATCH, COUNTS, LABELS, plan_of

DATASET = TensorDataset(torch.arange(len(LABELS)).float(), torch.from_numpy(LABELS))
EPOCHS, STOPPED_AFTER = 3, 5  # stopped after so many batches of epoch 1


class Module(lightning.LightningModule):
    """Trains and validates."""

    def __init__(self, double_sharding: bool = False) -> None:
        super().__init__()
        self.layer, self.double_sharding = nn.Linear(1, 1), double_sharding

    def train_dataloader(self) -> DataLoader[Any]:
        sampler = ScheduledClassSampler(LABELS, plan_of("stratified"))
        return StatefulDataLoader(DATASET, batch_size=BATCH, sampler=sampler)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(DATASET, batch_size=BATCH)

    def training_step(self, batch: Any, batch_idx: int) -> torch.Tensor:
        return self.layer(batch[0][:, None] / len(LABELS)).square().mean()

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        pass

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.01)


def fit(path: Path, devices: int, saver: ModelCheckpoint | None = None, steps: int = -1, checkpoint: str = "") -> None:
    log = RunLogCallback(path, targets=1, metrics=lambda trainer, module: {"recall": [0.5] * len(COUNTS)})
    trainer = lightning.Trainer(
        accelerator="cpu", devices=devices, strategy="ddp" if devices > 1 else "auto", max_epochs=EPOCHS,
        max_steps=steps, logger=False, enable_checkpointing=saver is not None, enable_progress_bar=False,
        enable_model_summary=False, callbacks=[log, *([saver] if saver else [])],
    )  # fmt: skip
    trainer.fit(Module(), ckpt_path=checkpoint or None, weights_only=False)


def main(out: str, devices: int) -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    fit(Path(out) / "whole.jsonl", devices)
    steps = -(-len(LABELS) // (BATCH * devices)) + STOPPED_AFTER
    saver = ModelCheckpoint(out, filename="stopped", every_n_train_steps=steps, save_top_k=-1)
    fit(Path(out) / "stopped.jsonl", devices, saver, steps)
    fit(Path(out) / "stopped.jsonl", devices, checkpoint=f"{out}/stopped.ckpt")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
