"""How fast Explore follows: key presses, drags, playing, memory; server and browser on this machine.

    python -m tests.benchmarks.explore            the long forms
    python -m tests.benchmarks.explore --short    a tenth of each

Prints one line a measurement, "what: value (asked for)". Times are medians and 95 % quantiles in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from sampler_core import Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import synthetic
from tests.browser.conftest import ARGS, ROOT, free_port, running_server, settle, wait_until_healthy

# The real page, with its figures as plain calls.
PLAIN = """
import streamlit as st
from pages.parts import live_panel as parts

def plain(key, charts, rev, **_):
    for chart in charts:
        st.plotly_chart(chart.figure.spec, key=f"plain-{chart.id}")

parts.live_panel = plain
"""
# Time from a key to the first frame in which every figure shows the new value.
PRESSED = """() => {
  window.times = []; window.share = [];
  const look = (start, before, done) => {
    const charts = [...document.querySelectorAll('.panel [data-chart]')];
    const shares = charts.find((chart) => chart.dataset.chart === 'shares');
    const changed = shares.dataset.rev !== before;
    if (!done.share && changed) { done.share = true; window.share.push(performance.now() - start); }
    const ready = changed && charts.every((chart) => chart.dataset.rev === chart.closest('.panel').dataset.wanted);
    if (ready) window.times.push(performance.now() - start);
    else requestAnimationFrame(() => look(start, before, done));
  };
  document.querySelector('.st-key-side-handle-skew input').addEventListener('keydown', () =>
    look(performance.now(), document.querySelector('[data-chart="shares"]').dataset.rev, {}), true);
}"""
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
  document.addEventListener('keydown', () => look(performance.now(), state()), true);
}""".replace("FIGURES", "5")


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)
    if not ordered:
        return "nothing measured"
    high = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {statistics.median(ordered):.0f} ms, p95 {high:.0f} ms of {len(ordered)}"


def say(what: str, value: str, asked: str) -> None:
    sys.stdout.write(f"{what}: {value} (asked for: {asked})\n")
    sys.stdout.flush()


@contextmanager
def opened(browser: Browser, url: str, **size: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1800} | size)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    yield page
    context.close()


def press(page: Page, presses: int, script: str, slider: str) -> list[float]:
    page.evaluate(script)
    page.locator(slider).first.focus()
    for number in range(1, presses + 1):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(number) => window.times.length >= number", arg=number)
        page.wait_for_timeout(100)
    return page.evaluate("() => window.times")


def keys(browser: Browser, url: str, presses: int) -> None:
    with opened(browser, url) as page:
        settle(page)
        found = press(page, presses, PRESSED, ".st-key-side-handle-skew input")
        say("key press to all figures", quantiles(found), "median <= 250, p95 <= 400")
        say("key press to the share plot", quantiles(page.evaluate("() => window.share")), "median <= 120")
    with opened(browser, f"{url}/?classes=1000&samples=1000000") as page:
        settle(page)
        found = press(page, max(5, presses // 3), PRESSED, ".st-key-side-handle-skew input")
        say("key press to all figures, 1000 classes", quantiles(found), "median <= 500")


def plain_keys(browser: Browser, presses: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log, script = Path(folder) / "log.txt", plain_page(Path(folder))
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}",
                   "--server.headless=true", "--server.fileWatcherType=none"]  # fmt: skip
        with log.open("w") as out:
            known = os.environ | {"PYTHONPATH": str(ROOT)}
            server = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env=known)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", server, log)
            with opened(browser, f"http://127.0.0.1:{port}") as page:
                page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot .main-svg').length >= 5")
                page.wait_for_timeout(3000)
                found = press(page, presses, PLAIN_PRESSED, ".st-key-side-handle-skew input")
                say("the same page with st.plotly_chart", quantiles(found), "at least twice the above")
        finally:
            server.terminate()
            server.wait(20)


def plain_page(folder: Path) -> Path:
    """The frame and its pages as they are, but for the panels."""
    for page in (ROOT / "pages").glob("*.py"):
        shutil.copy(page, folder)
    (folder / "parts").symlink_to(ROOT / "pages" / "parts")
    script = folder / "frame.py"
    script.write_text(PLAIN + script.read_text())
    return script


def drag(browser: Browser, url: str, values: int) -> None:
    with opened(browser, url) as page:
        settle(page)
        page.evaluate(
            """() => {
              Object.assign(window, { moved: [], shown: [], batches: 0, blank: 0 });
              document.addEventListener('skewlab:move', ({ detail }) => moved.push([performance.now(), detail.value]));
              const [shares, mix] = ['shares', 'batches'].map((id) => document.querySelector(`[data-chart="${id}"]`));
              const last = {};
              const look = () => {
                const [one, two] = [shares.dataset.rev, mix.dataset.rev];
                if (one !== last.one) window.shown.push([performance.now(), one]);
                if (two !== last.two) window.batches += 1;
                if (!shares.querySelector('.main-svg')) window.blank += 1;
                Object.assign(last, { one, two });
                requestAnimationFrame(look);
              };
              look();
            }"""
        )
        box = page.locator(".st-key-side-handle-skew input").bounding_box()
        y, left, width = box["y"] + box["height"] / 2, box["x"], box["width"]
        page.mouse.move(left + 0.1 * width, y)
        page.mouse.down()
        for value in range(values):
            page.mouse.move(left + (0.1 + 0.8 * (value + 1) / values) * width, y)
            page.wait_for_timeout(5000 / 100)
        moved, shown, batches, blank = page.evaluate("() => [moved, shown, batches, blank]")
        page.mouse.up()
        released = page.evaluate("() => performance.now()")
        page.wait_for_function(
            """() => [...document.querySelectorAll('.panel [data-chart]')].every((chart) =>
                 chart.dataset.rev === chart.closest('.panel').dataset.wanted)
               && document.querySelector('[data-chart="shares"]').dataset.rev.startsWith('preview') === false""",
            polling="raf",
        )
        rest = page.evaluate("() => performance.now()") - released
    delays = [next((t - start for t, rev in shown if rev == f"preview:skew={value:g}" and t >= start), None)
              for start, value in moved]  # fmt: skip
    seen = [delay for delay in delays if delay is not None]
    seconds = (moved[-1][0] - moved[0][0]) / 1000
    say("drag to the share plot", quantiles(seen), "median <= 80, p95 <= 150")
    say("values drawn", f"{len(seen)} of {len(moved)}, blank frames {blank}", "90 of 100, none blank")
    say("batches plot", f"{batches / seconds:.1f} updates a second", ">= 5")
    say("figures are Python's after release", f"{rest:.0f} ms", "<= 400")


