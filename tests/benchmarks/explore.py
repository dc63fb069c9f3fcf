"""How fast Explore follows: key presses, drags, playing, memory; server and browser on this machine.

    python -m tests.benchmarks.explore            the long forms; writes explore.md beside this script
    python -m tests.benchmarks.explore --short    a tenth of each; the tests run a smaller part of the long ones

One row a measurement: what, measured, asked for. A press counts until every figure of the page shows the new value, as
Python made it: the figure carries the fingerprint of the plan.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.testing.v1 import AppTest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import synthetic
from tests.browser.conftest import ARGS, ASKED, settle
from tests.servers import ROOT, clean_server, resident_megabytes, streamlit_server

SKEWS = [round(0.02 * step, 2) for step in range(101)]  # the stops of the slider


def default_plan(skew: float) -> SamplingPlan:
    """The page's plan at a skew factor."""
    return SamplingPlan(target=PowerSkew(Linear(skew, 0.01)), epochs=100, batch_size=128)


# The real page, with its figures as plain calls.
PLAIN = """
import streamlit as st
from pages.parts.live import figure_panel as parts

def plain(key, panel, **_):
    for chart in panel.charts:
        st.plotly_chart(chart.figure.spec, key=f"plain-{chart.id}")

parts.live_panel = plain
"""
# Time from a key to the first frame in which the share plot, and to that in which every figure shows the new value.
PRESSED = """() => {
  const plans = PLANS;
  Object.assign(window, { times: [], share: [] });
  const slider = document.querySelector('.st-key-slider-skew input');
  const look = (start, old, done) => {
    const value = slider.value === old ? null : (done.value ??= Number(slider.value));
    if (value !== null && Number(slider.value) !== value) return;
    const isNew = (plot) => plot.dataset.rev.startsWith(`${plans[value]}-`);
    const plots = [...document.querySelectorAll('.panel [data-chart]')];
    if (!done.share && isNew(plots.find((plot) => plot.dataset.chart === 'shares'))) {
      done.share = true;
      window.share.push(performance.now() - start);
    }
    if (plots.every(isNew)) window.times.push(performance.now() - start);
    else requestAnimationFrame(() => look(start, old, done));
  };
  slider.addEventListener('keydown', () => look(performance.now(), slider.value, {}), true);
}"""
PRESSED = PRESSED.replace("PLANS", json.dumps({f"{skew:g}": default_plan(skew).fingerprint for skew in SKEWS}))
PLAIN_PRESSED = """() => {
  window.times = [];
  const numbers = (trace) => [...(trace.y ?? []), ...(trace.x ?? [])].filter((value) => typeof value === 'number');
  const state = () => [...document.querySelectorAll('.js-plotly-plot')].map((plot) => plot.querySelector('.main-svg')
    && plot._fullData?.map((trace) => numbers(trace).reduce((sum, value, i) => sum + value * (1 + i % 7), 0)).join());
  const look = (start, before) => {
    const now = state();
    if (now.length === FIGURES && now.every((value, i) => value && value !== before[i])) {
      window.times.push(performance.now() - start);
    } else if (performance.now() - start < 30000) requestAnimationFrame(() => look(start, before));
  };
  document.addEventListener('keydown', ({ isTrusted }) => isTrusted && look(performance.now(), state()), true);
}""".replace("FIGURES", "5")


Plan = Callable[[float], SamplingPlan]


class Row(NamedTuple):
    """One measurement beside what is asked of it. timed: whether the machine's load can change it."""

    what: str
    measured: str
    asked: str
    holds: bool
    timed: bool = True

    def __str__(self) -> str:
        verdict = f"{self.asked} {'yes' if self.holds else '**no**'}" if self.asked else ""
        return f"| {self.what} | {self.measured} | {verdict} |"


def at_most(what: str, times: list[float], median: float = float("inf"), p95: float = float("inf")) -> Row:
    """A row of milliseconds."""
    ordered = sorted(times)
    middle, high = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    asked = ", ".join(f"{name} ≤ {most}" for name, most in (("median", median), ("p95", p95)) if most < float("inf"))
    measured = f"median {middle:.0f} ms, p95 {high:.0f} ms of {len(ordered)}"
    return Row(what, measured, asked, middle <= median and high <= p95)


@contextmanager
def opened(browser: Browser, url: str, **size: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1800} | size)
    context.add_init_script(f"({ASKED})()")  # else a page counts as settled while its last run is still asked for
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    yield page
    context.close()


