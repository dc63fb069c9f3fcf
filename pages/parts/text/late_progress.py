"""Progress of work within a run of the page, shown only where it takes a while: what is quick does not flicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import streamlit as st

PATIENCE = 0.5  # seconds before it shows
_INTERVAL = 0.1  # seconds between two reports, at least


@contextmanager
def late_progress(words: str) -> Iterator[Callable[[float], None]]:
    """A progress callback; the bar with these words is gone with the work.

    Where the user has changed something meanwhile, showing it ends the run, and the work with it.
    """
    place, due = st.empty(), monotonic() + PATIENCE

    def show(fraction: float) -> None:
        nonlocal due
        if monotonic() >= due:
            place.progress(fraction, words)
            due = monotonic() + _INTERVAL

    yield show
    place.empty()
