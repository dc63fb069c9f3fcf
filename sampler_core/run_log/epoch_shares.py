"""The class shares that were trained on in the newest epoch, for other loggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sampler_core.data.plain_values import ClassName
from sampler_core.run_log.class_rows import counts_of_json


class EpochShares:
    """Adds up the windows of one epoch; the first one of another epoch begins anew."""

    def __init__(self) -> None:
        self._epoch: object = None
        self._names: Sequence[ClassName] = ()
        self._counts = np.zeros(0, dtype=np.int64)

    def add(self, names: Sequence[ClassName], fields: Mapping[str, Any]) -> None:
        """The fields of a "draw" line, whose classes have these names."""
        counts = counts_of_json("trained", fields["trained"], len(names))
        is_same = (fields["epoch"], names) == (self._epoch, self._names)
        self._epoch, self._names, self._counts = fields["epoch"], names, counts + self._counts if is_same else counts

    def flat(self) -> dict[str, float]:
        """{"skewlab/share/airplane": 0.1, ...}; empty before the first window."""
        shares = (self._counts / max(int(self._counts.sum()), 1)).tolist()
        return {f"skewlab/share/{name}": share for name, share in zip(self._names, shares, strict=True)}
