"""A folder that the server was started with, as a variable of the environment names it: what lies in it.

The one contract here, for whoever lists one: only what a listing has shown is opened, and never a link, a pipe or a
place outside.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from sampler_core.figures.class_labels import distinct_labels
from sampler_core.formatting import printable

MOST_ENTRIES = 20_000


def served_entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What lies directly in a folder; of one that cannot be read, nothing."""
    try:
        with os.scandir(folder) as scanned:
            yield from list(islice(scanned, MOST_ENTRIES))
    except OSError:  # not ours to read, or gone
        return


def served_names(paths: Sequence[Path], folder: Path) -> dict[str, Path]:
    """The paths by names that can be shown."""
    labels = [printable(str(path.relative_to(folder)), 120) for path in paths]
    return {label: paths[at] for label, at in distinct_labels(labels, range(len(labels))).items()}


def is_served(path: Path, folder: Path) -> bool:
    """Whether a path that was listed still lies in the folder: no folder on the way has become a link."""
    return path.parent.resolve().is_relative_to(folder.resolve())