def press(
    page: Page, presses: int, script: str, control: str, pause: float = 100, key: str = "ArrowRight"
) -> list[float]:
    """Each press `pause` ms after the last one is timed."""
    page.evaluate(script)
    page.locator(control).first.focus()
    for number in range(1, presses + 1):
        page.keyboard.press(key)
        page.wait_for_function("(number) => window.times.length >= number", arg=number)
        page.wait_for_timeout(pause)
    return page.evaluate("() => window.times")


# When the page marked its first figure, and when a page first showed text; ms from the start of the navigation.
FIRST_FIGURE = """new Promise((done) => new PerformanceObserver((list) => list.getEntriesByName('skewlab:shares')
  .forEach(({ startTime }) => done(startTime))).observe({ type: 'mark', buffered: true }))"""
FIRST_TEXT = """new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()[0].startTime))
  .observe({ type: 'largest-contentful-paint', buffered: true }))"""
LOADED = 4  # seconds from which on a debugger can do no harm


def load_time(browser: Browser, url: str, script: str) -> float:
    """What the script says of a page that is loaded in a new browser context, without its cache.

    NOTE no-debugger: while one is attached, as Playwright's is, V8 looks up the lines of each error that a script
    catches. For those of plotly.js it reads the whole file again: some 300 ms that no user waits.
    """
    session, answers = browser.new_browser_cdp_session(), []
    session.on("Target.receivedMessageFromTarget", lambda event: answers.append(json.loads(event["message"])))
    context = session.send("Target.createBrowserContext")["browserContextId"]
    settings = {"url": url, "browserContextId": context, "width": 1280, "height": 1800}
    tab = session.send("Target.createTarget", settings)["targetId"]
    time.sleep(LOADED)
    attached = session.send("Target.attachToTarget", {"targetId": tab, "flatten": False})["sessionId"]
    asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
    message = json.dumps({"id": 1, "method": "Runtime.evaluate", "params": asked})
    session.send("Target.sendMessageToTarget", {"sessionId": attached, "message": message})
    until = time.monotonic() + 60
    while not answers:
        session.send("Target.getTargets")  # lets the answer in
        time.sleep(0.02)
        if time.monotonic() > until:
            raise TimeoutError(f"{url} has said nothing for 60 s to {script}")
    session.send("Target.disposeBrowserContext", {"browserContextId": context})
    session.detach()
    return float(answers[0]["result"]["result"]["value"])


def rows_of_loads(browser: Browser, url: str, loads: int) -> list[Row]:
    """The first figure, and the least that Streamlit takes on this machine, in turns; the servers are warm."""
    with script_server(bare_page) as bare_url:
        for address, script in ((url, FIRST_FIGURE), (bare_url, FIRST_TEXT)):
            load_time(browser, address, script)
        pairs = [
            (load_time(browser, url, FIRST_FIGURE), load_time(browser, bare_url, FIRST_TEXT)) for _ in range(loads)
        ]
    ours, bare = (list(times) for times in zip(*pairs, strict=True))
    part = statistics.median(ours) / statistics.median(bare)
    return [
        at_most("first figure of a page load", ours, 1500),
        at_most("a Streamlit page of one word: its text", bare),
        Row("ours over one word, medians", f"{part:.2f}", "", True),
    ]


