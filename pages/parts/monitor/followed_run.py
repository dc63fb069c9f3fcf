"""A run of the folder that the server follows, read once for all sessions.

The one contract here: never a link, a pipe or a place outside of the folder is read; whatever is wrong is a sentence;
more than a little is read in a child process, so that a log of any size takes no time from other sessions.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from time import monotonic
from typing import NamedTuple, TypeAlias

from pages.parts.monitor.log_job import FolderLogJob, check_classes
from pages.parts.server.jobs import JobError
from pages.parts.server.served_folder import is_served
from sampler_core.formatting import printable
from sampler_core.run_log import Judgement, RunReader, judged

MOST_AT_ONCE = 1 << 20  # bytes that the server reads itself, some 50 ms
MOST_READING = 2  # child processes; other runs wait
_LOOKED_AT_EVERY = 0.5  # seconds, at most, however many sessions ask


class Reading(NamedTuple):
    """A run that is being read; job: None while it waits for others."""

    job: FolderLogJob | None

    @property
    def progress(self) -> float:
        """The part that was read."""
        return 0.0 if self.job is None else self.job.progress


State: TypeAlias = Judgement | str | Reading  # a run as it stands, the sentence why there is none, or neither yet


class FollowedRun:
    """A run of the folder, read for all sessions by one reader, which reads what was appended."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder, self._path = folder, path
        self._reader, self._lock = RunReader(path), Lock()
        self._state: State | None = None
        self._looked_at = 0.0
        self._failure: tuple[JobError, int] | None = None  # and the bytes that were to be read

    @property
    def entries(self) -> int:
        """Numbers in memory."""
        return self._reader.entries

    def look(self) -> State:
        """The run as it stands: the very same as before where nothing has come."""
        with self._lock:
            is_due = monotonic() - self._looked_at >= _LOOKED_AT_EVERY
            if self._state is None or isinstance(self._state, Reading) or is_due:
                self._state, self._looked_at = self._read(), monotonic()
            return self._state

    def _read(self) -> State:
        name = printable(self._path.name)
        try:
            if not is_served(self._path, self._folder):
                return f"{name} lies outside the folder of runs, so it is not read."
            if (reading := self._read_in_a_job()) is not None:
                return reading
            run = self._reader.read()
            check_classes(run.class_counts.num_classes)
        except FileNotFoundError:
            return f"{name} is not there any more."
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}."
        except (ValueError, JobError) as error:
            return f"{name} cannot be read: {error}."
        return self._state if isinstance(self._state, Judgement) and self._state.run is run else judged(run)

    def _read_in_a_job(self) -> Reading | None:
        """None where little is left to read; `JobError` where the process has failed on a file no larger than now."""
        if isinstance(self._state, Reading) and self._state.job is not None:
            if not self._state.job.done:
                return self._state
            try:
                self._reader = self._state.job.reader()
            except JobError as error:
                self._failure = error, self._reader.appended()
                raise
        appended = self._reader.appended()
        if appended <= MOST_AT_ONCE:
            return None
        if self._failure is not None and appended >= self._failure[1]:
            raise self._failure[0]
        return Reading(FolderLogJob(self._path) if FolderLogJob.running() < MOST_READING else None)
