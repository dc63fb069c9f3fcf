"""The hand-written JavaScript: how much of it there is, how it reads, and that its types hold.

The types are checked where TypeScript's `tsc` is found (`npm install typescript`, or its path in `TSC`); a missing one
fails with `REQUIRE_TSC` set.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "sampler_core" / "exporting" / "report.js"
TYPES = ROOT / "pages" / "parts" / "live" / "browser_types.d.ts"
SCRIPTS = [*sorted((ROOT / "pages").rglob("*.js")), REPORT]
MOST_LINES = 940
LOCAL = ROOT / "node_modules" / ".bin" / "tsc"
TSC = os.environ.get("TSC") or (str(LOCAL) if LOCAL.is_file() else shutil.which("tsc"))
OPTIONS = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--strictNullChecks", "false", "--noImplicitAny", "false",
           "--target", "es2023", "--module", "es2022", "--lib", "es2023,dom,dom.iterable"]  # fmt: skip


def test_there_is_little_of_it():
    assert sum(len(script.read_text(encoding="utf-8").splitlines()) for script in SCRIPTS) <= MOST_LINES


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_each_script_says_what_it_does_and_touches_nothing_private(script):
    text = script.read_text(encoding="utf-8")
    first, second = text.splitlines()[:2]
    assert re.fullmatch(r"// [A-Z].{20,}\.", first)
    assert second == "// @ts-check"
    assert not re.search(r"\._[a-z]|@ts-(ignore|nocheck|expect-error)|test-script-state", text)


@pytest.mark.skipif(TSC is None and not os.environ.get("REQUIRE_TSC"), reason="no tsc (TypeScript) found")
@pytest.mark.parametrize("scripts", [SCRIPTS[:-1], [REPORT]], ids=["pages", "report"])
def test_its_types_hold(scripts):
    assert TSC, "no tsc found: npm install typescript, or set TSC to its path"
    done = subprocess.run([TSC, *OPTIONS, TYPES, *scripts], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
