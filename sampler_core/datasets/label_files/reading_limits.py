"""What a file may ask of the machine that reads it, and how far the reading has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sampler_core.datasets.label_files.errors import FromProgress, ReadingStopped

Progress = Callable[[float], object]  # takes the share that is read; returns False to stop, or raises


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a file. Sizes in bytes.

    `unpacked` bounds what a .gz or .npz may unpack to, `ratio` how many times its size that may be (asked only beyond
    64 MiB, since short files of one label pack well), `in_memory` what must be unpacked as a whole (Parquet in .gz, a
    batch of Arrow).
    """

    unpacked: int = 16 << 30
    ratio: int = 250
    in_memory: int = 256 << 20
    rows: int = 2_000_000_000
    classes: int = 100_000
    name_length: int = 1_000


def report(progress: Progress | None, share: float) -> None:
    """Tell how far it is; `ReadingStopped` when the function says False."""
    if progress is None:
        return
    try:
        go_on = progress(min(max(share, 0.0), 1.0))
    except Exception as error:
        raise FromProgress(error) from error
    if go_on is False:
        raise ReadingStopped("reading was stopped; nothing was changed")
