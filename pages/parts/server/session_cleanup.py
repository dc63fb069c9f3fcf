"""Sessions that have ended, and letting go of what they held.

NOTE lazy-ttl: a session whose connection is lost is kept for `server.disconnectedSessionTTL` seconds, so that it can come
back. Streamlit lets go of it only when it next stores another one, and its own loop holds the session that it served
last: on a quiet server an upload would stay for days.
"""

from __future__ import annotations

import asyncio
import gc

from streamlit import config, runtime

from pages.parts.server import memory

JOB = "running_job"  # in the state of a session: what runs for it and has to be stopped with it
ROUNDS = 3  # of collecting after a session: what somebody happens to hold during one of them is found by the next


async def let_go_of_ended_sessions() -> None:
    """For as long as the server runs: look ten times in the life of a lost session for those whose time is over."""
    every = max(0.1, config.get_option("server.disconnectedSessionTTL") / 10)
    rounds = 0
    while True:
        await asyncio.sleep(every)
        if runtime.exists() and let_go():
            rounds = ROUNDS
        if rounds:
            rounds -= 1
            gc.collect()  # what belongs to a session forms circles
            memory.give_back()


def let_go() -> int:
    """Empty every session whose time is over; how many. To be called on the server's event loop."""
    ended = runtime.get_instance()._session_mgr._session_storage._cache.expire()
    for _, session in ended:
        session.session.shutdown()
        session.session._fragment_storage.clear()
        if JOB in session.session.session_state:
            session.session.session_state[JOB].stop()
        session.session.session_state.clear()
        session.session.session_state._new_widget_state.widget_metadata.clear()  # callbacks know what the page showed
    return len(ended)
