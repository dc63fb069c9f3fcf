"""What all tests share: how Hypothesis runs, and which tests need a browser.

Tests under `tests/browser` need a Chromium. Where none is found they fail when `REQUIRE_BROWSER` or `CI` is set;
elsewhere they are skipped, and the last line of the run says so.
"""

import os
import shutil

import hypothesis
import pytest

IN_A_BROWSER = "tests/browser/"
COSTLY = (IN_A_BROWSER, "tests/frameworks/", "tests/engines/")
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")  # the lightest first
CHROMIUM = os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)
REQUIRED = any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in ("REQUIRE_BROWSER", "CI"))
MISSING = "no Chromium found: install one (Debian: apt-get install chromium-headless-shell) or set CHROME to its path"

hypothesis.settings.register_profile("house", deadline=None, derandomize=REQUIRED, print_blob=True)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(IN_A_BROWSER):
            item.add_marker("browser")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With several processes, what stays together: the cases of a test; files that start servers or trainings."""
    from xdist.scheduler import LoadScopeScheduling

    class ByCostlyFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0] if nodeid.startswith(COSTLY) else nodeid.partition("[")[0]

    return ByCostlyFile(config, log)


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
