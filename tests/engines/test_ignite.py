"""PyTorch-Ignite with two real ranks."""

from pathlib import Path

from tests.engines.two_ranks import draw_the_stream_and_go_on


def test_two_ranks_draw_the_stream_and_go_on_within_an_epoch(tmp_path: Path) -> None:
    draw_the_stream_and_go_on("Ignite", tmp_path)
