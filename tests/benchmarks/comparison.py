"""How fast Compare follows two sliders: from a key to the first frame in which every figure shows the new value.

    python -m tests.benchmarks.comparison

Six plans, at 10 classes x 100 epochs and at 1000 classes x 200 epochs; server and browser on this machine. The skew
factor changes one plan of the six, the class imbalance all of them. Medians and 95 % quantiles in milliseconds, and the
load of the machine, without which they mean little.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGS, running_server, settle

SIZES = (
    ("10 classes x 100 epochs", "", 400),
    ("1000 classes x 200 epochs", "?classes=1000&samples=1000000&epochs=200", 700),
)
SLIDERS = ("skew", "ratio")
PRESSES = 15
PRESSED = """(slider) => {
  window.times = [];
  const wanted = () => [...document.querySelectorAll('.panel')].map((panel) => panel.dataset.wanted).join();
  const look = (start, before) => {
    const charts = [...document.querySelectorAll('.panel [data-chart]')];
    const ready = wanted() !== before
      && charts.every((chart) => chart.dataset.rev === chart.closest('.panel').dataset.wanted);
    if (ready) window.times.push(performance.now() - start);
    else requestAnimationFrame(() => look(start, before));
  };
  document.querySelector(`.st-key-side-handle-${slider} input`).addEventListener('keydown', () =>
    look(performance.now(), wanted()), true);
}"""


def pressed(page: Page, slider: str) -> list[float]:
    """Milliseconds of each key press on a slider of the sidebar."""
    page.evaluate(PRESSED, slider)
    page.locator(f".st-key-side-handle-{slider} input").first.focus()
    for number in range(1, PRESSES + 1):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(number) => window.times.length >= number", arg=number)
        page.wait_for_timeout(150)
    return sorted(page.evaluate("() => window.times"))


def main() -> None:
    """Print one line a size."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROME") or shutil.which("chromium"), args=ARGS
        )
        for size, query, most in SIZES:
            context = browser.new_context(viewport={"width": 1280, "height": 1800})
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{url}/compare{query}")
            settle(page)
            for slider in SLIDERS:
                times = pressed(page, slider)
                high = times[int(0.95 * (len(times) - 1))]
                sys.stdout.write(
                    f"Compare, {size}, {slider}: median {statistics.median(times):.0f} ms, p95 {high:.0f} ms of "
                    f"{len(times)} (median at most {most}); load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
                )
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