def rows_of_keys(browser: Browser, url: str, presses: int) -> list[Row]:
    slider = ".st-key-slider-skew input"
    with opened(browser, url) as page:
        settle(page)
        ours = press(page, presses, PRESSED, slider)
        share = page.evaluate("() => window.share")
    with opened(browser, f"{url}/?data=synthetic") as page:
        settle(page)
        single = press(page, max(5, presses // 3), PRESSED, slider, 1000)
    with opened(browser, f"{url}/?classes=1000&samples=1000000") as page:
        settle(page)
        many = press(page, max(5, presses // 3), PRESSED, slider)
    with script_server(plain_page) as plain_url, opened(browser, plain_url) as page:
        page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot .main-svg').length >= 5")
        page.wait_for_timeout(3000)
        plain = press(page, presses, PLAIN_PRESSED, ".st-key-skew input", key="ArrowUp")  # no panel: no slider waits
    part = statistics.median(ours) / statistics.median(plain)
    return [
        at_most("key press to all figures, 10 classes", ours, 100, 200),
        at_most("the same page with `st.plotly_chart`", plain),
        Row("ours over `st.plotly_chart`, medians", f"{part:.2f}", "≤ 0.5", part <= 0.5),
        at_most("key press to the share plot, 10 classes", share, 120),
        at_most("key press to all figures, one press a second", single),
        at_most("key press to all figures, 1000 classes", many, 300, 500),
    ]


@contextmanager
def script_server(write: Callable[[Path], Path]) -> Iterator[str]:
    """A plain `streamlit run` of the script that `write` puts into a folder."""
    with (
        tempfile.TemporaryDirectory() as folder,
        streamlit_server(Path(folder) / "log.txt", write(Path(folder)), ROOT) as server,
    ):
        yield server.url


def bare_page(folder: Path) -> Path:
    """The least of a page."""
    script = folder / "page.py"
    script.write_text('import streamlit as st\n\nst.markdown("Hello")\n')
    return script


def plain_page(folder: Path) -> Path:
    """The navigation and its pages as they are, but for the panels."""
    for page in (*(ROOT / "pages").glob("*.py"), ROOT / "pages" / "page.css"):
        shutil.copy(page, folder)
    (folder / "parts").symlink_to(ROOT / "pages" / "parts")
    script = folder / "navigation.py"
    script.write_text(PLAIN + script.read_text())
    return script


def rows_of_server_work(repeats: int) -> list[Row]:
    """The whole script for one step of the slider, without a browser; every step is a skew that was not seen before."""
    rows = []
    for scheme in ("independent", "exact", "stratified"):
        at = AppTest.from_file(ROOT / "pages" / "navigation.py", default_timeout=60)
        for key, value in {"classes": "1000", "samples": "1000000", "scheme": scheme}.items():
            at.query_params[key] = value
        at.run()
        times = []
        for step in range(1, repeats + 1):
            start = time.perf_counter()
            at.number_input(key="skew").set_value(round(0.02 * step, 2)).run()
            times.append(1000 * (time.perf_counter() - start))
        rows.append(at_most(f"server work of a step, 1000 classes x 100 epochs, `{scheme}`", times, 300))
    return rows


# When the slider moved and when its plot showed what; how often the batches were drawn anew, and a figure was blank.
WATCHED = """() => {
  Object.assign(window, { moved: [], shown: [], batches: 0, blank: 0 });
  const slider = document.querySelector('.st-key-slider-skew input');
  slider.addEventListener('input', () => moved.push([performance.now(), Number(slider.value)]), true);
  const [shares, mix] = ['shares', 'batches'].map((id) => document.querySelector(`[data-chart="${id}"]`));
  const charts = [...document.querySelectorAll('.panel [data-chart]')];
  const last = {};
  const look = () => {
    const [one, two] = [shares.dataset.rev, mix.dataset.rev];
    if (one !== last.one) window.shown.push([performance.now(), one]);
    if (two !== last.two) window.batches += 1;
    if (charts.some((chart) => !chart.querySelector('.main-svg'))) window.blank += 1;
    Object.assign(last, { one, two });
    requestAnimationFrame(look);
  };
  look();
}"""
STANDS = """() => [...document.querySelectorAll('.panel [data-chart]')].every((chart) =>
  chart.dataset.rev === chart.closest('.panel').dataset.requested) && !Object.keys(skewlab.values).length"""


class Drag(NamedTuple):
    """moved: [when, the slider's value]. shown: [when, the share plot's rev]. rest: ms from the release to the end."""

    moved: list[tuple[float, float]]
    shown: list[tuple[float, str]]
    batches: int
    blank: int
    rest: float

    def follows(self, plan: Plan) -> list[float]:
        """ms from each move until the plot shows the newest value that the slider had by then, or a later one.

        A value that a newer one overtakes is not waited for: the plot is late only while it shows an older one.
        """
        place = {plan(value).fingerprint: i for i, (_, value) in enumerate(self.moved)}
        arrivals = [(when, place.get(rev.split("-")[0], -1)) for when, rev in self.shown]
        return [next(when for when, at in arrivals if at >= i) - start for i, (start, _) in enumerate(self.moved)]


def dragged(page: Page, values: int) -> Drag:
    """The skew's slider over most of its length, 20 values a second; then let go."""
    page.evaluate(WATCHED)
    box = page.locator(".st-key-slider-skew input").bounding_box()
    y, left, width = box["y"] + box["height"] / 2, box["x"], box["width"]
    page.mouse.move(left + 0.1 * width, y)
    page.mouse.down()
    for value in range(values):
        page.mouse.move(left + (0.1 + 0.8 * (value + 1) / values) * width, y)
        page.wait_for_timeout(50)
    page.wait_for_timeout(1000)
    moved, shown, batches, blank = page.evaluate("() => [moved, shown, batches, blank]")
    page.evaluate("() => document.addEventListener('pointerup', () => { window.released = performance.now(); }, true)")
    page.mouse.up()
    page.wait_for_function(STANDS, polling="raf")
    rest = page.evaluate("() => performance.now() - window.released")
    settle(page)
    return Drag(moved, shown, batches, blank, rest)


def rows_of_drag(browser: Browser, url: str, values: int) -> list[Row]:
    with opened(browser, f"{url}/?data=synthetic") as page:
        settle(page)
        drag, core = dragged(page, values), is_the_core_s(page)
    with opened(browser, f"{url}/?classes=1000&samples=1000000") as page:
        settle(page)
        many = dragged(page, values)
    seconds = (drag.moved[-1][0] - drag.moved[0][0]) / 1000
    newest = all(is_of(one.shown[-1][1], one.moved[-1][1]) for one in (drag, many))
    return [
        at_most("drag: slider to share plot", drag.follows(default_plan), 60, 150),
        at_most("drag at 1000 classes: slider to share plot", many.follows(default_plan), 150, 300),
        Row("drag: the newest value stands, before and after release", f"{'yes' if newest else 'no'}, {core.said}",
            "always", newest and core.holds, timed=False),
        Row("drag: blank frames", str(drag.blank), "0", drag.blank == 0, timed=False),
        Row("drag: batches plot", f"{drag.batches / seconds:.1f} updates a second", "≥ 5", drag.batches / seconds >= 5),
        Row("drag: the page has run after release", f"{drag.rest:.0f} ms", "", True),
    ]  # fmt: skip


def is_of(rev: str, skew: float) -> bool:
    """Whether a figure with this mark shows this skew."""
    return rev.startswith(f"{default_plan(skew).fingerprint}-")


SENT = """() => {
  const send = WebSocket.prototype.send;
  window.sent = 0;
  WebSocket.prototype.send = function (data) { window.sent += 1; return send.call(this, data); };
}"""


def rows_of_play(browser: Browser, url: str, seconds: float) -> list[Row]:
    """seconds: up to 35, as 1,000 epochs at half the speed are 25 a second for 40 s, and Play stops at the last."""
    with opened(browser, f"{url}/?data=synthetic&epochs=1000") as page:
        settle(page)
        page.evaluate(SENT)
        page.locator(".player select").select_option("0.5")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("() => window.skewlab.frames")
        page.wait_for_timeout(1500)
        page.evaluate(
            """() => {
              const chart = document.querySelector('[data-chart="batches"]');
              Object.assign(window, { frames: 0, last: null });
              const look = () => {
                if (chart.dataset.rev !== window.last) { window.frames += 1; window.last = chart.dataset.rev; }
                requestAnimationFrame(look);
              };
              look();
            }"""
        )
        requests, before = page.evaluate("() => window.sent"), heap(page)
        start, done = page.evaluate("() => [performance.now(), window.frames]")
        page.wait_for_timeout(1000 * seconds)
        frames, now = page.evaluate("() => [window.frames, performance.now()]")
        asked = page.evaluate("() => window.sent") - requests
        rate, grown = 1000 * (frames - done) / (now - start), heap(page) - before
    return [
        Row("playing: drawn frames of the batches", f"{rate:.1f} a second", "≥ 20", rate >= 20),
        Row("playing: messages to the server", str(asked), "0", asked == 0, timed=False),
        Row(f"playing: heap after {seconds:.0f} s", f"{grown:+.1f} MB", "flat: < 10", grown < 10, timed=False),
    ]


def rows_of_held_key(browser: Browser, url: str) -> list[Row]:
    """An arrow key held down for 40 steps, as keyboards repeat it: 30 a second."""
    with opened(browser, f"{url}/?data=synthetic") as page:
        settle(page)
        page.locator(".st-key-slider-skew input").focus()
        for _ in range(40):
            page.keyboard.down("ArrowRight")
            page.wait_for_timeout(33)
        page.keyboard.up("ArrowRight")
        start = page.evaluate("() => performance.now()")
        page.wait_for_function(
            """() => location.search.includes('skew=0.8')
               && [...document.querySelectorAll('.panel [data-chart]')].every((chart) =>
                 chart.dataset.rev === chart.closest('.panel').dataset.requested)""",
            polling="raf",
        )
        rest = page.evaluate("() => performance.now()") - start
        settle(page)
        core = is_the_core_s(page)
    return [
        Row("held key: no figure stale after", f"{rest:.0f} ms", "≤ 500", rest <= 500),
        Row("held key: what stands in the end", core.said, "the core's", core.holds, timed=False),
    ]


class Same(NamedTuple):
    said: str
    holds: bool


def default_counts() -> ClassCounts:
    """What the page shows when it is opened."""
    return synthetic("exponential", 10, 20_000, 100.0)


def is_the_core_s(page: Page) -> Same:
    """Whether shares, skews and batches on the page are those of the core for the skew that the page shows."""
    shares, skews, batches = page.evaluate(
        """() => ['shares', 'skew', 'batches'].map((id) =>
             document.querySelector(`[data-chart="${id}"]`)._fullData.map((trace) => Array.from(trace.y)))"""
    )
    skew = float(page.locator(".st-key-skew input").input_value())
    plan, counts = default_plan(skew), default_counts()
    same = (
        np.abs(np.array(shares).T - plan.class_shares(counts)).max() < 1e-6
        and np.abs(np.array(skews[0]) - plan.skews()).max() < 1e-6
        and np.array_equal(np.array(batches).T, plan.preview(counts, 0, 0, 50).batch_class_counts)
    )
    return Same(f"figures {'are' if same else 'are not'} the core's at skew {skew:g}", bool(same))


def rows_of_moves(browser: Browser, url: str, server: int, moves: int) -> list[Row]:
    with opened(browser, f"{url}/?data=synthetic") as page:
        settle(page)
        slider = page.locator(".st-key-slider-skew input")
        slider.focus()
        for number in range(30 + moves):
            page.keyboard.press("ArrowRight" if number // 60 % 2 == 0 else "ArrowLeft")
            page.wait_for_timeout(150)
            if number == 29:
                settle(page)
                before = heap(page), resident_megabytes(server)
        settle(page)
        core = is_the_core_s(page)
        browser_grown, server_grown = heap(page) - before[0], resident_megabytes(server) - before[1]
    return [
        Row(f"{moves} moves: what stands in the end", core.said, "the core's", core.holds, timed=False),
        Row(f"{moves} moves: browser heap", f"{browser_grown:+.1f} MB", "< 50", browser_grown < 50, timed=False),
        Row(f"{moves} moves: server memory", f"{server_grown:+.1f} MB", "< 20", server_grown < 20, timed=False),
    ]


def heap(page: Page) -> float:
    """Megabytes of JavaScript objects that are in use."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def process_of(url: str) -> int:
    """The process that was started to serve this address."""
    port = url.rpartition(":")[2]
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        if f"--server.port={port}" in found.read_bytes().decode(errors="replace"):
            return int(found.parent.name)
    raise RuntimeError(f"no server at {url}")


@contextmanager
def started(chromium: str) -> Iterator[tuple[Browser, str]]:
    """A browser, and the address of a server for it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        with clean_server(Path(folder) / "log.txt") as url:
            yield browser, url
        browser.close()


def rows_of_long_ones(browser: Browser, url: str, part: float) -> Iterator[Row]:
    """What takes long: a drag, a held key, playing, hundreds of moves. part: how much of each."""
    yield from rows_of_drag(browser, url, int(100 * max(part, 0.4)))
    yield from rows_of_held_key(browser, url)
    yield from rows_of_play(browser, url, 35 * max(part, 0.3))
    yield from rows_of_moves(browser, url, process_of(url), int(300 * part))


def measured(chromium: str, part: float) -> Iterator[Row]:
    """Every row, as soon as it is known."""
    with started(chromium) as (browser, url):
        yield from rows_of_loads(browser, url, int(14 * max(part, 0.25)))
        yield from rows_of_keys(browser, url, int(60 * part))
        yield from rows_of_long_ones(browser, url, part)
    yield from rows_of_server_work(int(20 * max(part, 0.2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    short = parser.parse_args().short
    lines = []
    found = map(shutil.which, ("chromium", "chromium-headless-shell"))
    for row in measured(os.environ.get("CHROME") or next(filter(None, found), None), 0.1 if short else 1.0):
        lines.append(str(row))
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
    if not short:
        versions = f"Python {platform.python_version()}, Streamlit {streamlit.__version__}, headless Chromium"
        table = "\n".join(["| what | measured | asked for |", "| --- | --: | --: |", *lines])
        about = f"{os.cpu_count()} cores for server and browser; {versions}."
        report = Path(__file__).with_suffix(".md")
        _, heading, notes = report.read_text().partition("\n## ")  # written by hand, below the table
        report.write_text(f"# Explore's benchmark\n\n{about}\n\n{table}\n{heading}{notes}")


if __name__ == "__main__":
    main()
