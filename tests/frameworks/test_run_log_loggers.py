"""The one line for each logger that the docstring of `RunLog.flat` shows, run as it stands there."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sampler_core.run_log import RunLog
from tests.frameworks.training import BATCH, LABELS, ScheduledClassSampler, plan_of

LINES = {
    line.partition("#")[2].strip(): line.partition("  #")[0].strip()
    for line in inspect.cleandoc(RunLog.flat.__doc__ or "").splitlines() if "log.flat()" in line
}  # fmt: skip


def tensorboard(folder: Path, run: Callable[..., None]) -> dict[str, float]:
    """What TensorBoard finds in the folder that was written."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        run(writer=writer)
    found = EventAccumulator(str(folder))
    found.Reload()
    return {name: found.Scalars(name)[-1].value for name in found.Tags()["scalars"]}


def weights_and_biases(folder: Path, run: Callable[..., None]) -> dict[str, float]:
    """What its offline run is handed, and takes; its file has no public reader."""
    wandb, handed = pytest.importorskip("wandb"), dict[str, float]()
    with wandb.init(dir=str(folder), mode="offline", settings=wandb.Settings(silent=True)):
        run(wandb=SimpleNamespace(log=lambda shares, step: handed.update(shares) or wandb.log(shares, step=step)))
    assert list(folder.glob("wandb/offline-run-*/*.wandb"))
    return handed


def mlflow(folder: Path, run: Callable[..., None]) -> dict[str, float]:
    """What lies in its store of files."""
    mlflow = pytest.importorskip("mlflow")
    mlflow.set_tracking_uri(f"file:{folder}/mlruns")
    with mlflow.start_run() as logged:
        run(mlflow=mlflow)
    return dict(mlflow.get_run(logged.info.run_id).data.metrics)


LOGGERS: dict[str, Callable[[Path, Any], dict[str, float]]] = {
    "TensorBoard": tensorboard, "Weights & Biases": weights_and_biases, "MLflow": mlflow,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # theirs; W&B and MLflow are large, and tried where somebody has them
@pytest.mark.parametrize("logger", LINES)
def test_its_line_hands_the_class_shares_over(logger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    sampler = ScheduledClassSampler(LABELS, plan_of("exact"))
    log = RunLog(tmp_path / "run.jsonl", sampler)
    targets = LABELS[list(sampler)]
    for at in range(0, len(targets), BATCH):
        log.count(targets[at : at + BATCH])
    log.epoch()

    def run(**names: Any) -> None:
        exec(LINES[logger], {"log": log, "epoch": 0, **names})

    shares = {f"skewlab/share/{c}": np.mean(targets == c) for c in range(10)}
    assert LOGGERS[logger](tmp_path, run) == pytest.approx(shares)