def play(browser: Browser, url: str, seconds: float) -> None:
    with opened(browser, url) as page:
        sent: list[object] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(payload)))
        page.reload()
        settle(page)
        page.locator(".player select").select_option("40")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("() => window.skewlabFramesOf")
        page.wait_for_timeout(1500)
        page.evaluate(
            "() => { window.frames = 0; document.addEventListener('skewlab:move', () => { window.frames += 1; }); }"
        )
        requests, before = len(sent), heap(page)
        start = page.evaluate("() => performance.now()")
        page.wait_for_timeout(1000 * seconds)
        frames, now = page.evaluate("() => [window.frames, performance.now()]")
        say("playing", f"{1000 * frames / (now - start):.1f} frames a second", ">= 20")
        say("messages to the server while playing", str(len(sent) - requests), "0")
        say(f"heap after {seconds:.0f} s of playing", f"{heap(page) - before:+.1f} MB", "flat")


def held(browser: Browser, url: str) -> None:
    """An arrow key held down for 40 steps, as keyboards repeat it: 30 a second."""
    with opened(browser, url) as page:
        settle(page)
        page.locator(".st-key-side-handle-skew input").focus()
        for _ in range(40):
            page.keyboard.down("ArrowRight")
            page.wait_for_timeout(33)
        page.keyboard.up("ArrowRight")
        start = page.evaluate("() => performance.now()")
        page.wait_for_function(
            """() => location.search.includes('skew=0.8') && !document.querySelector('.panel canvas.sketch')
               && [...document.querySelectorAll('.panel [data-chart]')].every((chart) =>
                 chart.dataset.rev === chart.closest('.panel').dataset.wanted)""",
            polling="raf",
        )
        rest = page.evaluate("() => performance.now()") - start
        page.wait_for_timeout(1000)
        say("after a held key no figure is stale", f"{rest:.0f} ms, {is_the_core_s(page)}", "<= 500")


def is_the_core_s(page: Page) -> str:
    """Whether the class shares on the page are those of the core for the skew that the page shows."""
    shown = page.evaluate(
        "() => document.querySelector('[data-chart=\"shares\"]')._fullData.map((trace) => Array.from(trace.y))"
    )
    skew = float(page.locator(".st-key-skew input").input_value())
    plan = SamplingPlan(target=PowerSkew(Linear(skew, 0.01)), epochs=100, batch_size=128)
    shares = plan.class_shares(synthetic("exponential", 10, 20_000, 100.0))
    most = float(np.abs(np.array(shown).T - shares).max())
    return f"figures {'are' if most < 1e-6 else 'ARE NOT'} the core's at skew {skew:g}"


def memory(browser: Browser, url: str, server: int, moves: int) -> None:
    with opened(browser, url) as page:
        settle(page)
        slider = page.locator(".st-key-side-handle-skew input")
        slider.focus()
        for number in range(30 + moves):
            page.keyboard.press("ArrowRight" if number // 60 % 2 == 0 else "ArrowLeft")
            page.wait_for_timeout(150)
            if number == 29:
                settle(page)
                before = heap(page), resident(server)
        settle(page)
        say(f"after {moves} moves", is_the_core_s(page), "the core's")
        say(f"browser heap after {moves} moves", f"{heap(page) - before[0]:+.1f} MB", "< 50 MB")
        say(f"server memory after {moves} moves", f"{resident(server) - before[1]:+.1f} MB", "< 20 MB")


def heap(page: Page) -> float:
    """Megabytes of JavaScript objects that are in use."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def resident(process: int) -> float:
    """Megabytes of memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    part = 0.1 if parser.parse_args().short else 1.0
    chromium = os.environ.get("CHROME") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        with running_server(Path(folder) / "log.txt") as url:
            keys(browser, url, int(60 * part))
            plain_keys(browser, int(60 * part))
            drag(browser, url, int(100 * max(part, 0.4)))
            held(browser, url)
            play(browser, url, 300 * part)
            memory(browser, url, process_of(url), int(300 * part))
        browser.close()


def process_of(url: str) -> int:
    """The process that was started to serve this address."""
    port = url.rpartition(":")[2]
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        if f"--server.port={port}" in found.read_bytes().decode(errors="replace"):
            return int(found.parent.name)
    raise RuntimeError(f"no server at {url}")


if __name__ == "__main__":
    main()
