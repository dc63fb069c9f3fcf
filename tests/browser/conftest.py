"""A real server and a real Chromium: pages that fail on any console error, page error or request to the outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.servers import clean_server

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--process-per-site"]  # fmt: skip
# A page of a test lives for seconds: its code is optimised too late to pay. A quarter of the processor's time.
NO_OPTIMISING = "--js-flags=--no-opt,--no-maglev"
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"], "resultTypes": ["violations"]}
PATIENCE = 120_000  # ms: how slow a machine may be before a page that has not settled counts as stuck
# When the page last asked the server for something, until the server says that it runs: the address may change before.
# And when each panel was last handed its figures: the server's run may end long before the browser has come to that.
ASKED = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    window.asked = window.askedAt = performance.now();
    return send.call(this, data);
  };
  new MutationObserver((changes) => changes.forEach(({ target, attributeName, oldValue }) => {
    if (attributeName === 'data-requested') target.handed = performance.now();
    else if (oldValue !== 'running') window.asked = null;
  })).observe(document, {
    subtree: true, attributeFilter: ['data-requested', 'data-test-script-state'], attributeOldValue: true,
  });
}"""
# Idle, connected, nothing stale, every panel shows the newest state; no panel only where a sentence stands instead. The
# server may have ended before the page has handed the last panel its figures: so all must want the same plan and epoch.
SETTLED = """(quiet) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const now = performance.now();
  const requested = [...document.querySelectorAll('.panel')]
    .map((panel) => (panel.dataset.requested ?? '').split('-').slice(0, 3).join('-'));
  const charts = [...document.querySelectorAll('.panel [data-chart]')];
  const busy = !app || now - (window.asked ?? -Infinity) < 1500
    || app.dataset.testScriptState !== 'notRunning' || app.dataset.testConnectionState !== 'CONNECTED'
    || document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
    || !(charts.length || (!document.querySelector('.panel') && document.querySelector('[data-testid="stAlert"]')))
    || new Set(requested).size > 1
    || (document.documentElement.dataset.sliders && !window.skewlab?.playing)  // the text is faded until it follows
    || charts.some((chart) => !chart.dataset.rev || chart.dataset.rev !== chart.closest('.panel').dataset.requested);
  if (busy) { window.settledSince = null; return false; }
  window.settledSince ??= now;
  const handed = [...document.querySelectorAll('.panel')].every((panel) => panel.handed > (window.askedAt ?? 0));
  return now - window.settledSince > (handed ? quiet : Math.max(quiet, 1500));  // not every run has panels
}"""
DRAWN_TO_SIZE = """() => [...document.querySelectorAll('.panel [data-chart]')]
  .every((chart) => Math.abs(chart._fullLayout.width - chart.clientWidth) < 1)"""
IN_THEME = """(theme) => {
  window.settledSince = null;
  return getComputedStyle(document.querySelector('[data-testid="stApp"]')).colorScheme === theme;
}"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clean_server(tmp_path_factory.mktemp("server") / "log.txt") as url:
        yield url


@pytest.fixture(scope="session")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A freshly started server that knows nothing but the links that are opened on it."""
    with clean_server(tmp_path_factory.mktemp("other") / "log.txt") as url:
        yield url


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Open no longer than this folder needs it: a process that another test forks holds the driver's pipe open."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=chromium, args=[*ARGS, NO_OPTIMISING]
        )  # its driver ends it, by force in the end


@pytest.fixture(scope="package")
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """Where the pages open. One stays, and their process with it: scripts are compiled once, which takes 4 s."""
    with browser.new_context() as context:
        context.add_init_script(f"({ASKED})()")
        context.new_page().goto(f"{server}/_stcore/health")
        yield context


@pytest.fixture
def open_page(context: BrowserContext, server: str) -> Iterator[Callable[..., Page]]:
    """open_page(path, dark=, width=, height=, url=) -> a settled page."""
    pages, wrong = [], []

    def opened(path="/", *, dark=False, width=1280, height=900, url=server) -> Page:
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        own = (url, url.replace("http", "ws"), "data:", "blob:")
        page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
        page.on("console", lambda message: wrong.append(f"console: {message.text}") if _bad(message) else None)
        page.on("request", lambda request: None if request.url.startswith(own) else wrong.append(request.url))
        page.goto(url + path)
        settle(page)
        return page

    yield opened
    for page in pages:
        if not page.is_closed():
            page.evaluate("localStorage.clear()")
            page.close()
    context.clear_cookies()
    context.clear_permissions()
    assert not wrong, wrong


def _bad(message) -> bool:
    known = "/_stcore/" in message.location.get("url", "")  # 404 of Streamlit's own probes on deep links
    return message.type in ("error", "warning") and not known


