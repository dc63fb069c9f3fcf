"""The one line for each logger that the docstring of `RunLog.flat` shows, run as it stands there."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sampler_core.run_log import RunLog
from tests.frameworks.training import BATCH, LABELS, ScheduledClassSampler, plan_of

LINES = {
    line.partition("#")[2].strip(): line.partition("  #")[0].strip()
    for line in inspect.cleandoc(RunLog.flat.__doc__ or "").splitlines() if "log.flat()" in line
}  # fmt: skip


def check_line(logger: str, folder: Path, logged: Callable[[Callable[..., None]], dict[str, float]]) -> None:
    """The line hands the class shares of an epoch over. logged: calls what it is given with the names that the line
    uses, and returns what the logger has then."""
    sampler = ScheduledClassSampler(LABELS, plan_of("exact"))
    log, targets = RunLog(folder / "run.jsonl", sampler), LABELS[list(sampler)]
    for at in range(0, len(targets), BATCH):
        log.count(targets[at : at + BATCH])
    log.epoch()

    def run(**names: Any) -> None:
        exec(LINES[logger], {"log": log, "epoch": 0, **names})

    assert logged(run) == pytest.approx({f"skewlab/share/{c}": np.mean(targets == c) for c in range(10)})
