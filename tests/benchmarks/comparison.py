"""How fast Compare follows two sliders: from a key to the first frame in which every figure shows the new value.

    python -m tests.benchmarks.comparison

Six plans, at 10 classes x 100 epochs and at 1000 classes x 200 epochs; server and browser on this machine. The skew
factor changes one plan of the six, the class imbalance all of them. Medians and 95 % quantiles in milliseconds, and the
load of the machine, without which they mean little.
"""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.scenario import Scenario
from sampler_core import Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import synthetic
from tests.browser.conftest import ARGS, settle
from tests.servers import clean_server

SIZES = (
    (10, 20_000, 100, 400),
    (1000, 1_000_000, 200, 700),
)
SLIDERS = ("skew", "ratio")
PRESSES = 15
PRESSED = """([slider, states]) => {
  window.times = [];
  const box = document.querySelector(`.st-key-${slider} input`);
  const look = (start, before) => {
    const state = states[Number(box.value)];
    const charts = [...document.querySelectorAll('.panel [data-chart]')];
    const ready = box.value !== before && charts.every((chart) => chart.dataset.rev.startsWith(`${state}-`)
      && chart.dataset.rev === chart.closest('.panel').dataset.requested);
    if (ready) window.times.push(performance.now() - start);
    else requestAnimationFrame(() => look(start, before));
  };
  document.querySelector(`.st-key-slider-${slider} input`).addEventListener('keydown', () =>
    look(performance.now(), box.value), true);
}"""


def states(key: str, classes: int, samples: int, epochs: int) -> dict[str, str]:
    """Value of a slider -> the mark that a figure of the page carries there, computed here."""
    row = PARAMETERS[key]
    marks = {}
    for stop in row.stops:
        skew, ratio = (stop, 100.0) if key == "skew" else (0.0, stop)
        plan = SamplingPlan(target=PowerSkew(Linear(skew, 0.01)), epochs=epochs, batch_size=128)
        marks[f"{stop:.10g}"] = Scenario(synthetic("exponential", classes, samples, ratio), plan).rev
    return marks


def pressed(page: Page, slider: str, marks: dict[str, str]) -> list[float]:
    """Milliseconds of each key press on a slider of the sidebar."""
    page.evaluate(PRESSED, [slider, marks])
    page.locator(f".st-key-slider-{slider} input").first.focus()
    for number in range(1, PRESSES + 1):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(number) => window.times.length >= number", arg=number)
        page.wait_for_timeout(150)
    return sorted(page.evaluate("() => window.times"))


def main() -> None:
    """Print one line a size."""
    with (
        tempfile.TemporaryDirectory() as folder,
        clean_server(Path(folder) / "log.txt") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROME") or shutil.which("chromium"), args=ARGS
        )
        for (classes, samples, epochs, most), slider in itertools.product(SIZES, SLIDERS):
            context = browser.new_context(viewport={"width": 1280, "height": 1800})
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{url}/compare?classes={classes}&samples={samples}&epochs={epochs}")
            settle(page)
            times = pressed(page, slider, states(slider, classes, samples, epochs))
            high = times[int(0.95 * (len(times) - 1))]
            sys.stdout.write(
                f"Compare, {classes} classes x {epochs} epochs, {slider}: median {statistics.median(times):.0f} ms, "
                f"p95 {high:.0f} ms of {len(times)} (median at most {most}); load {os.getloadavg()[0]:.1f} on "
                f"{os.cpu_count()} cores\n"
            )
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
