"""A Lightning training on CPU: `python tests/frameworks/lightning_run.py OUT DEVICES` (Lightning starts the ranks).

Three trainings: three epochs in one go; the same stopped within epoch 1 and gone on from its checkpoint, once with
torchdata's loader, which Lightning saves by itself, and once with torch's, whose sampler the module saves.
"""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

import lightning
import torch
from lightning.fabric import Fabric
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import nn
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, COUNTS, LABELS, Indices, adaptive_plan, plan_of, write

EPOCHS, STOPPED_AFTER = 3, 5  # stopped after so many batches of epoch 1


class Recorder(lightning.LightningModule):
    """Notes what it is trained on."""

    def __init__(self, loader: type[DataLoader[int]] = DataLoader, saves_sampler: bool = False) -> None:
        super().__init__()
        self.layer, self.loader, self.saves_sampler = nn.Linear(1, 1), loader, saves_sampler
        self.sampler: ScheduledClassSampler | None = None
        self.restored: dict[str, Any] | None = None
        self.batches: list[tuple[int, int, list[int]]] = []  # epochs of trainer and sampler, indices

    def train_dataloader(self) -> DataLoader[int]:
        self.sampler = ScheduledClassSampler(LABELS, plan_of("stratified"))
        if self.restored is not None:
            self.sampler.load_state_dict(self.restored)
        return self.loader(Indices(), batch_size=BATCH, sampler=self.sampler)

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        self.batches.append((self.current_epoch, self.sampler.epoch, batch.tolist()))
        return self.layer(batch[:, None] / len(LABELS)).square().mean()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.01)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if self.saves_sampler:
            checkpoint["sampler"] = self.sampler.state_dict(batches_delivered=STOPPED_AFTER)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.restored = checkpoint.get("sampler")


class Validating(Recorder):
    """Follows the recall, which the first process alone reports; validates before the first epoch as well."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: list[list[float]] = []  # of each epoch, where the first batch arrives
        self.states: list[dict[str, Any]] = []

    def train_dataloader(self) -> DataLoader[int]:
        self.sampler = ScheduledClassSampler(LABELS, adaptive_plan())
        return self.sampler.loader(Indices())

    def val_dataloader(self) -> DataLoader[int]:
        return DataLoader(Indices(), batch_size=BATCH)

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        if batch_idx == 0:
            self.shares.append(self.sampler.class_shares().tolist())
        return super().training_step(batch, batch_idx)

    def validation_step(self, batch: torch.Tensor, batch_idx: int) -> None:
        loss = self.layer(batch[:, None] / len(LABELS)).square().mean()
        self.log("loss", loss, sync_dist=True)  # a collective of Lightning's own

    def on_validation_epoch_end(self) -> None:
        if not self.trainer.sanity_checking and self.trainer.is_global_zero:
            self.sampler.update(recall=[0.9 - 0.05 * c for c in range(len(COUNTS))])

    def on_train_epoch_end(self) -> None:
        self.sampler.exchange()
        self.states.append(self.sampler.state_dict())


def fit(
    module: Recorder, devices: int, callback: lightning.Callback | None = None, steps: int = -1, checkpoint: str = ""
) -> lightning.Trainer:
    trainer = lightning.Trainer(
        accelerator="cpu", devices=devices, strategy="ddp" if devices > 1 else "auto", max_epochs=EPOCHS,
        max_steps=steps, logger=False, enable_checkpointing=callback is not None, callbacks=callback,
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(module, ckpt_path=checkpoint or None, weights_only=False)
    return trainer


def gone_on(out: str, devices: int, loader: type[DataLoader[int]], saves_sampler: bool) -> list[Any]:
    """What is drawn when the training is stopped within epoch 1 and gone on with by a new trainer and sampler."""
    first, second = Recorder(loader, saves_sampler), Recorder(loader, saves_sampler)
    steps = -(-len(LABELS) // (BATCH * devices)) + STOPPED_AFTER
    saver = ModelCheckpoint(out, filename=loader.__name__, every_n_train_steps=steps, save_top_k=-1)
    fit(first, devices, saver, steps)
    fit(second, devices, checkpoint=f"{out}/{loader.__name__}.ckpt")
    return [first.batches, second.batches]


def in_fabric() -> dict[str, Any]:
    """Two epochs under Fabric; then a restored sampler, whose epochs Fabric counts from zero again."""
    fabric = Fabric(accelerator="cpu", devices=1)
    sampler = ScheduledClassSampler(LABELS, plan_of("stratified"))
    loader = fabric.setup_dataloaders(sampler.loader(Indices()))
    epochs = [([batch.tolist() for batch in loader], sampler.epoch) for _ in range(2)]
    restored = ScheduledClassSampler(LABELS, plan_of("stratified"))
    restored_loader = fabric.setup_dataloaders(restored.loader(Indices()))
    restored.load_state_dict(sampler.state_dict())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        list(restored_loader)
    said = [str(warning.message) for warning in caught]
    return {"epochs": epochs, "left_alone": loader.sampler is sampler, "warnings": said}


def main(out: str, devices: int) -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    module = Recorder()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trainer = fit(module, devices)
        record = {
            "batches": module.batches,
            "left_alone": trainer.train_dataloader.sampler is module.sampler,
            "ranks": module.sampler.num_replicas,
            "stateful": gone_on(out, devices, StatefulDataLoader, False),
            "plain": gone_on(out, devices, DataLoader, True),
        }
        validating = Validating()
        fit(validating, devices)
    record["validating"] = {
        "shares": validating.shares, "states": validating.states, "batches": validating.batches,
    }  # fmt: skip
    if devices == 1:
        record["fabric"] = in_fabric()
    record["warnings"] = [str(w.message) for w in caught if "epoch" in str(w.message) and "drawn" in str(w.message)]
    write(out, trainer.global_rank, record)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
