"""The line of studies: one at a time, whatever becomes of each, and nothing is kept longer than an hour."""

from concurrent.futures import Future

import pytest

from pages.parts.server import study_line
from pages.parts.server.jobs import JobError
from pages.parts.server.study_line import (
    KEPT,
    MOST_KEPT,
    MOST_WAITING,
    LineIsFullError,
    cancel_study,
    forget_ended,
    forget_study,
    start_study,
    stop_studies,
    studies_before,
    study_of,
)


class HeldJob:
    """A job that ends when the test says so."""

    def __init__(self):
        self.future, self.stopped, self.progress, self.news = Future(), False, 0.0, []

    def when_done(self, call):
        self.future.add_done_callback(lambda _: call())

    def result(self):
        return self.future.result()

    def stop(self):
        self.stopped = True
        self.future.set_exception(JobError("it was stopped"))


@pytest.fixture(autouse=True)
def empty_line(monkeypatch):
    monkeypatch.setattr(study_line, "_studies", {})


def started():
    return start_study(HeldJob, {})


def states(*studies):
    return [study.state for study in studies]


def test_one_study_runs_at_a_time_and_the_others_know_their_place():
    first, second, third = started(), started(), started()
    assert states(first, second, third) == ["running", "waiting", "waiting"]
    assert [studies_before(one) for one in (first, second, third)] == [0, 1, 2]
    assert len({first.id, second.id, third.id}) == 3 and min(map(len, (first.id, second.id))) >= 20, "not to be guessed"
    first.job.future.set_result("found")
    assert states(first, second, third) == ["finished", "running", "waiting"]
    assert (first.result, first.job, studies_before(third)) == ("found", None, 1)
    assert study_of(first.id) is first


def test_a_study_that_is_cancelled_fails_or_gives_nonsense_lets_the_next_one_run():
    running, waiting, failing, odd, last = (started() for _ in range(5))
    cancel_study(waiting.id)
    job = running.job
    cancel_study(running.id)
    assert states(running, waiting, failing) == ["cancelled", "cancelled", "running"] and job.stopped
    failing.job.future.set_exception(JobError("it takes more than 8 GB of memory"))
    assert (failing.state, failing.error, odd.state) == ("failed", "it takes more than 8 GB of memory", "running")
    odd.job.future.set_exception(KeyError("tables"))
    assert (odd.state, last.state) == ("failed", "running")
    cancel_study(odd.id)
    assert odd.state == "failed", "what is over stays as it ended"
    cancel_study("no such study")


def test_an_upload_is_held_no_longer_than_its_study_waits():
    first, second = started(), started()
    assert first.make_job is None and second.make_job is not None
    cancel_study(second.id)
    assert second.make_job is None


def test_a_study_is_known_for_an_hour_after_its_end_and_only_so_many_are():
    ended, running = started(), started()
    ended.job.future.set_result(1)
    assert forget_ended(ended.ended + KEPT - 1) == 0 and study_of(ended.id) is ended
    assert forget_ended(ended.ended + KEPT + 1) == 1
    assert study_of(ended.id) is None and study_of(running.id) is running
    many = [running, *(started() for _ in range(3))]
    for study in many:
        forget_study(study.id)
    assert all(study_of(study.id) is None for study in many)
    for _ in range(MOST_KEPT + 3):
        started().job.future.set_result(1)
    started()
    assert sum(study.is_over for study in study_line._studies.values()) <= MOST_KEPT


def test_a_line_that_is_full_says_so():
    for _ in range(MOST_WAITING + 1):
        started()
    with pytest.raises(LineIsFullError, match=r"studies wait on this server already\. Try again in a few minutes"):
        started()


def test_when_the_server_ends_all_studies_do():
    running, waiting = started(), started()
    job = running.job
    stop_studies()
    assert job.stopped and waiting.make_job is None and study_line._studies == {}
