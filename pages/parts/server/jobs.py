"""Long work in a child process: progress, a memory limit, a time limit without progress, a kill, a result.

The one contract here: whatever the work does (hang, crash, take all memory), it ends in a result or in a `JobError`,
and the server's own memory is as before. `run_job` is what the child process does.

NOTE job-protocol: a line of JSON and `size` raw bytes go in, lines of JSON come out; nothing is pickled or on a disk:
    -> {"function": "module:name", "request": {"name": "a.txt"}, "memory": 2147483648, "size": 3}, then b"a\\nb"
    <- {"progress": 0.5, "news": [...]}, at last {"result": {...}, "news": [...]} or {"out_of_memory": true}
A result that is a pair of JSON and bytes is {"result": {...}, "news": [...], "size": 3}, then the bytes.
Only Linux has a memory limit; elsewhere the work runs without one.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TextIO

ROOT = Path(__file__).parents[3]
JOB_MEMORY = 2 << 30  # bytes
JOB_SILENCE = 60.0  # seconds without a line after which the work counts as hung
PROGRESS_INTERVAL = 0.1  # seconds between progress lines, at least
_spare_processes: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
_lasting_spares: set[tuple[str, ...]] = set()


class JobError(Exception):
    """Why work has no result, as the end of a sentence: "it takes more than 2 GB of memory"."""


class Job:
    """Runs `job_function` ("module:name") of `request`, `job_content` and a progress callback; starts at once.

    The function returns what JSON can hold, or a pair of that and bytes. `modules` are imported first, before the call
    where `start_spare` did so. news: what the function has reported beside its progress, in that order.
    """

    def __init__(
        self, job_function: str, request: Mapping[str, Any], job_content: bytes = b"", modules: tuple[str, ...] = (),
        memory: int = JOB_MEMORY, silence: float = JOB_SILENCE,
    ) -> None:  # fmt: skip
        self.progress, self.stopped = 0.0, False
        self.news: list[Any] = []
        self._memory, self._silence = memory, silence
        self._job_result, self._messages = Future[Any](), SimpleQueue[dict[str, Any]]()
        self._job_process = _job_process(modules)
        job_call = {"function": job_function, "request": request, "memory": memory, "size": len(job_content)}
        call_line = json.dumps(job_call).encode() + b"\n"
        Thread(target=self._exchange_with_process, args=(call_line, job_content), daemon=True).start()
        Thread(target=self._supervise_job, daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._job_result.done()

    def wait(self, seconds: float) -> None:
        """Waits until the job is done, at most for so long."""
        wait([self._job_result], seconds)

    def result(self) -> Any:
        """What the function returned, or `JobError`. Waits until the job is done."""
        return self._job_result.result()

    def when_done(self, call: Callable[[], object]) -> None:
        """Has this called once the job is done, in whatever thread."""
        self._job_result.add_done_callback(lambda _: call())

    def stop(self) -> None:
        """Kills the process."""
        self.stopped = True
        self._job_process.kill()

    def _exchange_with_process(self, call_line: bytes, job_content: bytes) -> None:
        with self._job_process as process, suppress(OSError, ValueError):  # it may end in the middle of anything
            assert process.stdin is not None and process.stdout is not None
            with suppress(OSError), process.stdin as pipe:
                pipe.writelines([call_line, job_content])
            for message_line in process.stdout:
                job_message = json.loads(message_line)
                if "size" in job_message:
                    content = process.stdout.read(job_message["size"])
                    if len(content) < job_message["size"]:
                        break
                    job_message["result"] = job_message["result"], content
                self._messages.put(job_message)
        self._messages.put({})

    def _supervise_job(self) -> None:
        job_error = "it ended the process that worked on it"
        try:
            while job_message := self._messages.get(timeout=self._silence):
                self.news += job_message.get("news", ())
                if "result" in job_message:
                    self.progress = 1.0
                    self._job_result.set_result(job_message["result"])
                    return
                if "out_of_memory" in job_message:
                    job_error = f"it takes more than {self._memory / (1 << 30):g} GB of memory"
                self.progress = job_message.get("progress", self.progress)
        except Empty:
            job_error = f"there was no progress for {self._silence:g} s"
        finally:
            self._job_process.kill()
        self._job_result.set_exception(JobError("it was stopped" if self.stopped else job_error))


def start_spare(modules: tuple[str, ...], lasting: bool = False) -> None:
    """Start the process of the next job with these modules now, so that it need not wait for their imports.

    lasting: it waits while nobody uses the server, too.
    """
    if lasting:
        _lasting_spares.add(modules)
    if modules not in _spare_processes:
        _spare_processes[modules] = _start_job_process(modules)


def _job_process(modules: tuple[str, ...]) -> subprocess.Popen[bytes]:
    spare = _spare_processes.pop(modules, None)
    return spare if spare is not None and spare.poll() is None else _start_job_process(modules)


def _start_job_process(modules: tuple[str, ...]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __name__, *modules]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@atexit.register
def end_spares() -> None:
    """Kills the processes that wait for a job."""
    _end_spares(list(_spare_processes))


def end_spares_of_sessions() -> None:
    """Kills those that wait for a job and do not last."""
    _end_spares([modules for modules in _spare_processes if modules not in _lasting_spares])


def _end_spares(spares: list[tuple[str, ...]]) -> None:
    for modules in spares:
        if (spare := _spare_processes.pop(modules, None)) is not None:  # else a job has just begun in it
            with spare as process:
                process.kill()


def run_job(modules: list[str]) -> None:
    """Imports `modules`, then runs the one call that comes on standard input. A spare that is not used gets none."""
    job_messages = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to the server's log
    for module in modules:
        with suppress(ImportError):
            import_module(module)
    if message_line := sys.stdin.buffer.readline():
        job_call = json.loads(message_line)
        _limit_job_memory(job_call["memory"])
        try:
            job_content = sys.stdin.buffer.read(job_call["size"])
            module, _, name = job_call["function"].partition(":")
            job_function, report = getattr(import_module(module), name), ProgressReport(job_messages)
            result, content = job_function(job_call["request"], job_content, report), b""
            job_message = {"result": result, "news": report.news}
            if isinstance(result, tuple):
                result, content = result
                job_message |= {"result": result, "size": len(content)}
        except MemoryError:
            job_message, content = {"out_of_memory": True}, b""
        print(json.dumps(job_message), file=job_messages, flush=True)
        job_messages.buffer.write(content)
        job_messages.buffer.flush()


def _limit_job_memory(most: int) -> None:
    """Allocations past `most` bytes fail from now on. RLIMIT_DATA counts what can be written, not what is reserved."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


class ProgressReport:
    """A progress callback that writes a line, not too often, with all news since the last one."""

    def __init__(self, job_messages: TextIO) -> None:
        self.news: list[Any] = []  # that no line has brought yet
        self._job_messages, self._due = job_messages, 0.0

    def __call__(self, share: float, *news: Any) -> None:
        self.news += news
        if monotonic() >= self._due:
            print(json.dumps({"progress": share, "news": self.news}), file=self._job_messages, flush=True)
            self.news.clear()
            self._due = monotonic() + PROGRESS_INTERVAL


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the server has ended
        run_job(sys.argv[1:])
    os._exit(0)  # threads that a library has left end without a word
