"""Behind a proxy that takes a prefix off, or with the prefix as Streamlit's own, under the policy that is advised."""

import os
import re
import sys

import pytest

from tests.browser.conftest import settle
from tests.browser.test_my_labels import ANIMALS, table, upload
from tests.servers import ROOT, free_port, started

(POLICY,) = re.findall(
    r'Content-Security-Policy "(.*?)"', (ROOT / ".github" / "SERVING.md").read_text(encoding="utf-8")
)
# The server as a proxy makes it look: at /skewlab/, with one header more.
SERVER = """
import os, sys
import uvicorn
from streamlit import config
config.set_option("server.baseUrlPath", os.environ["BASE"])
from app import app

async def proxy(scope, receive, send):
    async def with_policy(message):
        if message["type"] == "http.response.start":
            policy = (b"content-security-policy", os.environ["POLICY"].encode())
            message["headers"] = [*message.get("headers", []), policy]
        await send(message)

    if os.environ["STRIP"] and scope["type"] in ("http", "websocket"):
        if not scope["path"].startswith("/skewlab/"):
            return await send_nothing(scope, send)
        path = scope["path"].removeprefix("/skewlab")
        scope = {**scope, "path": path, "raw_path": path.encode()}
    await app(scope, receive, with_policy)

async def send_nothing(scope, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close"})

uvicorn.run(proxy, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


@pytest.fixture(scope="module", params=["base URL path", "prefix taken off"])
def served(request, tmp_path_factory):
    """The URL of the pages under a prefix."""
    port, log = free_port(), tmp_path_factory.mktemp("served") / "log.txt"
    strip = request.param == "prefix taken off"
    environment = {**os.environ, "POLICY": POLICY.replace("wss://$host", ""), "STRIP": "1" if strip else "",
                   "BASE": "" if strip else "skewlab"}  # fmt: skip
    command = [sys.executable, "-c", SERVER, str(port)]
    with started(command, port, log, path="/skewlab", env=environment) as server:
        yield server.url
    assert "Traceback" not in log.read_text()


def test_every_page_draws_takes_an_upload_and_is_shared_under_a_prefix(open_page, served):
    page = open_page("/compare", url=served)
    page.goto(f"{served}/tune")
    settle(page)
    page.goto(f"{served}/compare")
    settle(page)
    page.get_by_role("link", name="Explore").click()
    page.wait_for_function("() => document.title.startsWith('Explore: ')")
    settle(page)
    assert page.url.startswith(f"{served}/?data=")
    with page.expect_response(f"{served}/figures/*") as answer:
        page.get_by_role("slider", name="Skew factor", exact=True).first.press("ArrowRight")
    assert answer.value.status == 200
    settle(page)
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    page.wait_for_function(
        "(start) => [...document.querySelectorAll('[role=dialog] input')].some(({ value }) => value.startsWith(start))",
        arg=f"{served}/?data=",
    )
    dialog.get_by_role("tab", name="Report").click()
    with page.expect_download() as report:
        dialog.get_by_role("button", name="Download").first.click()
    assert "plotly" in report.value.path().read_text(encoding="utf-8").lower()
    page.goto(f"{served}/?data=my+labels")
    settle(page)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
