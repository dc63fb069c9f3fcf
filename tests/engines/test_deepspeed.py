"""DeepSpeed with two real ranks on CPUs."""

from pathlib import Path

import pytest

from tests.engines.two_ranks import draw_the_stream_and_go_on


def test_two_ranks_draw_the_stream_and_go_on_within_an_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DS_ACCELERATOR", "cpu")
    draw_the_stream_and_go_on("DeepSpeed", tmp_path)
