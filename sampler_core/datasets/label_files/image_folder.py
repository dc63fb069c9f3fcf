"""The folder layout of image data sets: one folder a class, its samples below."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files.reading_errors import ReadingError, only_reading_errors
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import printable

_NOT_IMAGES = {"thumbs.db", "desktop.ini"}


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
    image_folder, image_endings = Path(path), ("",) if extensions is None else tuple(map(str.lower, extensions))
    with only_reading_errors(printable(image_folder.name) or "the folder"):
        if not image_folder.is_dir():
            not_a_folder = f"{printable(str(image_folder))} is not a folder"
            raise ReadingError(f"{not_a_folder}. Give the folder that holds one folder a class")
        class_folders = sorted(
            folder.name for folder in os.scandir(image_folder) if folder.is_dir() and not folder.name.startswith(".")
        )
        if len(class_folders) > limits.classes:
            raise ReadingError(
                f"there are more than {limits.classes:,} folders. Give the folder that holds the classes"
            )
        counts = {
            class_folder.encode(errors="replace").decode(): _images_in(image_folder / class_folder, image_endings)
            for class_folder in class_folders
        }
        if not any(counts.values()):
            raise ReadingError(
                f"{printable(str(image_folder))} holds no class/file. Give the folder that holds one folder a class"
            )
        return ClassCounts.from_counts(counts)  # type: ignore[arg-type]


def _images_in(folder: Path, image_endings: tuple[str, ...]) -> int:
    num_images, visited_folders = 0, set[str]()
    for inner_folder, inner_names, image_names in os.walk(folder, followlinks=True):
        real = os.path.realpath(inner_folder)
        inner_names[:] = [] if real in visited_folders else [name for name in inner_names if not name.startswith(".")]
        if real not in visited_folders:
            num_images += sum(_is_image(name.lower(), image_endings) for name in image_names)
        visited_folders.add(real)
    return num_images


def _is_image(name: str, image_endings: tuple[str, ...]) -> bool:
    return not name.startswith(".") and name not in _NOT_IMAGES and name.endswith(image_endings)
