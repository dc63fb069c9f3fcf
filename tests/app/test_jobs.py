"""Jobs in child processes: whatever the work does, it ends in a result or a reason, and the server is as before."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pages.parts.server import jobs
from pages.parts.server.jobs import Job, JobError, start_spare
from tests.app.job_functions import __name__ as FUNCTIONS


def job(function, content=b"", request=None, **settings):
    return Job(f"{FUNCTIONS}:{function}", request or {}, content, **settings)


def reason(failed):
    with pytest.raises(JobError) as error:
        failed.result()
    return str(error.value)


def resident():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1e3


def test_a_job_takes_a_request_and_bytes_and_gives_what_json_can_hold():
    done = job("counts_bytes", bytes(10 << 20), {"names": ["\ud800", 1, None]})
    assert done.result() == {"size": 10 << 20, "names": ["\ud800", 1, None]}
    assert done.done
    assert done.progress == 1.0


def test_a_job_may_give_bytes_beside_its_json():
    content = bytes(range(256)) * 40_000
    assert job("returns_bytes", content).result() == ({"size": len(content)}, content[::-1])
    assert job("returns_bytes", b"").result() == ({"size": 0}, b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a memory limit")
def test_a_job_that_takes_too_much_memory_ends_in_a_sentence_and_the_server_is_as_before():
    before = resident()
    assert reason(job("takes_three_gigabytes")) == "it takes more than 2 GB of memory"
    assert reason(job("fails_to_allocate", memory=1 << 29)) == "it takes more than 0.5 GB of memory"
    assert resident() < before + 10


@pytest.mark.parametrize(
    "function", ["crashes", "leaves", "dies_while_it_returns_bytes", "makes_a_mistake", "no_such_function"]
)
def test_a_job_that_ends_its_process_says_so(function):
    assert reason(job(function)) == "it ended the process that worked on it"


def test_a_job_without_progress_counts_as_hung_and_is_killed():
    hung = job("hangs", silence=3)
    assert reason(hung) == "there was no progress for 3 s"
    assert hung._job_process.wait(1) != 0


@pytest.mark.parametrize(
    ("function", "size", "progress"),
    [("hangs", 0, 0.0), ("counts_bytes", 200 << 20, 0.0), ("hangs", 50 << 20, 0.25),
     ("returns_a_hundred_megabytes", 0, 0.75)],
    ids=["while its process starts", "while it is sent its bytes", "while it works", "while it sends its result"],
)  # fmt: skip
def test_a_job_that_is_stopped_is_gone_within_a_second(function, size, progress):
    stopped = job(function, bytes(size))
    while stopped.progress < progress:
        time.sleep(0.01)
    stopped.stop()
    assert stopped._job_process.wait(1) != 0
    stopped.wait(1)
    assert stopped.done
    assert stopped.stopped
    assert progress > 0.5 or reason(stopped) == "it was stopped"


def test_a_spare_process_is_used_once_and_leaves_out_what_is_slow_to_import():
    modules = (FUNCTIONS,)
    start_spare(modules)
    spare = jobs._spare_processes[modules]
    start_spare(modules)
    assert jobs._spare_processes[modules] is spare
    used = job("holds", modules=modules)
    assert used._job_process is spare
    assert modules not in jobs._spare_processes
    assert used.result() == []


def test_a_spare_process_that_has_died_is_not_used():
    start_spare(())
    with jobs._spare_processes[()] as spare:
        spare.kill()
    assert job("counts_bytes").result() == {"size": 0}


def test_once_nobody_uses_the_server_only_the_lasting_spare_waits_on(monkeypatch):
    monkeypatch.setattr(jobs, "_spare_processes", {})
    monkeypatch.setattr(jobs, "_lasting_spares", set())
    start_spare(())
    start_spare((FUNCTIONS,), lasting=True)
    of_sessions = jobs._spare_processes[()]
    jobs.end_spares_of_sessions()
    assert of_sessions.poll() is not None and list(jobs._spare_processes) == [(FUNCTIONS,)]
    jobs.end_spares()
    assert not jobs._spare_processes


def test_a_spare_process_ends_when_the_server_does():
    code = (
        "from pages.parts.server import jobs; jobs.start_spare(()); print(jobs._spare_processes[()].pid, flush=True);"
        "import os; os._exit(0)"
    )
    pid = subprocess.run(
        [sys.executable, "-c", code], cwd=jobs.ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    for _ in range(100):
        if sys.platform != "linux" or not Path(f"/proc/{int(pid)}").exists():
            return
        time.sleep(0.1)
    raise AssertionError("the process waits on")


def test_a_job_whose_server_has_ended_leaves_no_traceback():
    command = [sys.executable, "-m", jobs.__name__]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    process = subprocess.Popen(command, cwd=jobs.ROOT, **pipes)
    call = {"function": f"{FUNCTIONS}:counts_bytes", "request": {}, "size": 0, "memory": 4 << 30}
    process.stdout.close()
    _, errors = process.communicate(f"{json.dumps(call)}\n".encode())
    assert process.returncode == 0 and errors == b"a library that prints\n"
