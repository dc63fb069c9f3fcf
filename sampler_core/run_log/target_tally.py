"""Counts the targets that reach the training step, on the device they are on, without waiting for it.

The one contract here: `add` reads nothing back from a device; `counts` does, once an epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.plain_values import ClassName

if TYPE_CHECKING:
    import torch

_COUNTED_AT_ONCE = 32  # batches on the CPU: a bincount of each would go through all classes


class TargetTally:
    """Counts of targets. names: of the classes, in the order of the codes 0, 1, 2, ... that the targets are.

    Names that are whole numbers other than these are the targets themselves.
    """

    def __init__(self, names: Sequence[ClassName]) -> None:
        self._num_classes = len(names)
        codes_themselves = list(names) == list(range(len(names))) or not all(isinstance(name, int) for name in names)
        self._values = None if codes_themselves else np.array(names, dtype=np.int64)
        self._on_cpu = np.zeros(self._num_classes + 2, dtype=np.int64)
        self._waiting: list[IntArray] = []
        self._totals: dict[Any, torch.Tensor] = {}
        self._ones: dict[Any, torch.Tensor] = {}
        self._sorted: dict[Any, tuple[torch.Tensor, torch.Tensor]] = {}

    def add(self, targets: Any) -> None:
        """Targets of one batch, a tensor or array of whole numbers, shape (batch,); `ValueError` for anything else."""
        import torch

        given = targets if isinstance(targets, torch.Tensor) else torch.as_tensor(targets)
        if given.ndim != 1 or given.is_floating_point() or given.is_complex() or given.dtype == torch.bool:
            shape = tuple(given.shape)
            raise ValueError(f"targets must be whole numbers, one per sample (1-D), got {given.dtype} of shape {shape}")
        device, size = given.device, given.shape[0]
        if device.type == "cpu" and self._values is None:
            codes = np.add(given.detach().numpy(), 1, dtype=np.int64, casting="unsafe")  # 8 bits end at 255
            self._waiting.append(codes)
            if len(self._waiting) == _COUNTED_AT_ONCE:
                self._count_waiting()
            return
        totals = self._totals.get(device)
        if totals is None or self._ones[device].shape[0] < size:
            totals = self._totals.setdefault(device, torch.zeros(self._num_classes + 2, dtype=torch.int64).to(device))
            self._ones[device] = torch.ones(size, dtype=torch.int64, device=device)
        bins = self._bins(given.detach().to(torch.int64))
        totals.scatter_add_(0, bins, self._ones[device][:size])  # bincount would wait for a GPU

    def counts(self) -> tuple[IntArray, int]:
        """The counts of each class so far, int64, shape (num_classes,), and those of no class."""
        self._count_waiting()
        totals = self._on_cpu.copy()
        for of_device in self._totals.values():
            totals += of_device.cpu().numpy()
        return totals[1:-1], int(totals[0] + totals[-1])

    def _count_waiting(self) -> None:
        if self._waiting:
            bins = np.clip(np.concatenate(self._waiting), 0, self._num_classes + 1)
            self._on_cpu += np.bincount(bins, minlength=self._num_classes + 2)
            self._waiting.clear()

    def _bins(self, targets: torch.Tensor) -> torch.Tensor:
        """Code c -> c + 1; whatever is no class -> 0 or num_classes + 1."""
        if self._values is None:
            return (targets + 1).clamp_(0, self._num_classes + 1)
        import torch

        if targets.device not in self._sorted:
            order = np.argsort(self._values)
            pair = (torch.from_numpy(self._values[order]), torch.from_numpy(order + 1))
            self._sorted[targets.device] = (pair[0].to(targets.device), pair[1].to(targets.device))
        values, bins = self._sorted[targets.device]
        at = torch.searchsorted(values, targets).clamp_(max=self._num_classes - 1)
        return torch.where(values[at] == targets, bins[at], torch.zeros_like(at))
