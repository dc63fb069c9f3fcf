"""Which of these tests can run here: `test_X.py` needs the package X and is left out without it; the run says so.

With `REQUIRE_ENGINES` set, a missing package of requirements.txt is an error.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

MODULES = {"dali": "nvidia.dali"}  # where a package is not named as its test
BY_HAND = {"composer", "ffcv"}  # another torch, or no wheels: not in requirements.txt


def is_there(package: str) -> bool:
    try:
        return find_spec(MODULES.get(package, package)) is not None
    except ModuleNotFoundError:  # the package that it is in
        return False


PACKAGES = [file.stem.removeprefix("test_") for file in sorted(Path(__file__).parent.glob("test_*.py"))]
MISSING = [package for package in PACKAGES if not is_there(package)]
if os.environ.get("REQUIRE_ENGINES") and (required := sorted(set(MISSING) - BY_HAND)):
    raise pytest.UsageError(f"not installed: {', '.join(required)} (tests/engines/requirements.txt)")
collect_ignore = [f"test_{package}.py" for package in MISSING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.section("NOT RUN", yellow=True, bold=True)
        terminalreporter.write_line(
            f"tests with {', '.join(MISSING)}: they have an environment of their own (tests/engines/requirements.txt)."
        )
