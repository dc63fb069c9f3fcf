"""A process that trains beside others, which come first: on a server those are its pages."""

from __future__ import annotations

import os

NICE = 10


def yield_to_other_processes() -> None:
    """From now on this process has a low priority, and one thread of torch less than there are cores: threads that wait
    for each other spin."""
    import torch

    if hasattr(os, "nice"):
        os.nice(NICE)
    torch.set_num_threads(max(1, _cores() - 1))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
