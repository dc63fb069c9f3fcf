"""Visits that have ended, and letting go of what they held.

NOTE lazy-ttl: a visit whose connection is lost is kept for `server.disconnectedSessionTTL` seconds, so that it can come
back. Streamlit lets go of it only when it next stores another one, and its own loop holds the visit that it served
last: on a quiet server an upload would stay for days.
"""

from __future__ import annotations

import asyncio
import gc

from streamlit import config, runtime

from pages.parts.my_labels.session_labels import JOB
from pages.parts.server import memory

ROUNDS = 3  # of collecting after a visit: what somebody happens to hold during one of them is found by the next


async def let_go_of_ended_visits() -> None:
    """For as long as the server runs: look ten times in the life of a lost visit for those whose time is over."""
    every = max(0.1, config.get_option("server.disconnectedSessionTTL") / 10)
    rounds = 0
    while True:
        await asyncio.sleep(every)
        if runtime.exists() and let_go():
            rounds = ROUNDS
        if rounds:
            rounds -= 1
            gc.collect()  # what belongs to a visit forms circles
            memory.give_back()


def let_go() -> int:
    """Empty every visit whose time is over; how many. To be called on the server's event loop."""
    ended = runtime.get_instance()._session_mgr._session_storage._cache.expire()
    for _, visit in ended:
        visit.session.shutdown()
        visit.session._fragment_storage.clear()
        if JOB in visit.session.session_state:
            visit.session.session_state[JOB].stop()
        visit.session.session_state.clear()
        visit.session.session_state._new_widget_state.widget_metadata.clear()  # callbacks know what the page showed
    return len(ended)
