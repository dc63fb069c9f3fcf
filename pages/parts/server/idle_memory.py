"""A server that nobody uses: it forgets what it has cached, ends what waits for Train, and gives the memory back.

NOTE idle-workers: files are served by threads of AnyIO, up to forty, and those that have nothing to do end only when
the next file is asked for. What they hold lies among what sessions have left, and keeps 12 MB of it after fifty.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from starlette.concurrency import run_in_threadpool
from streamlit import runtime

from pages.parts.server.freed_memory import give_freed_memory_back
from pages.parts.server.jobs import end_spares_of_sessions
from pages.parts.server.result_cache import drop_shared_results

LOOKED_EVERY = 2  # seconds
WORKERS_MAY_END_AFTER = 11  # seconds without work; AnyIO's own bound is ten


async def give_memory_back() -> None:
    """For as long as the server runs: once its last session has ended, do what this module is for."""
    was_used = False
    while True:
        await asyncio.sleep(LOOKED_EVERY)
        is_used = runtime.exists() and bool(_sessions().list_sessions())
        if was_used and not is_used:
            drop_shared_results()
            end_spares_of_sessions()
            await _end_idle_workers()
            gc.collect()
            give_freed_memory_back()
        was_used = is_used


def _sessions() -> Any:
    return runtime.get_instance()._session_mgr


async def _end_idle_workers() -> None:
    """Of the threads that serve files one stays."""
    await asyncio.sleep(WORKERS_MAY_END_AFTER)
    await run_in_threadpool(int)  # any work: before it starts, the others are told to end
    await asyncio.sleep(LOOKED_EVERY)  # by then they have
