"""Where there is no Chromium: the tests that need one say so, and fail where they are required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WANTED = "tests/browser/test_explore.py::test_security_headers_and_compression_arrive"


@pytest.mark.parametrize(
    ("required", "code", "said"),
    [("", 0, "1 browser tests were not run: no Chromium found"), ("1", 1, "ERROR " + WANTED)],
)
def test_without_a_browser_its_tests_are_said_not_to_be_run_or_fail_where_they_are_required(required, code, said):
    known = {key: value for key, value in os.environ.items() if key not in ("PATH", "CHROME", "CI", "REQUIRE_BROWSER")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", WANTED]
    bare = known | {"PATH": os.devnull, "REQUIRE_BROWSER": required}
    run = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True)
    assert run.returncode == code, run.stdout
    assert said in run.stdout
    assert "install one" in run.stdout
