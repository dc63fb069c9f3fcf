"""A session that ends: nothing of what it brought stays in the server, even when nobody comes after it."""

import json
import sys
import threading
from contextlib import contextmanager
from subprocess import PIPE
from urllib.parse import unquote

import pytest

from tests.browser.conftest import settle
from tests.browser.test_my_labels import ANIMALS, table, upload
from tests.servers import free_port, started

LOST_FOR = 2  # seconds that a lost session may take to come back
# The server itself; a line on its standard input is answered with what it still holds of the animals, in memory or for
# download; "resident" with its resident memory in MB; "reading" with the number of files that are being read; after
# "hang" every reading is one without an end.
SERVER = """
import gc, json, os, sys, threading
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
import uvicorn
from streamlit import config, runtime
from app import app
config.set_option("server.disconnectedSessionTTL", int(sys.argv[2]))

def held():
    alive = gc.get_objects()
    uploads = sum(type(value).__name__ in ("Upload", "Reading", "ReadingJob", "UploadedFileRec") for value in alive)
    counts = sum(type(value).__name__ == "ClassCounts" and "zebra" in value.names for value in alive)
    saved = runtime.get_instance().media_file_mgr._storage._files_by_id.values()
    return dict(uploads=uploads, counts=counts, downloads=sum(b"zebra" in file.content for file in saved))

def resident():
    with open("/proc/self/status") as status:
        return int(status.read().split("VmRSS:")[1].split()[0]) / 1e3

def reading():
    return sum(type(value).__name__ == "ReadingJob" and not value.done for value in gc.get_objects())

def hang():
    from pages.parts.my_labels import reading_job
    reading_job.READING_FUNCTION = "tests.app.job_functions:hangs"

def answer():
    for asked in sys.stdin:
        print(json.dumps(globals()[asked.strip()]()), file=answers, flush=True)

threading.Thread(target=answer, daemon=True).start()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


@contextmanager
def server_that_can_be_asked(log, lost_for=LOST_FOR):
    port = free_port()
    command, pipes = [sys.executable, "-c", SERVER, str(port), str(lost_for)], dict.fromkeys(("stdin", "stdout"), PIPE)
    with started(command, port, log, text=True, **pipes) as server:
        asked, answers = server.process.stdin, server.process.stdout

        def ask(what="held"):
            asked.write(f"{what}\n")
            asked.flush()
            return json.loads(answers.readline())

        with asked, answers:
            yield server.url, ask
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def server_and_ask(tmp_path_factory):
    """Its URL, and ask(what)."""
    with server_that_can_be_asked(tmp_path_factory.mktemp("asked") / "log.txt") as url_and_ask:
        yield url_and_ask


def test_labels_are_on_other_pages_in_no_url_and_nothing_of_them_outlives_the_session(open_page, server_and_ask):
    url, held = server_and_ask
    page = open_page("/?data=my+labels", url=url)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    page.locator(".st-key-followed input").click()
    page.get_by_role("option", name="zebra").click()
    page.keyboard.press("Escape")
    settle(page)
    for title in ("Compare", "Explore"):
        page.get_by_role("link", name=title).click()
        page.wait_for_function("(title) => document.title.startsWith(`${title}: `)", arg=title)
        settle(page)
        assert page.get_by_text("1,253 samples in 4 classes").count() == 1
        assert "data=my" in page.url
        assert not any(word in unquote(page.url) for word in (*ANIMALS, "animal"))
    assert page.locator(".st-key-followed").get_by_text("zebra", exact=True).count() == 1
    slider = page.get_by_role("slider", name="Skew factor", exact=True).first
    settle(page)
    with page.expect_response("**/figures/*"):  # asked for without a run of the page: of these labels too
        slider.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('skew=0.02')")
    settle(page, 400)
    assert held()["uploads"] == 2, "the file and what was read of it"
    assert held()["counts"] > 0
    save_the_plan(page)
    assert held()["downloads"] == 1
    remove(page)
    assert held()["uploads"] == 0
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    assert held()["uploads"] == 2
    page.close()
    for _ in range(10 * LOST_FOR):  # asking holds everything for a moment, so it is not asked all the time
        threading.Event().wait(0.5)
        if not any(held().values()):
            break
    assert held() == {"uploads": 0, "counts": 0, "downloads": 0}


def test_a_tab_that_closes_ends_what_is_read_for_it_while_its_session_may_come_back(open_page, tmp_path):
    with server_that_can_be_asked(tmp_path / "log.txt", lost_for=600) as (url, ask):
        page = open_page("/?data=my+labels", url=url)
        ask("hang")
        page.set_input_files(
            "[class*='st-key-own-file-'] input[type=file]",
            {"name": "animals.csv", "mimeType": "text/csv", "buffer": b"animal\ncat\n"},
        )
        page.get_by_text("Reading animals.csv").first.wait_for()
        assert ask("reading") == 1
        page.close()
        for _ in range(100):  # within half a second, on a machine that is free
            if not ask("reading"):
                return
            threading.Event().wait(0.1)
        raise AssertionError("the file is read on")


def save_the_plan(page):
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Plan").click()
    with page.expect_download():
        dialog.get_by_role("button", name="Download plan.json").click()
    dialog.get_by_role("button", name="Close").click()
    settle(page, 400)


def remove(page):
    page.get_by_role("button", name="Remove these labels").click()
    page.get_by_text("This page needs your labels").wait_for()
    settle(page, 400)


def smallest(ask, enough):
    """Resident memory, MB, as soon as it is at most `enough`; else what it is after ten seconds."""
    for _ in range(100):
        if (found := ask("resident")) <= enough:
            return found
        threading.Event().wait(0.1)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_the_server_is_as_small_after_large_and_refused_files_as_after_a_small_one(open_page, server_and_ask, tmp_path):
    large, names = tmp_path / "large.csv", tmp_path / "names.txt"
    large.write_bytes(b"id,animal\r\n" + b"".join(b"%09d,animal %02d\r\n" % (i, i % 50) for i in range(10**5)) * 20)
    names.write_text("".join(f"user {i}\n" for i in range(600_000)))
    url, ask = server_and_ask
    page = open_page("/?data=my+labels", url=url)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    remove(page)
    small = ask("resident")
    after = []
    for _ in range(2):
        page.set_input_files("[class*='st-key-own-file-'] input[type=file]", large)
        page.get_by_text("2,000,000 samples of 50 classes").first.wait_for()
        remove(page)
        page.set_input_files("[class*='st-key-own-file-'] input[type=file]", names)
        page.get_by_text("different labels, so this is hardly the column of classes").wait_for()
        settle(page, 400)
        after.append(smallest(ask, enough=small + 30))
        if len(after) < 2:
            page.reload()
            settle(page, 400)
    page.close()
    assert max(after) <= small + 30, (small, after)