def in_both_themes(page: Page) -> Iterator[str]:
    """Light, then dark: the page as it is, in the viewer's other colour scheme."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(IN_THEME, arg=theme)  # else all may seem settled since before
        settle(page, 600)
        yield theme


def settle(page: Page, quiet_ms: int = 400) -> None:
    """Wait until nothing runs, nothing is stale and every chart shows the newest state, for `quiet_ms` in a row."""
    page.wait_for_function(SETTLED, arg=quiet_ms, polling=100)


def at_width(page: Page, width: int) -> Page:
    """The same page in a window of another width, with its figures drawn to it."""
    page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
    settle(page)
    page.wait_for_function(DRAWN_TO_SIZE)
    return page


def fits_and_axe_finds_nothing(page: Page, in_each_theme: Callable[[Page], None] = lambda page: None) -> None:
    """Wide in both themes, then on a narrow phone: nothing is wider than the screen, and axe finds nothing."""
    assert widest(page) <= page.viewport_size["width"]
    for _ in in_both_themes(page):
        axe_finds_nothing(page)
        in_each_theme(page)
    assert widest(at_width(page, 360)) <= 360
    axe_finds_nothing(page)


def nothing_scrolls_sideways(page: Page) -> None:
    """Neither the page nor a formula on it."""
    assert widest(page) <= page.viewport_size["width"]
    for formula in page.locator(".katex-display").all():
        assert formula.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0


def axe_finds_nothing(page: Page) -> None:
    """No rule of WCAG 2.1 AA that axe knows is broken, colours on each other included."""
    found = Axe().run(page, options=AXE).response["violations"]
    assert not found, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def widest(page: Page) -> int:
    """How wide the page is inside what scrolls, which is not the document."""
    return page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollWidth")


def reaches_every_control(page: Page) -> None:
    """The Tab key stands on each control once; all but Streamlit's own arrow, which shows under a mouse only.

    Nor on each of several pills: their group is one stop, and the arrow keys move within it.
    """
    controls = page.evaluate(
        """() => [...document.querySelectorAll(
             'a[href], button, input, select, textarea, summary, [role=slider], [role=combobox]')]
           .filter((control) => control.checkVisibility() && !control.disabled && control.tabIndex >= 0
             && control.ariaLabel !== 'Collapse sidebar'
             && control.dataset.variant !== 'pills' && control.getBoundingClientRect().width > 0)
           .map((control, i) => { control.dataset.stop = i; return control.outerHTML.slice(0, 160); })"""
    )
    assert len(controls) > 30
    reached = set()
    for _ in range(2 * len(controls) + 20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement?.dataset.stop"))
        if len(reached - {None}) == len(controls):
            return
    assert not [control for i, control in enumerate(controls) if str(i) not in reached]


def stands_on(page: Page, target: Locator, key: str = "Tab", most: int = 120) -> None:
    """Press a key until the focus is on the target, as a person without a mouse does."""
    for _ in range(most):
        if target.evaluate("(node) => node === document.activeElement || node.contains(document.activeElement)"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{most} times {key} do not reach {target}")


def traces(page: Page, chart: str) -> list[dict]:
    """What plotly shows in a chart: name, x, y of each trace, as lists."""
    return page.evaluate(
        """(id) => document.querySelector(`[data-chart="${id}"]`)._fullData.map((trace) => ({
             name: trace.name, x: trace.x ? Array.from(trace.x) : null, y: trace.y ? Array.from(trace.y) : null }))""",
        chart,
    )


def tiles(page: Page) -> dict[str, str]:
    """The metrics as shown."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.tiles > div')].map((tile) =>
             [tile.querySelector('dt').textContent, tile.querySelector('.value').textContent]))"""
    )


def boxes(page: Page) -> dict[str, str]:
    """The value of every number box and selection, by its label."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(
             '[data-testid="stNumberInput"] input, [data-testid="stSelectbox"] input')].map((box) =>
             [box.getAttribute('aria-label') || box.closest('[class*="st-key-"]').className.match(/st-key-(\\S+)/)[1],
              box.value]))"""
    )


def bring_in_sight(page: Page, key: str) -> None:
    """Open the group of the sidebar that a control stands in, where that is closed."""
    closed = page.locator(f"[data-testid='stSidebar'] details:not([open]):has(.st-key-{key}) > summary")
    if closed.count():
        closed.click()
        page.wait_for_timeout(700)  # it opens slowly


def set_number(page: Page, key: str, value: object) -> None:
    """Type into a number box and commit."""
    bring_in_sight(page, key)
    box = page.locator(f".st-key-{key} input")
    with _a_new_state(page):
        box.fill(str(value))
        box.press("Enter")


def choose(page: Page, key: str, title: str) -> None:
    """Pick an option of a selection by what is written on it."""
    bring_in_sight(page, key)
    with _a_new_state(page):
        if page.locator(f".st-key-{key} [role=radiogroup]").count():
            page.locator(f".st-key-{key}").get_by_text(title, exact=True).click()
            return
        box = page.locator(f".st-key-{key} [data-testid='stSelectbox'] input")
        box.scroll_into_view_if_needed()
        page.wait_for_timeout(300)  # a list that is opened while the sidebar scrolls closes again
        box.click()
        page.get_by_role("option", name=title, exact=True).click()


@contextmanager
def _a_new_state(page: Page) -> Iterator[None]:
    """What is done inside must change what the panels show; waits until they show it."""
    requested = "() => [...document.querySelectorAll('.panel')].map((panel) => panel.dataset.requested).join()"
    before = page.evaluate(requested)
    yield
    page.wait_for_function(f"(before) => ({requested})() !== before", arg=before)
    settle(page)
