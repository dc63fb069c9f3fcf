"""Servers for tests and benchmarks: each started, waited for and ended in one place."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
APP = ROOT / "app.py"
WRONG = ("Traceback", "ERROR", "WARNING", "Warning:")  # .ci/run knows these words
STARTS_WITHIN, ENDS_WITHIN = 60, 20  # seconds


@dataclass(frozen=True)
class Server:
    """A server that runs. url: of its pages; log: the file that it writes."""

    process: subprocess.Popen[Any]
    port: int
    url: str
    log: Path

    def wrong_lines(self) -> list[str]:
        """What the log says that it should not."""
        return [line for line in self.log.read_text().splitlines() if any(word in line for word in WRONG)]

    def processor_seconds(self) -> float:
        """What it has used so far (Linux)."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Resident memory (Linux)."""
        return resident_megabytes(self.process.pid)


def resident_megabytes(process: int) -> float:
    """Memory that a process holds (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1e3


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def started(command: Sequence[str], port: int, log: Path, *, path: str = "", **options: Any) -> Iterator[Server]:
    """A server, healthy, ended with the block. path: in front of its pages; options: of `subprocess.Popen`."""
    url = f"http://127.0.0.1:{port}{path}"
    with log.open("w") as out:
        process = subprocess.Popen(command, **{"cwd": ROOT, "stdout": out, "stderr": out} | options)
    try:
        _wait_until_healthy(url, process, log)
        yield Server(process, port, url, log)
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN)


@contextmanager
def streamlit_server(log: Path, script: Path = APP, folder: Path | None = None) -> Iterator[Server]:
    """A freshly started `streamlit run` of the script, which may import from this repository.

    folder: whose settings it has; those beside the script, if none is given.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}",
               "--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none",
               "--browser.gatherUsageStats=false"]  # fmt: skip
    known = os.environ | {"PYTHONPATH": str(ROOT)}
    with started(command, port, log, cwd=folder or script.parent, env=known) as server:
        yield server


@contextmanager
def clean_server(log: Path) -> Iterator[str]:
    """The URL of a freshly started server of ours; its log must hold no traceback, error or warning when it ends."""
    with streamlit_server(log) as server:
        yield server.url
    assert not server.wrong_lines(), f"the server's log must be clean, got\n{log.read_text()}"


def _wait_until_healthy(url: str, process: subprocess.Popen[Any], log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            if urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read() == b"ok":
                return
        except OSError:
            threading.Event().wait(0.1)
    raise RuntimeError(log.read_text())
