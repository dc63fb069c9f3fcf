"""How Train's page answers: the first point after Start, and Explore's drag while a study runs. See `training`."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.benchmarks.explore import Row, default_plan, dragged, opened
from tests.browser.conftest import settle

STARTS, FORM_IS_OPEN, LONGEST_START = 3, 6.0, 3.0  # seconds
ROUNDS, VALUES, MOST_SLOWER = 2, 40, 2.0
LONG = "/train?epochs=1000&splits=100+runs+a+plan"
START = ".st-key-start_study button"
# From the click on Start to the frame in which the first curve has a point.
FIRST_POINT = """() => {
  window.waited = null;
  const look = (start) => {
    const chart = document.querySelector('[data-chart="train-live"]');
    const drawn = chart?.querySelector('.main-svg') && chart._fullData?.some(({ y }) => [...y].some(Number.isFinite));
    if (drawn) window.waited = performance.now() - start;
    else requestAnimationFrame(() => look(start));
  };
  document.querySelector('BUTTON').addEventListener('click', () => look(performance.now()), { once: true });
}""".replace("BUTTON", START)


def rows_of_page(browser: Browser, url: str) -> Iterator[Row]:
    """The two rows; the server is warm."""
    waited = [first_point(browser, url) for _ in range(1 + STARTS)][1:]
    middle = statistics.median(waited)
    said = f"median {middle:.1f} s, longest {max(waited):.1f} s of {len(waited)}"
    yield Row("Start to the first point on the screen", said, f"≤ {LONGEST_START:g} s", middle <= LONGEST_START)
    alone, beside = list[float](), list[float]()
    for _ in range(ROUNDS):
        alone += drag(browser, url)
        with running_study(browser, url):
            beside += drag(browser, url)
    medians = statistics.median(alone), statistics.median(beside)
    said = f"{medians[1] / medians[0]:.2f}x (medians {medians[1]:.0f} and {medians[0]:.0f} ms of {len(alone)})"
    what = "Explore's drag while a study runs, against none"
    yield Row(what, said, f"≤ {MOST_SLOWER:g}x", medians[1] <= MOST_SLOWER * medians[0])


def first_point(browser: Browser, url: str) -> float:
    """Seconds, of the study that the form has when it is opened; by then its process has imported torch."""
    with opened(browser, f"{url}/train") as page:
        settle(page)
        page.wait_for_timeout(1000 * FORM_IS_OPEN)
        page.evaluate(FIRST_POINT)
        page.locator(START).first.click()
        page.wait_for_function("() => window.waited", polling=50)
        waited = page.evaluate("() => window.waited")
        cancel(page)
    return float(waited) / 1000


def drag(browser: Browser, url: str) -> list[float]:
    """Milliseconds from each move of the slider to its share plot."""
    with opened(browser, f"{url}/?data=synthetic") as page:
        settle(page)
        return dragged(page, VALUES).follows(default_plan)


@contextmanager
def running_study(browser: Browser, url: str) -> Iterator[None]:
    """A study that trains meanwhile, whose page has been left."""
    with opened(browser, f"{url}{LONG}") as page:
        settle(page)
        page.locator(START).first.click()
        page.wait_for_url(re.compile("study="))
        page.locator('[data-chart="train-live"] .main-svg').first.wait_for()
        address = page.url
    yield
    with opened(browser, address) as page:
        cancel(page)


def cancel(page: Page) -> None:
    page.locator(".st-key-cancel_study button").first.click()
    page.locator(START).first.wait_for()
