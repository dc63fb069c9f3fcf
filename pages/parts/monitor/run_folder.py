"""The folder of runs that the server was started with: what lies in it, followed by one reader a run for all sessions.

The one contract here: only what a listing of the folder has shown is opened, and never a link, a pipe or a place
outside; whatever is wrong is a sentence.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TypeAlias

from pages.parts.server.served_folder import MOST_ENTRIES, is_served, served_entries, served_names
from sampler_core.formatting import printable
from sampler_core.run_log import Judgement, RunReader, judged

RUNS_FOLDER = "SKEWLAB_RUNS"  # the variable of the environment that names the folder
MOST_LISTED, MOST_FOLDERS_DEEP = 500, 4
MOST_FOLLOWED = 30  # runs in memory, those that somebody looked at last
_LOOKED_AT_EVERY, _LISTED_EVERY = 0.5, 2.0  # seconds, at most, however many sessions ask
_RANK = re.compile(r"\.rank\d+(?=\.jsonl$)")

State: TypeAlias = Judgement | str  # a run as it stands, or the sentence why there is none


class FollowedRun:
    """A run of the folder, read for all sessions by one reader, which reads what was appended."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder, self._path = folder, path
        self._reader, self._lock = RunReader(path), Lock()
        self._state: State | None = None
        self._looked_at = 0.0

    def look(self) -> State:
        """The run as it stands: the very same as before where nothing has come."""
        with self._lock:
            if self._state is None or monotonic() - self._looked_at >= _LOOKED_AT_EVERY:
                self._state, self._looked_at = self._read(), monotonic()
            return self._state

    def _read(self) -> State:
        name = printable(self._path.name)
        try:
            if not is_served(self._path, self._folder):
                return f"{name} lies outside the folder of runs, so it is not read."
            run = self._reader.read()
        except FileNotFoundError:
            return f"{name} is not there any more."
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}."
        except ValueError as error:
            return f"{name} cannot be read: {error}."
        return self._state if isinstance(self._state, Judgement) and self._state.run is run else judged(run)


class RunFolder:
    """The logs below a folder, by names that can be shown."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._paths: dict[str, Path] = {}
        self._listed_at: float | None = None
        self._followed: OrderedDict[Path, FollowedRun] = OrderedDict()

    @property
    def problem(self) -> str:
        """Why there are no runs, in a sentence; "" where there are."""
        if not self._folder.is_dir():
            return f"{RUNS_FOLDER} must name a folder, and what it names is none: no runs are listed."
        return "" if self.names() else "There is no run log (a file that ends in .jsonl) in the folder of runs yet."

    def names(self) -> list[str]:
        """The runs, the one written last in front; at most `MOST_LISTED`."""
        with self._lock:
            if self._listed_at is None or monotonic() - self._listed_at >= _LISTED_EVERY:
                logs = _logs(self._folder)
                named = served_names(sorted(logs), self._folder)  # whatever order they are listed in
                self._paths = dict(sorted(named.items(), key=lambda item: logs.index(item[1])))
                self._listed_at = monotonic()
            return list(self._paths)

    def look(self, name: str) -> State:
        """A run as it stands; a sentence where it cannot be read, or is not one of the folder."""
        with self._lock:
            path = self._paths.get(name)
            if path is None:
                return f"The folder of runs has no {printable(name)}."
            followed = self._followed.setdefault(path, FollowedRun(self._folder, path))
            self._followed.move_to_end(path)
            if len(self._followed) > MOST_FOLLOWED:
                self._followed.popitem(last=False)
        return followed.look()


@cache
def run_folder() -> RunFolder | None:
    """That of this server; None where it was started without one."""
    folder = os.environ.get(RUNS_FOLDER)
    return RunFolder(Path(folder)) if folder else None


def _logs(folder: Path) -> list[Path]:
    """The logs, newest first, without those of other ranks that lie beside that of rank 0."""
    found = dict(islice(_entries(folder, MOST_FOLDERS_DEEP), MOST_ENTRIES))
    logs = [path for path in found if path.suffix == ".jsonl"]
    firsts = [path for path in logs if not _RANK.search(path.name) or _of_rank_0(path) not in found]
    return sorted(firsts, key=lambda path: (-found[path], str(path)))[:MOST_LISTED]


def _of_rank_0(path: Path) -> Path:
    return path.with_name(_RANK.sub("", path.name))


def _entries(folder: Path, deep: int) -> Iterator[tuple[Path, float]]:
    """What is no folder, with the time it was written; links are not followed."""
    for entry in served_entries(folder):
        try:
            if not entry.is_dir(follow_symlinks=False):
                yield Path(entry.path), entry.stat(follow_symlinks=False).st_mtime
            elif deep:
                yield from _entries(Path(entry.path), deep - 1)
        except OSError:  # gone by now
            continue
