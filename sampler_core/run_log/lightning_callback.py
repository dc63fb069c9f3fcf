"""The run log as a callback of Lightning: `from sampler_core.run_log.lightning_callback import RunLogCallback`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightning.pytorch import Callback

from sampler_core.data.plain_values import ClassName
from sampler_core.run_log.writer import RunLog
from sampler_core.sampling.loader_checks import sampler_of_loader
from sampler_core.sampling.sampler import ScheduledClassSampler


class RunLogCallback(Callback):  # type: ignore[misc]
    """Logs what a Trainer trains on.

    targets: where they are in a batch, a position or key, or a function of the batch; default: the last of a tuple.
    metrics: called after each epoch with trainer and module, gives what `RunLog.epoch` takes. sampler: where the
    training loader does not have it as its sampler. classes: see `RunLog`. Its counts are saved in checkpoints.
    """

    def __init__(
        self, path: str | os.PathLike[str], targets: int | str | Callable[[Any], Any] = -1, *,
        metrics: Callable[[Any, Any], Mapping[str, Any]] | None = None, sampler: ScheduledClassSampler | None = None,
        classes: Sequence[ClassName] | None = None,
    ) -> None:  # fmt: skip
        self._path, self._targets, self._metrics = path, targets, metrics
        self._sampler, self._classes = sampler, classes
        self._restored: dict[str, Any] | None = None
        self.log: RunLog | None = None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Opens the log; `TypeError` where the loader has another sampler and none was given."""
        sampler = self._sampler or sampler_of_loader(trainer.train_dataloader)
        self.log = RunLog(self._path, sampler, classes=self._classes)
        if self._restored is not None:
            self.log.load_state_dict(self._restored)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Counts the targets; a sanity check has no training batches."""
        if self.log is not None:
            self.log.count(self._targets(batch) if callable(self._targets) else batch[self._targets])

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Writes the epoch, after its validation."""
        if self.log is not None:
            self.log.epoch(**(self._metrics(trainer, pl_module) if self._metrics else {}))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Writes the end."""
        if self.log is not None:
            self.log.end()

    def state_dict(self) -> dict[str, Any]:
        """The counts of the epoch so far."""
        return self.log.state_dict() if self.log is not None else {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Keeps them for the log, which opens when training starts."""
        self._restored = state_dict or None
