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
    contents = {path.relative_to(_ROOT).as_posix(): path.read_bytes() for path in paths}
    contents[f"{info}/METADATA"] = "\n".join([*_metadata(project), ""]).encode()
    contents[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: skewlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def _metadata(project: dict[str, Any]) -> Iterator[str]:
    yield "Metadata-Version: 2.1"
    yield f"Name: {project['name']}\nVersion: {project['version']}\nSummary: {project['description']}"
    yield f"Requires-Python: {project['requires-python']}"
    yield from (f"Requires-Dist: {requirement}" for requirement in project["dependencies"])
    for extra, requirements in project["optional-dependencies"].items():
        yield f"Provides-Extra: {extra}"
        yield from (f'Requires-Dist: {requirement}; extra == "{extra}"' for requirement in requirements)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
