"""The child process of a job: reads its call, runs the function, writes progress and result (see `jobs`)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from time import monotonic
from typing import TextIO

Report = Callable[[float], None]
INTERVAL = 0.1  # seconds between progress lines, at least


def main(modules: list[str]) -> None:
    """Imports `modules`, then runs the one call that comes on standard input. A spare that is not used gets none."""
    messages = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to the server's log
    for module in modules:
        with suppress(ImportError):
            import_module(module)
    if line := sys.stdin.buffer.readline():
        call = json.loads(line)
        limit_memory(call["memory"])
        try:
            content = sys.stdin.buffer.read(call["size"])
            module, _, name = call["function"].partition(":")
            message = {"result": getattr(import_module(module), name)(call["request"], content, reporting_to(messages))}
        except MemoryError:
            message = {"out_of_memory": True}
        print(json.dumps(message), file=messages, flush=True)


def limit_memory(most: int) -> None:
    """Allocations past `most` bytes fail from now on. RLIMIT_DATA counts what can be written, not what is reserved."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def reporting_to(messages: TextIO) -> Report:
    """A progress callback that writes a line, not too often."""
    due = 0.0

    def report(share: float) -> None:
        nonlocal due
        if monotonic() >= due:
            print(json.dumps({"progress": share}), file=messages, flush=True)
            due = monotonic() + INTERVAL

    return report


if __name__ == "__main__":
    main(sys.argv[1:])
