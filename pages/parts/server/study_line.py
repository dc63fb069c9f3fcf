"""Studies on this server: one runs at a time, in a child process; others wait in line, and each is known by an id.

The one contract here: a study belongs to no session. It goes on when its page is left, is found again by its id, which
nobody can guess, for an hour after its end, and whatever happens to it is a result or the reason why there is none.
A restart of the server ends all of them.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from time import monotonic
from typing import Any, Literal

from pages.parts.server.downloads import upload_is_gone
from pages.parts.server.jobs import Job, JobError

KEPT = 3600.0  # seconds after its end
MOST_KEPT, MOST_WAITING = 20, 10
State = Literal["waiting", "running", "finished", "failed", "cancelled"]


class LineIsFullError(RuntimeError):
    """No more studies can wait."""


@dataclass(eq=False)
class ServedStudy:
    """A study of the line. about: what its pages need to know of it, whoever opens them.

    result: what the job's `result` gave; error: why there is none, as the end of a sentence. job: while it runs.
    """

    about: Mapping[str, Any]
    make_job: Callable[[], Job] | None  # None once it runs: an upload is held no longer than it waits
    id: str = field(default_factory=lambda: secrets.token_hex(12))
    state: State = "waiting"
    job: Job | None = None
    result: Any = None
    error: str = ""
    began: float = 0.0
    ended: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it runs no more."""
        return self.state in ("finished", "failed", "cancelled")

    @property
    def seconds(self) -> float:
        """How long it ran, once it is over."""
        return self.ended - self.began


_lock = RLock()  # sessions and the threads of jobs
_studies: dict[str, ServedStudy] = {}  # in the order in which they were started


def start_study(make_job: Callable[[], Job], about: Mapping[str, Any]) -> ServedStudy:
    """Puts a study at the end of the line; it runs at once where the line is empty. `LineIsFullError`.

    make_job: starts its process when it is its turn.
    """
    with _lock:
        forget_ended()
        if sum(study.state == "waiting" for study in _studies.values()) >= MOST_WAITING:
            raise LineIsFullError(f"{MOST_WAITING} studies wait on this server already. Try again in a few minutes")
        study = ServedStudy(about, make_job)
        _studies[study.id] = study
        _run_next()
    return study


def study_of(study_id: str) -> ServedStudy | None:
    """The study with this id; None where the server has none, or has it no longer."""
    with _lock:
        forget_ended()
        return _studies.get(study_id)


def studies_before(study: ServedStudy) -> int:
    """How many studies come before one that waits, the running one among them."""
    with _lock:
        places = [other for other in _studies.values() if not other.is_over]
        return places.index(study) if study in places else 0


def finished_studies() -> list[ServedStudy]:
    """The studies that finished, of those that are known, the last one first."""
    with _lock:
        finished = [study for study in _studies.values() if study.state == "finished"]
        return sorted(finished, key=lambda study: -study.ended)


def cancel_study(study_id: str) -> None:
    """Takes a study out of the line, or stops it."""
    with _lock:
        study = _studies.get(study_id)
        if study is not None and study.state == "waiting":
            _end(study, "cancelled")
        elif study is not None and study.job is not None:
            study.job.stop()


def forget_study(study_id: str) -> None:
    """Stops a study and forgets all of it."""
    with _lock:
        cancel_study(study_id)
        if _studies.pop(study_id, None) is not None:
            upload_is_gone.set()  # what somebody downloaded of it names its classes


def forget_ended(now: float | None = None) -> int:
    """Forgets the studies that ended more than `KEPT` seconds ago, and the oldest of too many; how many.

    now: on the clock of `time.monotonic`.
    """
    now = monotonic() if now is None else now
    with _lock:
        over = sorted((study for study in _studies.values() if study.is_over), key=lambda study: study.ended)
        gone = [study for study in over if now - study.ended > KEPT] or over[: max(0, len(over) - MOST_KEPT)]
        for study in gone:
            forget_study(study.id)
        return len(gone)


async def watch_studies() -> None:
    """For as long as the server runs: forget studies whose hour is over, whether anybody asks or not."""
    while True:
        await asyncio.sleep(60)
        if forget_ended():
            gc.collect()


@atexit.register
def stop_studies() -> None:
    """Ends all studies; no process outlives the server."""
    with _lock:
        for study_id in list(_studies):
            forget_study(study_id)


def _run_next() -> None:
    if any(study.state == "running" for study in _studies.values()):
        return
    study = next((study for study in _studies.values() if study.state == "waiting"), None)
    if study is None or study.make_job is None:
        return
    make_job, study.make_job = study.make_job, None
    study.state, study.began = "running", monotonic()
    study.job = make_job()
    study.job.when_done(lambda: _take_result(study))


def _take_result(study: ServedStudy) -> None:
    job = study.job
    assert job is not None
    try:
        result = job.result()
        with _lock:
            study.result = result
            _end(study, "finished")
    except JobError as error:
        with _lock:
            study.error = str(error)
            _end(study, "cancelled" if job.stopped else "failed")
    except Exception as error:  # a result that cannot be read is no reason to stop the line
        with _lock:
            study.error = f"its result cannot be read ({type(error).__name__})"
            _end(study, "failed")
            raise
    finally:
        with _lock:
            _run_next()


def _end(study: ServedStudy, state: State) -> None:
    study.state, study.make_job, study.job, study.ended = state, None, None, monotonic()
