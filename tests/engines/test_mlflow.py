"""MLflow, with its store of files, gets the class shares of a run log by the line that `RunLog.flat` shows."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest

from tests.frameworks.flat_lines import check_line


@pytest.mark.filterwarnings("ignore")  # its own
def test_its_line_hands_the_class_shares_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file:{tmp_path}/mlruns")

    def logged(run) -> dict[str, float]:
        with mlflow.start_run() as stored:
            run(mlflow=mlflow)
        return dict(mlflow.get_run(stored.info.run_id).data.metrics)

    check_line("MLflow", tmp_path, logged)
