"""How long a file that pages offer can be downloaded."""

import asyncio
from threading import Event
from types import SimpleNamespace

import pytest
from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pages.parts.server import downloads


@pytest.fixture
def manager(monkeypatch):
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(downloads, "upload_is_gone", Event())  # that of the server may be set, by other tests' uploads
    monkeypatch.setattr(MediaFileManager, "remove_orphaned_files", MediaFileManager.remove_orphaned_files)
    monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: "mine")
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: SimpleNamespace(media_file_mgr=manager))
    downloads.sweep_no_more_after_runs()
    return manager


def offer(manager):
    """As the run of a page that comes to its button."""
    url = manager.add(b"table", "text/csv", "button", "table.csv", is_for_static_download=True)
    return url.removeprefix("/media/").removesuffix(".csv")


def seconds_pass(monkeypatch, seconds):
    passed = []

    async def second(_):
        passed.append(1)
        if len(passed) > seconds:
            raise asyncio.CancelledError

    monkeypatch.setattr("asyncio.sleep", second)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(downloads.remove_downloads())


def test_a_file_stays_through_a_run_of_its_page_however_many_other_runs_end_meanwhile(manager, monkeypatch):
    file = offer(manager)
    manager.clear_session_refs("mine")  # its page begins to run
    for _ in range(20):
        manager.remove_orphaned_files()  # as each run does at its end
    seconds_pass(monkeypatch, downloads.SWEPT_EVERY)
    assert manager.read_file(file)
    assert offer(manager) == file
    seconds_pass(monkeypatch, 10 * downloads.SWEPT_EVERY)
    assert manager.read_file(file)


def test_a_file_that_no_page_offers_any_more_is_gone_after_two_sweeps(manager, monkeypatch):
    file = offer(manager)
    manager.clear_session_refs("mine")
    seconds_pass(monkeypatch, 2 * downloads.SWEPT_EVERY)
    assert manager.read_file(file) is None


def test_once_an_upload_has_gone_so_have_the_files_made_of_it_within_three_seconds(manager, monkeypatch):
    file = offer(manager)
    manager.clear_session_refs("mine")
    downloads.upload_is_gone.set()
    seconds_pass(monkeypatch, 3)
    assert manager.read_file(file) is None
