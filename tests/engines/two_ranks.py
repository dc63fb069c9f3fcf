"""What two ranks of a training must have seen under any engine."""

from __future__ import annotations

from pathlib import Path

from tests.engines.ranks import DONE, EPOCHS, PLAN
from tests.frameworks.training import of_rank, stream, torchrun


def draw_the_stream_and_go_on(engine: str, out: Path) -> None:
    """Batch b of rank r is batch b W + r of the one-process stream, also from a state within an epoch on."""
    for rank, seen in enumerate(torchrun("ranks", 2, out, engine, folder="engines")):
        expected = [batch for epoch in range(EPOCHS) for batch in of_rank(stream(PLAN, epoch), rank, 2)]
        assert seen["batches"] == expected
        assert seen["rest"] == expected[DONE:]
        assert seen.get("repeated", expected) == expected
