"""What was freed goes back to the system: after a large upload the server is as small as before it.

NOTE freed-memory: nothing of a removed upload was left, and yet the server stayed 100 MB larger. Two allocators kept
what was free: pyarrow's own pool (46 MB, of which `release_unused` gave nothing back), and the C library's heaps, one a
thread (70 MB). glibc learns to keep 64 MB on top of each heap as soon as one array of 32 MB was freed.
With fixed limits it keeps 4 MB. Limits as low as its first ones (128 kB) would slow runs with 1000 classes by a third.

NOTE kept-downloads: what a user saved (a report, a table) names classes, and Streamlit keeps it though no session
holds it: a first sweep marks it, a second one deletes it, and sweeps come only with somebody's next run.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
from threading import Event

import pyarrow as pa
from streamlit import runtime

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # as malloc.h has them
upload_is_gone = Event()  # set as soon as nobody holds an upload any more, whether removed, replaced or refused


def keep_little() -> None:
    """Make the allocators keep little of what is freed; where the C library has no such limits, its own hold."""
    pa.set_memory_pool(pa.system_memory_pool())
    if set_limit := _of_glibc("mallopt"):
        set_limit(MMAP_THRESHOLD, 16 << 20)  # above the 8 MB of shares at 1000 classes x 1000 epochs, made in each run
        set_limit(TRIM_THRESHOLD, 4 << 20)


async def give_back_after_uploads() -> None:
    """For as long as the server runs: let go of downloads and memory a moment after an upload has gone, only then."""
    while True:
        await asyncio.sleep(1)
        if upload_is_gone.is_set():
            upload_is_gone.clear()
            for _ in range(2):
                await asyncio.sleep(1)  # by then the run has ended that still held what was made of it
                runtime.get_instance().media_file_mgr.remove_orphaned_files()
            give_back()


def give_back() -> None:
    """Free pages between used ones too, which no limit covers: some 3 ms."""
    if trim := _of_glibc("malloc_trim"):
        trim(0)


def _of_glibc(name: str) -> ctypes._FuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
