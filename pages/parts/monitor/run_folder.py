"""The folder of runs that the server was started with: what lies in it, followed by one reader a run for all sessions.

The one contract here: only what a listing of the folder has shown is opened; whatever is wrong is a sentence.
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

from pages.parts.monitor.followed_run import FollowedRun, State
from pages.parts.server.served_folder import MOST_ENTRIES, served_entries, served_names
from sampler_core.formatting import printable

RUNS_FOLDER = "SKEWLAB_RUNS"  # the variable of the environment that names the folder
MOST_LISTED, MOST_FOLDERS_DEEP = 500, 4
MOST_FOLLOWED, LEAST_FOLLOWED = 30, 6  # runs in memory, those that somebody looked at last
MOST_HELD = 1 << 25  # numbers in them, if there are more than the least
_LISTED_EVERY = 2.0  # seconds, at most, however many sessions ask
_RANK = re.compile(r"\.rank\d+(?=\.jsonl$)")


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
            while len(self._followed) > LEAST_FOLLOWED and self._are_too_many():
                self._followed.popitem(last=False)
        return followed.look()

    def _are_too_many(self) -> bool:
        held = sum(one.entries for one in self._followed.values())
        return len(self._followed) > MOST_FOLLOWED or held > MOST_HELD


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
