"""The package that training imports, as a wheel for pip: the very files that this server runs."""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sampler_core

WHEEL = f"sampler_core-{sampler_core.__version__}-py3-none-any.whl"
_ROOT = Path(__file__).parents[3]


@cache
def wheel() -> bytes:
    """The wheel: a zip of the package with METADATA, WHEEL and RECORD, as the packaging standard asks for."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = f"sampler_core-{sampler_core.__version__}.dist-info"
    paths = [path for path in sorted((_ROOT / "sampler_core").rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    wheel_files = {path.relative_to(_ROOT).as_posix(): path.read_bytes() for path in paths}
    wheel_files[f"{info}/METADATA"] = "\n".join([*_wheel_metadata(project), ""]).encode()
    wheel_files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: skewlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    wheel_record = [f"{name},sha256={_wheel_digest(content)},{len(content)}" for name, content in wheel_files.items()]
    wheel_files[f"{info}/RECORD"] = "\n".join([*wheel_record, f"{info}/RECORD,,", ""]).encode()
    wheel_file = io.BytesIO()
    with ZipFile(wheel_file, "w", ZIP_DEFLATED) as archive:
        for name, content in wheel_files.items():
            archive.writestr(name, content)
    return wheel_file.getvalue()


def _wheel_metadata(project: dict[str, Any]) -> Iterator[str]:
    yield "Metadata-Version: 2.1"
    yield f"Name: {project['name']}\nVersion: {project['version']}\nSummary: {project['description']}"
    yield f"Requires-Python: {project['requires-python']}"
    yield from (f"Requires-Dist: {package}" for package in project["dependencies"])
    for extra, packages in project["optional-dependencies"].items():
        yield f"Provides-Extra: {extra}"
        yield from (f'Requires-Dist: {package}; extra == "{extra}"' for package in packages)


def _wheel_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
