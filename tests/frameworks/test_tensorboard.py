"""TensorBoard gets the class shares of a run log by the line that the docstring of `RunLog.flat` shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frameworks.flat_lines import LINES, check_line


def test_each_logger_has_its_line_and_is_tried() -> None:
    """The other two in tests/engines, for they are large."""
    assert list(LINES) == ["TensorBoard", "Weights & Biases", "MLflow"]


@pytest.mark.filterwarnings("ignore")  # its own
def test_its_line_hands_the_class_shares_over(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    def logged(run) -> dict[str, float]:
        with SummaryWriter(str(tmp_path)) as writer:
            run(writer=writer)
        found = EventAccumulator(str(tmp_path))
        found.Reload()
        return {name: found.Scalars(name)[-1].value for name in found.Tags()["scalars"]}

    check_line("TensorBoard", tmp_path, logged)
