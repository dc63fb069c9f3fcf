"""The folder layout of image data sets: one folder a class, its samples below."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files.errors import ReadingError, only_reading_errors, printable
from sampler_core.datasets.label_files.reading_limits import Limits

_NOT_SAMPLES = {"thumbs.db", "desktop.ini"}


def count_folder(
    path: str | os.PathLike[str],
    extensions: Collection[str] | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> ClassCounts:
    """Files below each folder in `path`, hidden ones left out; of `extensions` only when given ((".jpg", ".png")).

    Classes keep their folder's name as text, "7" too, and come by code point: the order in which torchvision's
    ImageFolder numbers them, so that its targets and these counts draw alike. An empty folder is an empty class.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"folder must be a path, got {path!r:.100}")
    root, endings = Path(path), ("",) if extensions is None else tuple(map(str.lower, extensions))
    with only_reading_errors(printable(root.name) or "the folder"):
        if not root.is_dir():
            raise ReadingError(f"{printable(str(root))} is not a folder. Give the folder that holds one folder a class")
        folders = sorted(entry.name for entry in os.scandir(root) if entry.is_dir() and not entry.name.startswith("."))
        if len(folders) > limits.classes:
            raise ReadingError(
                f"there are more than {limits.classes:,} folders. Give the folder that holds the classes"
            )
        counts = {name.encode(errors="replace").decode(): _samples_in(root / name, endings) for name in folders}
        if not any(counts.values()):
            raise ReadingError(
                f"{printable(str(root))} holds no class/file. Give the folder that holds one folder a class"
            )
        return ClassCounts.from_counts(counts)  # type: ignore[arg-type]


def _samples_in(folder: Path, endings: tuple[str, ...]) -> int:
    found, visited = 0, set[str]()
    for here, inner, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        inner[:] = [] if real in visited else [name for name in inner if not name.startswith(".")]
        if real not in visited:
            found += sum(_is_sample(name.lower(), endings) for name in names)
        visited.add(real)
    return found


def _is_sample(name: str, endings: tuple[str, ...]) -> bool:
    return not name.startswith(".") and name not in _NOT_SAMPLES and name.endswith(endings)
