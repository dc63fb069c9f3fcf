"""What all tests share: how Hypothesis runs, and which tests need a browser.

Tests under `tests/browser` need a Chromium. Where none is found they fail when `REQUIRE_BROWSER` or `CI` is set;
elsewhere they are skipped, and the last line of the run says so.
"""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)
REQUIRED = any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in ("REQUIRE_BROWSER", "CI"))
MISSING = "no Chromium found: install one (Debian: apt-get install chromium) or set CHROME to its path"

hypothesis.settings.register_profile("house", deadline=None, derandomize=REQUIRED, print_blob=True)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).with_name("browser") in item.path.parents:
            item.add_marker("browser")
        if item.get_closest_marker("browser"):
            item.add_marker(
                pytest.mark.xdist_group("browser")
            )  # one server, one browser, and one test of them at a time


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not CHROMIUM:
        pytest.fail(MISSING, pytrace=False) if REQUIRED else pytest.skip(MISSING)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    not_run = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if not_run:
        terminalreporter.section("NOT RUN", yellow=True, bold=True)
        terminalreporter.write_line(f"{len(not_run)} browser tests were not run: {MISSING}.")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; only for tests under `tests/browser`."""
    assert CHROMIUM, MISSING
    return CHROMIUM
