"""The data files of a data set in several files: which they are, in a folder or a zip, and what their paths tell.

Folders and names that begin with "_" or "." are left out, as Spark, Hive and pyarrow do.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from sampler_core.datasets.label_files.byte_source import ByteSource, opened
from sampler_core.datasets.label_files.column_roles import is_split_name
from sampler_core.datasets.label_files.hugging_face import INFO_FILE
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.formatting import printable

MOST_SHARDS, MOST_FOLDERS_DEEP = 100_000, 10
MOST_NAMED = 200  # characters of a path in a sentence
SPLIT_OF_FILES = "split of the files"
_SHARD_ENDINGS = (".arrow", ".parquet", ".feather")
_NUMBERED = re.compile(r"(?P<split>.*?)-?\d{4,6}(-of-\d+)?")  # train-00000-of-00002
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
_WITH_EARLIER_VERSIONS = {"_delta_log": "Delta Lake", ".hoodie": "Hudi", "metadata/*.metadata.json": "Iceberg"}


class Shards(NamedTuple):
    """The data files of a folder or a zip, in order, and the description beside them.

    path_columns: those that the files' paths make, Hive's partitions and the split.
    """

    source: ByteSource
    names: list[str]
    info: str | None
    path_columns: tuple[str, ...]

    @contextmanager
    def opened(self, name: str) -> Iterator[ByteSource]:
        """One of the files; errors name it by its path."""
        limits, shown = self.source.limits, printable(name, MOST_NAMED)
        if self.source.folder is not None:
            with opened(self.source.folder / name, limits, shown) as shard:
                yield shard
            return
        with zipfile.ZipFile(self.source.seekable()) as archive:
            member = archive.getinfo(name)
            packed = self.source.bounded(archive.open(member), member.compress_size, limits.in_memory)  # type: ignore[arg-type]
            content = packed.read()
        with opened(content, limits, shown) as shard:
            yield shard

    def path_values(self, name: str) -> dict[str, str | None]:
        """The value of each of `path_columns` in a file: "label=cat/train-00000.parquet" is of label "cat"."""
        return dict.fromkeys(self.path_columns) | dict(_partitions(name)) | {SPLIT_OF_FILES: _split_of(name)}


def find_shards(source: ByteSource) -> Shards | None:
    """The data files of a folder or a zip; None where it holds none."""
    if source.folder is not None:
        _refuse_earlier_versions(source.folder, source.name)
        names: Sequence[str] = [*_files_below(source.folder, source.limits.links)]
    else:
        with zipfile.ZipFile(source.seekable()) as archive:
            names = archive.namelist()
    data_files = sorted(filter(_is_shard, names))
    if len(data_files) > MOST_SHARDS:
        raise ReadingError(f"it holds more than {MOST_SHARDS:,} data files. Read a table of class,count instead")
    info = next((name for name in sorted(names) if PurePosixPath(name).name == INFO_FILE), None)
    keys = dict.fromkeys(key for name in data_files for key, _ in _partitions(name))
    split_column = [SPLIT_OF_FILES] if any(map(_split_of, data_files)) else []
    return Shards(source, data_files, info, (*keys, *split_column)) if data_files else None


def holds_data_files(folder: Path) -> bool:
    """Whether a folder is read as a data set of Arrow or Parquet files, not as one of class folders."""
    return any(map(_is_shard, _files_below(folder, follow_links=True)))


def _files_below(folder: Path, follow_links: bool) -> Iterator[str]:
    """The data files of the folder and of the folders in it, and their descriptions, by their paths in it."""
    visited = set[str]()
    for path, inner_folders, files in os.walk(folder, followlinks=follow_links):
        below = PurePosixPath(Path(path).relative_to(folder).as_posix())
        real = os.path.realpath(path)
        if real in visited or len(below.parts) == MOST_FOLDERS_DEEP:  # links may go in a circle
            inner_folders.clear()
        inner_folders[:] = [name for name in inner_folders if not _is_hidden(name)]
        for name in files if real not in visited else ():
            found = Path(path, name)
            is_wanted = name == INFO_FILE or found.suffix in _SHARD_ENDINGS  # images may lie beside them by the million
            if is_wanted and found.is_file() and (follow_links or not found.is_symlink()):
                yield (below / name).as_posix()
        visited.add(real)


def _refuse_earlier_versions(folder: Path, name: str) -> None:
    """`ReadingError` for a table whose folder keeps the rows of earlier versions: counted, they would come twice."""
    for pattern, title in _WITH_EARLIER_VERSIONS.items():
        if next(folder.glob(pattern), None) is not None:
            raise ReadingError(
                f"{name} is a {title} table, whose files hold the rows of earlier versions too. Let an engine that "
                f"reads {title} count its classes (GROUP BY), and read the table of class,count"
            )


def _is_shard(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(map(_is_hidden, path.parts)) or path.name.startswith("cache-")
    return path.suffix in _SHARD_ENDINGS and not hidden


def _is_hidden(part: str) -> bool:
    return part.startswith((".", "_"))


def _partitions(name: str) -> Iterator[tuple[str, str | None]]:
    """Hive's: the folders that are called "column=value"."""
    for part in PurePosixPath(name).parts[:-1]:
        key, is_partition, value = part.partition("=")
        if key and is_partition:
            yield unquote(key), None if value == _HIVE_NULL else unquote(value)


def _split_of(name: str) -> str:
    """The split of a file, by its folder or its name: "train/data-00000-of-00001.arrow" is of "train"."""
    path = PurePosixPath(name)
    numbered = _NUMBERED.fullmatch(path.stem)
    folders = [part for part in reversed(path.parts[:-1]) if "=" not in part]
    candidates = [numbered["split"] if numbered else path.stem, *folders]
    return next((candidate for candidate in candidates if is_split_name(candidate)), "")
