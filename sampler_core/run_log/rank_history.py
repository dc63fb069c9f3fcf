"""The windows of one rank as they were written, found by where they stand in its file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from sampler_core.run_log.run import LoggedWindow, Run


class RankHistory:
    """All windows of a rank, those that no longer count too. segment: as in `LoggedWindow`."""

    def __init__(self, windows: Sequence[LoggedWindow]) -> None:
        self._windows = sorted(windows, key=lambda window: window.segment)
        self._segments = [window.segment for window in self._windows]

    def before(self, segment: int) -> LoggedWindow | None:
        """The last window before a segment."""
        at = bisect_left(self._segments, segment)
        return self._windows[at - 1] if at else None

    def within(self, segment: int) -> Sequence[LoggedWindow]:
        """Those of a segment."""
        return self._windows[bisect_left(self._segments, segment) : bisect_left(self._segments, segment + 1)]

    def since(self, segment: int) -> LoggedWindow | None:
        """The first window of a segment or later ones."""
        return next(iter(self._windows[(at := bisect_left(self._segments, segment)) : at + 1]), None)


def rank_histories(run: Run) -> Mapping[int, RankHistory]:
    """Of each rank that has written a window or resumed."""
    windows: dict[int, list[LoggedWindow]] = {resume.rank: [] for resume in run.resumes}
    for window in run.all_windows:
        windows.setdefault(window.draw.rank, []).append(window)
    return {rank: RankHistory(of_rank) for rank, of_rank in windows.items()}
