"""The first screen of Explore, as a laptop shows it: what stands on it, and that nothing on it jumps."""

from itertools import pairwise

from tests.browser.conftest import settle
from tests.browser.test_live import CAUGHT_UP

# What moved without a press or key shortly before: how far, and what it was.
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().filter((shift) => !shift.hadRecentInput).forEach((shift) =>
    window.shifts.push([shift.value, ...shift.sources.map(({ node }) => node?.className ?? '')])
  )).observe({ type: 'layout-shift', buffered: true });
}"""


def shifted(page):
    shifts = page.evaluate("() => window.shifts")
    return sum(value for value, *_ in shifts), shifts


def test_the_first_screen_is_the_picture_and_nothing_jumps_on_load_and_on_play_and_pause(open_page):
    page = open_page(height=720)
    page.evaluate(SHIFTS)
    for chart in ("shares", "batches"):
        box = page.locator(f'[data-chart="{chart}"]').bounding_box()
        assert box["height"] >= 300
        assert box["y"] + box["height"] <= 720
    for shown in (page.get_by_role("button", name="Play"), page.locator(".st-key-slider-epoch input"),
                  page.get_by_role("heading", level=1), page.locator(".tiles > div").last):  # fmt: skip
        assert shown.bounding_box()["y"] + shown.bounding_box()["height"] <= 720
    levels = page.eval_on_selector_all(
        "[data-testid=stMain] :is(h1, h2, h3, h4)", "all => all.map(({ tagName }) => Number(tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    moved, which = shifted(page)
    assert moved < 0.1, which
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.skewlab.frames && window.skewlab.values.epoch > 8")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function(CAUGHT_UP)
    settle(page, 1000)
    moved, which = shifted(page)
    assert moved < 0.1, which
