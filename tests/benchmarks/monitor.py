"""How fast Monitor opens a long run log, how soon a line that is written is on the page, and what following costs.

    python -m tests.benchmarks.monitor             some three minutes, on a quiet machine; prints a table
    python -m tests.benchmarks.monitor --short     a part of it

A real server and a headless Chromium on the same machine. A log of 1,000 epochs of 1,000 classes is written in the
format of `RunLog`, with draws of its plan; `tests.benchmarks.run_log` has the size of a real one, and what writing
costs. Times are from choosing a file, or from starting to load a page, to the first figure on the screen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.run_log.written_lines import draw_fields, draw_line, line_of, metric_line, plan_line
from tests.benchmarks.explore import PRESSED, Row, load_time, opened, press
from tests.browser.conftest import ARGS
from tests.servers import Server, streamlit_server

EPOCHS, CLASSES, SAMPLES, BATCH = 1000, 1000, 50_000, 2048
FIGURE = '[data-chart="logged-shares"]'
LOADED_FIGURE = """new Promise((done) => new PerformanceObserver((list) =>
  list.getEntriesByName('skewlab:logged-shares').forEach(({ startTime }) => done(startTime)))
  .observe({ type: 'mark', buffered: true }))"""
SESSIONS, RUNS, FOLLOWED_FOR = 10, 6, 20.0  # browsers' pages, runs, seconds


class WrittenLog:
    """A log that grows. classes, samples: of its data set; epochs: of its plan."""

    def __init__(self, path: Path, classes: int, samples: int, epochs: int) -> None:
        shares = 0.01 ** (np.arange(classes) / max(classes - 1, 1))
        self.counts = ClassCounts.from_counts(np.maximum(1, np.round(samples * shares / shares.sum())).astype(int))
        target = PowerSkew(Linear(0.0, 1.0 / epochs, maximum=1.0))
        self.plan = SamplingPlan(target=target, epochs=epochs, batch_size=BATCH, seed=0)
        self.path, self.epochs, self._random = path, 0, np.random.default_rng(0)
        self._shares, self._draws = self.plan.class_shares(self.counts), self.plan.samples(self.counts)
        self._append([plan_line(path.stem[:16], self.plan, self.counts, "0" * 16)])

    def grow(self, epochs: int = 1) -> None:
        """More epochs, each with the recall of its classes."""
        lines, batches = list[dict[str, Any]](), -(-self._draws // BATCH)
        for epoch in range(self.epochs, self.epochs + epochs):
            planned = self._draws * self._shares[epoch]
            drawn = self._random.multinomial(self._draws, self._shares[epoch])
            lines.append(draw_line(draw_fields(epoch, batches, planned, drawn, drawn, seconds=12.345)))
            recall = (self._random.integers(0, 51, self.counts.num_classes) / 50).tolist()
            lines.append(metric_line(epoch, "validation", {"recall": recall}))
        self._append(lines)
        self.epochs += epochs

    def _append(self, lines: Sequence[dict[str, Any]]) -> None:
        with self.path.open("ab") as file:
            file.writelines(map(line_of, lines))


def at_most(what: str, seconds: Sequence[float], most: float) -> Row:
    """A row of seconds; the largest one counts."""
    measured = f"median {statistics.median(seconds):.2f} s, largest {max(seconds):.2f} s of {len(seconds)}"
    return Row(what, measured, f"≤ {most:g} s", max(seconds) <= most)


def rows_of_opening(browser: Browser, url: str, folder: Path, log: Path, times: int) -> Iterator[Row]:
    """By upload into a page that stands; by a link, a run that nobody has looked at and one that somebody has."""
    size = f"{EPOCHS:,} epochs of {CLASSES:,} classes, {log.stat().st_size / 1e6:.1f} MB"
    uploads = []
    for _ in range(times):
        with opened(browser, f"{url}/monitor") as page:
            box = page.locator("[data-testid=stFileUploader] input[type=file]")
            box.wait_for(state="attached")
            page.wait_for_timeout(4000)  # as a person needs to find the file
            begin = time.perf_counter()
            box.set_input_files(log)
            page.locator(f"{FIGURE} .main-svg").first.wait_for()
            uploads.append(time.perf_counter() - begin)
    yield at_most(f"upload to first figure, {size}", uploads, 2)
    first, again = [], []
    for number in range(times):
        shutil.copy(log, folder / f"copy{number}.jsonl")
        time.sleep(2)  # the folder is listed so often
        link = f"{url}/monitor?data=synthetic&runs=copy{number}.jsonl"
        first.append(load_time(browser, link, LOADED_FIGURE) / 1e3)
        again.append(load_time(browser, link, LOADED_FIGURE) / 1e3)
    yield at_most("page load by its link to first figure, a log that nobody has looked at", first, 2)
    yield at_most("page load by its link to first figure, a log that was looked at", again, 2)
    example = f"{url}/monitor?data=synthetic&runs=Example%3A+a+run+as+planned"
    least = [load_time(browser, example, LOADED_FIGURE) / 1e3 for _ in range(times)]
    yield at_most("page load by its link to first figure, the example of 30 epochs and 10 classes", least, 2)


def rows_of_following(browser: Browser, server: Server, folder: Path, seconds: float) -> Iterator[Row]:
    """A line on the page; then pages that follow runs: where nothing comes, and where five write each second."""
    logs = [WrittenLog(folder / f"followed{i}.jsonl", 10, SAMPLES, 2 * EPOCHS) for i in range(RUNS)]
    for log in logs:
        log.grow(EPOCHS)
    with ExitStack() as pages:
        query = "&".join(f"runs={log.path.name}" for log in logs)
        one = pages.enter_context(opened(browser, f"{server.url}/monitor?runs={logs[0].path.name}"))
        yield at_most(
            "a line that is written to its words on the page", [seen_after(one, logs[0]) for _ in range(8)], 3
        )
        for _ in range(SESSIONS):
            page = pages.enter_context(opened(browser, f"{server.url}/monitor?{query}"))
            page.get_by_role("heading", name=f"{RUNS} runs.").wait_for()
        one.close()
        for writing, every in ((0, 1.0), (5, 10.0), (5, 1.0)):
            time.sleep(5)
            used, begin = server.processor_seconds(), time.perf_counter()
            while (now := time.perf_counter() - begin) < seconds:
                for log in logs[:writing]:
                    log.grow()
                time.sleep(max(0.0, every - (time.perf_counter() - begin - now)))
            share = (server.processor_seconds() - used) / (time.perf_counter() - begin)
            what = f"{SESSIONS} sessions follow {RUNS} runs of {EPOCHS:,} epochs"
            what += f", {writing} of them written to every {every:.0f} s" if writing else ""
            yield Row(what, f"{share:.1%} of a core", "≤ 10 %", share <= 0.10)


def seen_after(page: Page, log: WrittenLog) -> float:
    """Seconds from a line that is written to the words on the page that are of it."""
    page.wait_for_timeout(float(np.random.default_rng(log.epochs).uniform(0, 2000)))
    log.grow()
    begin = time.perf_counter()
    page.get_by_text(f"{log.epochs:,} epochs of").wait_for()
    return time.perf_counter() - begin


def rows_of_a_huge_log(browser: Browser, url: str, folder: Path) -> Iterator[Row]:
    """What others see of a log of nearly 1 GiB in the folder that somebody looks at: key presses in Explore."""
    whole = (folder / "copy0.jsonl").read_bytes()
    with (folder / "huge.jsonl").open("wb") as file:
        for _ in range((1 << 30) // len(whole)):
            file.write(whole)
    slider = ".st-key-slider-skew input"
    with opened(browser, url) as page, opened(browser, f"{url}/monitor?runs=Example%3A+a+run+as+planned") as other:
        page.locator(f"{slider}").first.wait_for()
        page.wait_for_timeout(3000)
        alone = press(page, 20, PRESSED, slider)
        other.goto(f"{url}/monitor?runs=huge.jsonl")
        other.get_by_text("Reading huge.jsonl").wait_for()
        beside = press(page, 20, PRESSED, slider)
        was_reading = other.get_by_text("Reading huge.jsonl").is_visible()
        begin = time.perf_counter()
        other.locator(f"{FIGURE} .main-svg").first.wait_for(timeout=300_000)
        part = statistics.median(beside) / statistics.median(alone)
        what = "key press in Explore while a log of 1 GiB is read, over none"
        yield Row(what, f"{part:.2f}x ({'to' if was_reading else 'NOT to'} its end)", "≤ 2x", part <= 2 and was_reading)
        yield Row("the rest of its reading", f"{time.perf_counter() - begin:.0f} s", "", True)


def measured(chromium: str, is_short: bool) -> Iterator[Row]:
    """Every row, as soon as it is known."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        (folder := Path(name) / "runs").mkdir()
        long_log = WrittenLog(Path(name) / "long.jsonl", CLASSES, SAMPLES, EPOCHS)
        long_log.grow(EPOCHS)
        os.environ["SKEWLAB_RUNS"] = str(folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        with streamlit_server(Path(name) / "log.txt") as server:
            yield from rows_of_opening(browser, server.url, folder, long_log.path, 2 if is_short else 5)
            yield from rows_of_following(browser, server, folder, FOLLOWED_FOR / (4 if is_short else 1))
            if not is_short:
                yield from rows_of_a_huge_log(browser, server.url, folder)
            for line in server.wrong_lines():
                sys.stdout.write(f"server: {line}\n")
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    is_short = parser.parse_args().short
    found = map(shutil.which, ("chromium", "chromium-headless-shell"))
    for row in measured(os.environ.get("CHROME") or next(filter(None, found), ""), is_short):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
