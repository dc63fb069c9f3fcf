"""Progress within a run of the page: nothing for what is quick, a bar for what is not. The log leaves out no news."""

import logging

import pytest

from pages.parts.server.server_log import leave_out_ended_fragments
from pages.parts.text import late_progress


class Place:
    """A placeholder that remembers what it showed."""

    def __init__(self):
        self.shown = []

    def progress(self, fraction, words):
        self.shown.append((fraction, words))

    def empty(self):
        self.shown.append("gone")


@pytest.mark.parametrize(("at", "shown"), [((0.1, 0.4), []), ((0.1, 0.6, 0.65, 0.9), [0.6, 0.9])])
def test_what_is_quick_shows_no_progress_and_what_is_not_does(monkeypatch, at, shown):
    place, clock = Place(), [0.0]
    monkeypatch.setattr(late_progress.st, "empty", lambda: place)
    monkeypatch.setattr(late_progress, "monotonic", lambda: clock[0])
    with late_progress.late_progress("Looking") as progress:
        for clock[0] in at:
            progress(clock[0])
    assert place.shown == [*((fraction, "Looking") for fraction in shown), "gone"]


def test_a_fragment_that_has_gone_is_no_news_and_all_else_is():
    leave_out_ended_fragments()
    logger = logging.getLogger("streamlit.runtime.app_session")
    gone, other = (
        logger.makeRecord(logger.name, logging.INFO, "", 0, message, ("1",), None)
        for message in ("The fragment with id %s does not exist anymore - it", "Discarding %s")
    )
    assert not logger.filter(gone)
    assert logger.filter(other)
