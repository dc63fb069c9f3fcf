"""Files that pages offer for download: there for as long as a page offers them, gone soon after.

NOTE swept-downloads: Streamlit keeps a file that no session holds until a second sweep finds it so, and sweeps after
each run of any session. A session holds nothing from the start of its run until the run comes to the button: among
many sessions the files of a page that all see were away for a while. So sweeps come with some time between them, and
twice at once when an upload has gone: what was made of it (a report, a table) names its classes.
"""

from __future__ import annotations

import asyncio
from threading import Event

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager

SWEPT_EVERY = 10  # seconds; longer than a run
upload_is_gone = Event()  # set as soon as nobody holds an upload any more, whether removed, replaced or refused
sweep = MediaFileManager.remove_orphaned_files


def sweep_no_more_after_runs() -> None:
    """From now on only `sweep` deletes files; for all sessions of this process."""
    MediaFileManager.remove_orphaned_files = lambda self: None  # type: ignore[method-assign]


async def remove_downloads() -> None:
    """For as long as the server runs: sweep."""
    seconds = 0
    while True:
        await asyncio.sleep(1)
        seconds += 1
        if upload_is_gone.is_set():
            upload_is_gone.clear()
            for _ in range(2):
                await asyncio.sleep(1)  # by then the run has ended that still held what was made of it
                sweep(runtime.get_instance().media_file_mgr)
        elif seconds % SWEPT_EVERY == 0 and runtime.exists():
            sweep(runtime.get_instance().media_file_mgr)
