"""What Composer, DALI and FFCV do with a sampler and a stream, for where they are not installed.

Written from their documented behaviour, for the calls of .github/ENGINES.md only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, DistributedSampler

from tests.frameworks.training import LABELS

# --- Composer --------------------------------------------------------------------------------------------------------


class Trainer:
    """Calls `set_epoch` before each epoch and evaluation, and skips what was trained on by loading it again."""

    def __init__(
        self, model: Callable[[Any], Any], train_dataloader: DataLoader[Any], max_duration: str,
        eval_dataloader: DataLoader[Any] | None = None, eval_interval: str = "1ep", save_folder: str | None = None,
        save_interval: str = "1ep", load_path: str | None = None,
    ) -> None:  # fmt: skip
        self.model, self.loader, self.evaluated = model, train_dataloader, eval_dataloader
        if not isinstance(train_dataloader.sampler, DistributedSampler):
            raise TypeError("a DistributedSampler is needed")
        self.epochs, self.folder = int(max_duration.removesuffix("ep")), save_folder
        self.eval_every, self.save_every = (int(each.rstrip("epba")) for each in (eval_interval, save_interval))
        self.epoch, self.batch, self.done = (0, 0, 0) if load_path is None else json.loads(Path(load_path).read_text())

    def fit(self) -> None:
        self._spin()
        while self.epoch < self.epochs:
            self.loader.sampler.set_epoch(self.epoch)
            for b, batch in enumerate(self.loader):
                if b >= self.done:
                    self._step(batch)
            self.epoch, self.done = self.epoch + 1, 0

    def _spin(self) -> None:
        for loader, epochs in ((self.evaluated, 1), (self.loader, self.epoch)):
            for epoch in range(epochs if loader else 0):
                loader.sampler.set_epoch(epoch)
                next(iter(loader))

    def _step(self, batch: Any) -> None:
        self.model(batch)
        self.batch, self.done = self.batch + 1, self.done + 1
        if self.evaluated and self.batch % self.eval_every == 0:
            self.evaluated.sampler.set_epoch(self.batch)
            for each in self.evaluated:
                self.model.eval_forward(each)
        if self.folder and self.batch % self.save_every == 0:
            path = Path(self.folder, f"ep{self.epoch}-ba{self.batch}-rank0.pt")
            path.write_text(json.dumps([self.epoch, self.batch, self.done]))


# --- DALI ------------------------------------------------------------------------------------------------------------


class Pipeline:
    """Asks its source for batch after batch, until the source ends the epoch."""

    def __init__(self, outputs: tuple[tuple[Callable[[Any], Any], int], ...], checkpoint: str | None) -> None:
        self.outputs = outputs
        self.epoch, self.iteration = (0, 0) if checkpoint is None else json.loads(checkpoint)

    def build(self) -> None:
        pass

    def run(self) -> tuple[list[Any], ...]:
        info = SimpleNamespace(epoch_idx=self.epoch, iteration=self.iteration)
        self.iteration += 1
        return tuple([source(info)[k] for source, k in self.outputs])

    def checkpoint(self) -> str:
        return json.dumps([self.epoch, self.iteration])

    def reset(self) -> None:
        self.epoch, self.iteration = self.epoch + 1, 0


# --- FFCV ------------------------------------------------------------------------------------------------------------


class TraversalOrder:
    """Made by the loader, whose samples it orders."""

    def __init__(self, loader: Loader) -> None:
        self.loader, self.indices = loader, loader.indices


class Loader:
    """Asks for the order of each epoch before it; counts batches by the one of the first epoch."""

    def __init__(self, fname: str, batch_size: int, drop_last: bool = True) -> None:
        self.indices, self.batch_size, self.drop_last = np.arange(len(LABELS), dtype=np.uint64), batch_size, drop_last
        self.next_epoch, self.first_traversal_order = 0, self.indices

    def next_traversal_order(self) -> Any:
        return self.traversal_order.sample_order(self.next_epoch)

    def __len__(self) -> int:
        batches = len(self.first_traversal_order) / self.batch_size
        return int(batches) if self.drop_last else int(np.ceil(batches))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        order = self.next_traversal_order()[: len(self) * self.batch_size]
        self.next_epoch += 1
        return iter([(order[at : at + self.batch_size],) for at in range(0, len(order), self.batch_size)])


MODULES = {
    "composer": {"Trainer": Trainer},
    "composer.models": {"ComposerModel": torch.nn.Module},
    "composer.utils": {"dist": SimpleNamespace(initialize_dist=lambda device: None)},
    "nvidia": {},
    "nvidia.dali": {
        "pipeline_def": lambda **run: lambda define: lambda checkpoint=None: Pipeline(define(), checkpoint)
    },
    "nvidia.dali.fn": {
        "external_source": lambda source, num_outputs, **kinds: [(source, k) for k in range(num_outputs)]
    },
    "ffcv": {},
    "ffcv.traversal_order": {},
    "ffcv.loader": {"Loader": Loader},
    "ffcv.traversal_order.base": {"TraversalOrder": TraversalOrder},
}


def stand_in(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the modules of a package in the place of the real ones."""
    for name, inside in MODULES.items():
        if name.startswith(package.partition(".")[0]):
            module = ModuleType(name)
            vars(module).update(inside, __path__=[])
            monkeypatch.setitem(sys.modules, name, module)
