"""An hour of random use of all pages in a real browser: what the console and the server's log say, and the memory.

    python -m tests.benchmarks.random_use                       60 minutes, an action about every second
    python -m tests.benchmarks.random_use --minutes 5 --seed 7 --sessions 10

Each action is drawn from a generator with that seed: a control of the page that can be seen is pressed, moved, filled
in or chosen from; pages are switched, gone back to and reloaded; labels are brought and removed. Prints what went wrong
with the actions before it, and the memory of server and page every minute; at last the server's once all have left.
`--sessions`: so many others change a value every one to two seconds meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, sync_playwright
from websockets.asyncio.client import connect

from tests.benchmarks.sessions import Session
from tests.browser.conftest import ARGS
from tests.browser.test_my_labels import ANIMALS, table
from tests.conftest import CHROMIUM
from tests.servers import WRONG, Server, streamlit_server

NUMBERS = ["0", "1", "0.5", "-1", "2", "17", "1e3", "999999999999", "-0.02", "", "x", "0.3333333", "100", "64"]
LEAVE_ALONE = ("Download", "Save", "Print", "Deploy")  # dialogs of the browser itself, files
QUERY = "data=published&table=CIFAR-10-LT"  # of the other sessions
PAGES = ("Explore", "Compare", "Tune", "Train", "Monitor")
WEIGHTS = {  # action -> how often it is drawn
    "slider": 8, "box": 5, "choice": 5, "button": 8, "switch": 2, "back": 1, "reload": 0.5, "upload": 0.5, "key": 2,
    "expander": 2, "viewport": 0.5,
}  # fmt: skip


class RandomUser:
    """Uses a page at random. did: the last actions, in words."""

    def __init__(self, page: Page, url: str, seed: int) -> None:
        self.page, self.url, self.chance = page, url, random.Random(seed)
        self.did: deque[str] = deque(maxlen=8)

    def act(self) -> None:
        (name,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.did.append(name)
        getattr(self, name)()

    def slider(self) -> None:
        slider = self._any("input[type=range]")
        for _ in range(self.chance.randint(1, 6)):
            slider.press(self.chance.choice(["ArrowRight", "ArrowLeft", "PageUp", "Home", "End"]), timeout=2000)

    def box(self) -> None:
        box = self._any("[data-testid=stNumberInput] input, [data-testid=stTextInput] input, textarea")
        box.fill(self.chance.choice(NUMBERS), timeout=2000)
        box.press("Enter", timeout=2000)

    def choice(self) -> None:
        self._any("[data-testid=stSelectbox] input, [data-testid=stMultiSelect] input").click(timeout=2000)
        self._any("[role=option]").click(timeout=2000)

    def button(self) -> None:
        button = self._any("button, [role=tab], input[type=checkbox] + *, [role=radio]")
        said = button.inner_text(timeout=2000)
        if not said.startswith(LEAVE_ALONE):
            self.did[-1] += f" {said[:30]!r}"
            button.click(timeout=2000)

    def switch(self) -> None:
        self.page.get_by_role("link", name=self.chance.choice(PAGES)).click(timeout=2000)

    def back(self) -> None:
        self.page.keyboard.press("Escape")
        (self.page.go_back if self.chance.random() < 0.7 else self.page.go_forward)(timeout=10_000)
        if not self.page.url.startswith(self.url):
            self.page.goto(self.url)

    def reload(self) -> None:
        self.page.reload(timeout=30_000)

    def upload(self) -> None:
        self.page.goto(f"{self.url}/?data=my+labels")
        file = {"name": "animals.csv", "mimeType": "text/csv", "buffer": table(ANIMALS)}
        self.page.set_input_files("[class*='st-key-own-file-'] input[type=file]", file, timeout=20_000)

    def key(self) -> None:
        for _ in range(self.chance.randint(1, 12)):
            self.page.keyboard.press(self.chance.choice(["Tab", "Tab", "Tab", "Enter", "Space", "Escape", "ArrowDown"]))

    def expander(self) -> None:
        self._any("summary").click(timeout=2000)

    def viewport(self) -> None:
        self.page.set_viewport_size({"width": self.chance.choice([390, 900, 1280, 1920]), "height": 900})

    def _any(self, selector: str) -> Locator:
        """One of those in sight, of an open dialog where there is one; `playwright.Error` where there is none."""
        place = "[role=dialog] " if self.page.locator("[role=dialog]:visible").count() else ""
        found = self.page.locator(f"{place}:is({selector}):visible")
        many = found.count()
        if not many:
            raise Error("there is none")
        return found.nth(self.chance.randrange(many))


async def others(server: Server, sessions: int, minutes: float) -> None:
    """Sessions that change a value every one to two seconds, for so long."""

    async def other(seed: int) -> None:
        url = f"ws://localhost:{server.port}/_stcore/stream"
        async with connect(url, subprotocols=["streamlit"], max_size=None, ping_interval=None) as socket:  # type: ignore[list-item]
            session = Session(socket, server.port, QUERY)
            await session.run()
            await session.go_on(seed % 2 == 1, time.perf_counter() + 60 * minutes, seed)

    await asyncio.gather(*map(other, range(sessions)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=0)
    parser.add_argument("--rest", type=float, default=10.0, help="minutes of looking at the memory after all have left")
    arguments = parser.parse_args()
    wrong = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        streamlit_server(Path(folder) / "log.txt") as server,
    ):
        print(f"before: server {server.megabytes():.0f} MB", flush=True)
        load = threading.Thread(target=lambda: asyncio.run(others(server, arguments.sessions, arguments.minutes)))
        load.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        clipboard = ["clipboard-read", "clipboard-write"]
        page = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=False, permissions=clipboard)
        user = RandomUser(page, server.url, arguments.seed)
        complaints: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and "/_stcore/" not in message.location.get("url", ""):
                complaints.append(f"console: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}\n{error.stack}"))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(server.url)
        begin, minute, actions, said = time.monotonic(), 0, 0, 0
        while (passed := time.monotonic() - begin) < 60 * arguments.minutes:
            try:
                user.act()
                actions += 1
            except Error:
                user.did[-1] += " (in vain)"
            page.wait_for_timeout(user.chance.uniform(200, 1500))
            text = server.log.read_text()
            new = [line for line in text[said:].splitlines() if line.strip()]
            said = len(text)
            if complaints or any(word in line for line in new for word in WRONG):
                wrong += 1
                print(f"after {actions} actions, last {list(user.did)}, at {page.url}:", *complaints, *new, sep="\n  ")
                complaints.clear()
            if passed > 60 * minute:
                heap = page.evaluate("() => performance.memory.usedJSHeapSize / 1e6")
                nodes = page.evaluate("() => document.querySelectorAll('*').length")
                print(f"{minute} min: {actions} actions, server {server.megabytes():.0f} MB, page {heap:.0f} MB of "
                      f"JavaScript, {nodes:,} elements", flush=True)  # fmt: skip
                minute += 1
        browser.close()
        load.join()
        for minute in range(1, round(arguments.rest) + 1):
            time.sleep(60)
            print(f"{minute} min after all have left: server {server.megabytes():.0f} MB", flush=True)
    print(f"{actions} actions, {wrong} times something was wrong")


if __name__ == "__main__":
    main()
