"""The package that training imports, as a file for pip: a wheel of what this server runs.

The one contract here: what somebody installs from it draws what this dashboard shows, as it is the same code.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sampler_core

WHEEL = f"sampler_core-{sampler_core.__version__}-py3-none-any.whl"
_project = Path(__file__).parents[3]
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@cache
def wheel() -> bytes:
    """The file. Built apart from the project's folder, which stays as it is; takes a second or two, once."""
    with TemporaryDirectory() as folder:
        source, built = Path(folder, "source"), Path(folder, "built")
        shutil.copytree(
            _project / "sampler_core", source / "sampler_core", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(_project / name, source)
        subprocess.run([sys.executable, "-c", _BUILD, str(built)], cwd=source, check=True, capture_output=True)
        return (built / WHEEL).read_bytes()
