"""Random use of all pages without a browser, some forty times as fast as in one: what ends a page with an error.

    python -m tests.app.random_actions SECONDS [SEED]

Each session opens a URL with random parameters, then sets, clicks and opens what the page has, and switches pages. What
a browser does not let through (a value that is no option, a file of another kind) is not tried. Reading is done in this
process; studies do not train. Prints each error once, with what led to it.
"""

from __future__ import annotations

import logging
import random
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.parts.my_labels import session_labels
from pages.parts.server.jobs import JobError
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.train import study_form
from tests.app.conftest import ReadHere

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
PAGES = ("explore.py", "compare.py", "tune.py", "train.py", "monitor.py")
DATA = ("synthetic", "published", "sources", "my labels")
NUMBERS = (0, 1, 0.5, -1, 2, 17, 1000, 1e9, -0.02, 0.3333, 100, 64, 3, 7, 0.05, 1e-9, 50_000)
TEXTS = ("", "x", "1", "a, b", "cat 300\ndog 20\n", "natural", "<b>x</b>", "1e400", "5 5 5 1", "web: 100\nbooks 20")
FILES = (b"label\ncat\ncat\ndog\n" * 30, b"cat,300\ndog,20\n", b"", b"\x00\x01", b"{}", b'{"schema": 1, "plans": []}')
OPENED = (
    *(f"{page.removesuffix('.py')}-tables" for page in PAGES), "another-study", "another-search", "bring-another"
)  # fmt: skip
ACTIONS = 60  # of a session


class HeldJob:
    """A study that never ends by itself."""

    def __init__(self, *_: object) -> None:
        self.future: Future[object] = Future()
        self.progress, self.news, self.stopped = 0.0, list[dict[str, Any]](), False

    def when_done(self, call: Callable[[], None]) -> None:
        self.future.add_done_callback(lambda _: call())

    def result(self) -> object:
        return self.future.result()

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            self.future.set_exception(JobError("it was stopped"))


INSTEAD: tuple[tuple[Any, str, Any], ...] = (
    (session_labels, "ReadingJob", ReadHere), (study_form, "StudyJob", HeldJob),
    (study_form, "start_spare", lambda modules: None),
)  # fmt: skip


class RandomSession:
    """A session that a generator drives. did: the last actions."""

    def __init__(self, seed: int) -> None:
        self.chance, self.did = random.Random(seed), deque[object](maxlen=10)
        self.at = AppTest.from_file(NAVIGATION, default_timeout=60)
        url = {"data": self.chance.choice(DATA)}
        for parameter in self.chance.sample(list(PARAMETERS.values()), self.chance.choice((0, 0, 2, 5))):
            url.setdefault(parameter.key, str(self.chance.choice(parameter.choices or (*NUMBERS, *TEXTS))))
        for key, value in url.items():
            self.at.query_params[key] = value
        self.did.append(url)
        self.at.run()

    def act(self) -> None:
        """One thing of those that the page has."""
        kinds = {
            "number_input": 6, "selectbox": 5, "multiselect": 4, "text_input": 3, "text_area": 3, "checkbox": 2,
            "toggle": 2, "radio": 2, "button": 7, "button_group": 4, "file_uploader": 1, "page": 3, "expander": 3,
        }  # fmt: skip
        (kind,) = self.chance.choices(list(kinds), list(kinds.values()))
        if kind == "page":
            page = self.chance.choice(PAGES)
            self.did.append(page)
            self.at.switch_page(page)
        elif kind == "expander":
            key = self.chance.choice(OPENED)
            self.did.append(("open", key))
            self.at.session_state[key] = self.chance.random() < 0.8
        elif elements := [one for one in self.at.get(kind) if not getattr(one.proto, "disabled", False)]:
            element = self.chance.choice(elements)
            self.did.append((kind, getattr(element, "key", None), self._use(kind, element)))
        else:
            return
        self.at.run()

    def _use(self, kind: str, element: Any) -> object:
        options: list[Any] = list(getattr(element, "options", ()))
        value: Any = None
        if kind == "button":
            element.click()
        elif kind in ("checkbox", "toggle"):
            element.set_value(not element.value)
        elif kind == "number_input":
            value = self.chance.choice((*NUMBERS, *self.chance.choices((element.min, element.max), k=4)))
            element.set_value(int(value) if isinstance(element.value, int) else float(value))
        elif kind in ("text_input", "text_area"):
            value = self.chance.choice(TEXTS)
            element.set_value(value)
        elif kind == "file_uploader":
            value = self.chance.choice(FILES)
            element.upload(f"file{(list(element.proto.type) or ['.csv'])[0]}", value, "text/plain").run()
        elif not options:
            return None
        elif kind in ("selectbox", "radio") or (kind == "button_group" and element.proto.click_mode == 0):
            value = self.chance.choice(options)
            element.set_value(value)
        else:
            most = getattr(element.proto, "max_selections", 0) or len(options)
            value = self.chance.sample(options, min(len(options), most, self.chance.choice((0, 1, 2, 3))))
            element.set_value(value)
        return value


def errors_of(seed: int, actions: int = ACTIONS) -> list[str]:
    """What the pages of a session end with, and what led to it."""
    session = RandomSession(seed)
    for _ in range(actions):
        if session.at.exception:
            return [f"seed {seed}: {session.at.exception[0].message[:200]} after {list(session.did)}"]
        try:
            session.act()
        except (ValueError, TypeError):  # AppTest cannot send a value that the page says in other words
            break
    return []


def without_processes() -> None:
    """From now on files are read here, and studies do not train."""
    for module, name, instead in INSTEAD:
        setattr(module, name, instead)


def main(seconds: float, seed: int = 0) -> None:
    warnings.simplefilter("error", RuntimeWarning)  # of NumPy: a server would write it into its log
    logging.getLogger("streamlit.runtime.scriptrunner_utils").setLevel(logging.ERROR)
    without_processes()
    until, begun, wrong = time.monotonic() + seconds, seed, 0
    while time.monotonic() < until:
        for error in errors_of(seed):
            wrong += 1
            print(error, flush=True)
        seed += 1
    print(f"{seed - begun} sessions of seeds from {begun} on: {wrong} errors")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
