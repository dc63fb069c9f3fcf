"""The run log of the Hugging Face Trainer: `from sampler_core.run_log.transformers_callback import RunLogCallback`.

A callback never sees the batch, so a forward pre-hook of the model reads its labels, in training mode only. At each
checkpoint what was counted is written, so that nothing need be saved beside it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

from transformers import TrainerCallback

from sampler_core.data.plain_values import ClassName
from sampler_core.run_log.writer import RunLog
from sampler_core.sampling.loader_checks import sampler_of_loader
from sampler_core.sampling.sampler import ScheduledClassSampler

_NOT_METRICS = ("epoch", "runtime", "samples_per_second", "steps_per_second", "model_preparation_time")


class RunLogCallback(TrainerCallback):  # type: ignore[misc]
    """Logs what a Trainer trains on, and its evaluations.

    labels: the model's argument that has the targets. sampler: where the training loader does not have it as its
    sampler. classes: see `RunLog`.
    """

    def __init__(
        self, path: str | os.PathLike[str], labels: str = "labels", *, sampler: ScheduledClassSampler | None = None,
        classes: Sequence[ClassName] | None = None,
    ) -> None:  # fmt: skip
        self._path, self._labels, self._sampler, self._classes = path, labels, sampler, classes
        self._hook: Any = None
        self.log: RunLog | None = None

    def on_train_begin(
        self, args: Any, state: Any, control: Any, *, model: Any = None, train_dataloader: Any = None, **rest: Any
    ) -> None:  # fmt: skip
        """Opens the log; where training goes on within an epoch, the Trainer skips the batches before."""
        self.log = RunLog(self._path, self._sampler or sampler_of_loader(train_dataloader), classes=self._classes)
        self._hook = model.register_forward_pre_hook(self._count, with_kwargs=True)
        if state.global_step and not args.ignore_data_skip:
            steps = max(len(train_dataloader) // args.gradient_accumulation_steps, 1)
            self.log.skip(state.global_step % steps * args.gradient_accumulation_steps)

    def on_save(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Writes what was counted so far."""
        self._write()

    def on_epoch_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Writes the epoch."""
        self._write()

    def on_evaluate(self, args: Any, state: Any, control: Any, *, metrics: Any = None, **rest: Any) -> None:
        """Writes numbers, and lists of one number per class."""
        named = {name.removeprefix("eval_"): value for name, value in (metrics or {}).items()}
        self._write(**{name: v for name, v in named.items() if name not in _NOT_METRICS and _is_metric(v)})

    def on_train_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Writes the end, and takes the hook off."""
        self._hook.remove()
        if self.log is not None:
            self.log.end()

    def _write(self, **metrics: Any) -> None:
        if self.log is not None:
            self.log.epoch(**metrics)

    def _count(self, module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if not module.training or self.log is None:
            return
        if self._labels in kwargs:
            self.log.count(kwargs[self._labels])
        else:
            warnings.warn(f"the model gets no {self._labels!r}, so nothing is counted: pass labels=", stacklevel=2)


def _is_metric(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float | list | tuple | dict)
