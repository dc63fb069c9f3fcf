"""Long work in a child process: progress, a memory limit, a time limit without progress, a kill, a result.

The one contract here: whatever the work does (hang, crash, take all memory), it ends in a result or in a `JobError`,
and the server's own memory is as before.

NOTE job-protocol: a line of JSON and `size` raw bytes go in, lines of JSON come out; nothing is pickled or on a disk:
    -> {"function": "module:name", "request": {"name": "a.txt"}, "memory": 2147483648, "size": 3}, then b"a\\nb"
    <- {"progress": 0.5}, at last {"result": {...}} or {"out_of_memory": true}
Only Linux has a memory limit; elsewhere the work runs without one.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

ROOT = Path(__file__).parents[3]
MEMORY = 2 << 30  # bytes
SILENCE = 60.0  # seconds without a line after which the work counts as hung
_spares: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}


class JobError(Exception):
    """Why work has no result, as the end of a sentence: "it takes more than 2 GB of memory"."""


class Job:
    """Runs `function` ("module:name") of `request`, `content` and a progress callback; starts at once.

    The function returns what JSON can hold. `modules` are imported first, before the call where `start_spare` did so.
    """

    def __init__(
        self, function: str, request: Mapping[str, Any], content: bytes = b"", modules: tuple[str, ...] = (),
        memory: int = MEMORY, silence: float = SILENCE,
    ) -> None:  # fmt: skip
        self.progress = 0.0
        self._memory, self._silence, self._stopped = memory, silence, False
        self._future, self._lines = Future[Any](), SimpleQueue[bytes]()
        self._process = _spare_or_new(modules)
        call = {"function": function, "request": request, "memory": memory, "size": len(content)}
        Thread(target=self._exchange, args=(json.dumps(call).encode() + b"\n", content), daemon=True).start()
        Thread(target=self._supervise, daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._future.done()

    def wait(self, seconds: float) -> None:
        """Waits until the job is done, at most for so long."""
        wait([self._future], seconds)

    def result(self) -> Any:
        """What the function returned, or `JobError`. Waits until the job is done."""
        return self._future.result()

    def stop(self) -> None:
        """Kills the process."""
        self._stopped = True
        self._process.kill()

    def _exchange(self, call: bytes, content: bytes) -> None:
        with self._process as process, suppress(OSError):  # it may end before it has read everything
            assert process.stdin is not None and process.stdout is not None
            with suppress(OSError), process.stdin as pipe:
                pipe.writelines([call, content])
            for line in process.stdout:
                self._lines.put(line)
        self._lines.put(b"")

    def _supervise(self) -> None:
        reason = "it ended the process that worked on it"
        try:
            while line := self._lines.get(timeout=self._silence):
                message = json.loads(line)
                if "result" in message:
                    self.progress = 1.0
                    self._future.set_result(message["result"])
                    return
                if "out_of_memory" in message:
                    reason = f"it takes more than {self._memory / (1 << 30):g} GB of memory"
                self.progress = message.get("progress", self.progress)
        except Empty:
            reason = f"there was no progress for {self._silence:g} s"
        except ValueError:  # killed in the middle of a line
            pass
        finally:
            self._process.kill()
        self._future.set_exception(JobError("it was stopped" if self._stopped else reason))


def start_spare(modules: tuple[str, ...]) -> None:
    """Start the process of the next job with these modules now, so that it need not wait for their imports."""
    if modules not in _spares:
        _spares[modules] = _start(modules)


def _spare_or_new(modules: tuple[str, ...]) -> subprocess.Popen[bytes]:
    spare = _spares.pop(modules, None)
    return spare if spare is not None and spare.poll() is None else _start(modules)


def _start(modules: tuple[str, ...]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pages.parts.server.job_process", *modules]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@atexit.register
def end_spares() -> None:
    """Kills the processes that wait for a job."""
    while _spares:
        with _spares.popitem()[1] as process:
            process.kill()
