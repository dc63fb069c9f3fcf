"""Weights & Biases, offline, gets the class shares of a run log by the line that `RunLog.flat` shows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import wandb

from tests.frameworks.flat_lines import check_line


@pytest.mark.filterwarnings("ignore")  # its own
def test_its_line_hands_the_class_shares_over(tmp_path: Path) -> None:
    """What its offline run is handed, and takes; its file has no public reader."""

    def logged(run) -> dict[str, float]:
        handed: dict[str, float] = {}
        with wandb.init(dir=str(tmp_path), mode="offline", settings=wandb.Settings(silent=True)):
            run(wandb=SimpleNamespace(log=lambda shares, step: handed.update(shares) or wandb.log(shares, step=step)))
        assert list(tmp_path.glob("wandb/offline-run-*/*.wandb"))
        return handed

    check_line("Weights & Biases", tmp_path, logged)
