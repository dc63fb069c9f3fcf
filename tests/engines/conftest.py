"""Which of these tests can run here: `test_X.py` needs the package X and is left out without it; the run says so.

With `REQUIRE_ENGINES` set, a missing package is an error.
"""

import os
from pathlib import Path

import pytest

from tests.engines.packages import is_there

PACKAGES = [file.stem.removeprefix("test_") for file in sorted(Path(__file__).parent.glob("test_*.py"))]
MISSING = [package for package in PACKAGES if not is_there(package)]
if MISSING and os.environ.get("REQUIRE_ENGINES"):
    raise pytest.UsageError(f"not installed: {', '.join(MISSING)} (tests/engines/requirements.txt)")
collect_ignore = [f"test_{package}.py" for package in MISSING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.section("NOT RUN", yellow=True, bold=True)
        terminalreporter.write_line(
            f"tests with {', '.join(MISSING)}: they have an environment of their own (tests/engines/requirements.txt)."
        )
