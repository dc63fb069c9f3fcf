"""Sessions that have ended and uploads that were removed: nothing made of them stays in memory.

NOTE lazy-ttl: a session whose connection is lost is kept for `server.disconnectedSessionTTL` seconds, so that it can
come back. Streamlit drops it only when it next stores another one, and its own loop holds the session that it served
last: on a quiet server an upload would stay for days.
"""

from __future__ import annotations

import asyncio
import gc
from threading import Event
from typing import Any

from streamlit import config, runtime

from pages.parts.server.freed_memory import give_freed_memory_back

# In the state of a session, what runs for it and has to be stopped with it: the reading of labels, drawing of a plan,
# reading of features, of run logs.
JOB, DRAWING_JOB, FEATURES_JOB, LOGS_JOB = "running_job", "drawing_job", "features_job", "logs_job"
ROUNDS = 3  # of collecting after a session: what somebody happens to hold during one of them is found by the next
COLLECTED_EVERY = 3  # seconds, where pages have run
GIVEN_BACK_EVERY = 10  # collections
page_has_run = Event()  # since garbage was collected last


async def watch_lost_sessions() -> None:
    """For as long as the server runs: look ten times in the life of a lost session for those whose time is over."""
    every = max(0.1, config.get_option("server.disconnectedSessionTTL") / 10)
    rounds = 0
    while True:
        await asyncio.sleep(every)
        if runtime.exists() and end_lost_sessions():
            rounds = ROUNDS
        if rounds:
            rounds -= 1
            gc.collect()  # what belongs to a session forms circles


async def collect_garbage() -> None:
    """For as long as the server runs: collect what the runs of all pages leave in circles, and give its memory back."""
    collections = 0
    while True:
        await asyncio.sleep(COLLECTED_EVERY)
        if page_has_run.is_set():
            page_has_run.clear()
            gc.collect()
            collections += 1
            if collections % GIVEN_BACK_EVERY == 0:
                give_freed_memory_back()


async def watch_closed_tabs() -> None:
    """For as long as the server runs: stop what is read for a session whose connection is lost, within half a second.

    A session that comes back reads its upload again.
    """
    while True:
        await asyncio.sleep(0.4)
        if runtime.exists():
            stop_readings_of_lost_sessions()


def stop_readings_of_lost_sessions() -> None:
    """Stop reading for every session without a connection. To be called on the server's event loop."""
    sessions: Any = runtime.get_instance()._session_mgr
    for lost in sessions._session_storage.list():
        if JOB in lost.session.session_state:
            lost.session.session_state[JOB].stop()


def end_lost_sessions() -> int:
    """Stop and empty every session whose time is over; how many. To be called on the server's event loop."""
    sessions: Any = runtime.get_instance()._session_mgr
    ended = sessions._session_storage._cache.expire()
    for _, session in ended:
        session.session.shutdown()
        session.session._fragment_storage.clear()
        for job in (JOB, DRAWING_JOB, FEATURES_JOB, LOGS_JOB):
            if job in session.session.session_state:
                session.session.session_state[job].stop()
        session.session.session_state.clear()
        session.session.session_state._new_widget_state.widget_metadata.clear()  # callbacks know what the page showed
    return len(ended)
