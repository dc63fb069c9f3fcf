"""Data sets of several files: a folder or zip with Arrow or Parquet files, as Hugging Face's `datasets` saves them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sampler_core.datasets.label_files.byte_source import ByteSource, opened
from sampler_core.datasets.label_files.column_roles import is_split_name
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.hugging_face import (
    INFO_FILE,
    MOST_INFO_BYTES,
    categories_of,
    class_names_of_info,
)
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece
from sampler_core.datasets.label_files.parquet_and_arrow import (
    arrow_layout,
    arrow_pieces,
    parquet_layout,
    parquet_pieces,
)
from sampler_core.datasets.label_files.reading_errors import ReadingError

MOST_SHARDS = 10_000
_SHARD_ENDINGS = (".arrow", ".parquet", ".feather")
_NUMBERED = re.compile(r"(?P<split>.*?)-?\d{4,6}(-of-\d+)?")  # train-00000-of-00002


class Shards(NamedTuple):
    """The data files of a folder or a zip, in order, and the description beside them."""

    source: ByteSource
    names: list[str]
    info: str | None

    @contextmanager
    def opened(self, name: str) -> Iterator[ByteSource]:
        """One of the files."""
        if self.source.folder is not None:
            with opened(self.source.folder / name, self.source.limits) as shard:
                yield shard
        else:
            limits = self.source.limits
            with zipfile.ZipFile(self.source.seekable()) as archive:
                member = archive.getinfo(name)
                packed = self.source.bounded(archive.open(member), member.compress_size, limits.in_memory)  # type: ignore[arg-type]
                content = packed.read()
            yield ByteSource(BytesIO(content), PurePosixPath(name).name, limits)

    @property
    def splits(self) -> list[str]:
        """The split of each file, by its folder or its name: "train/data-00000-of-00001.arrow" is of "train"."""
        return [_split_of(name) for name in self.names]

    @property
    def split_column(self) -> str | None:
        """What the column is called that the files' names make."""
        return SPLIT_OF_FILES if any(self.splits) else None


SPLIT_OF_FILES = "split of the files"


def find_shards(source: ByteSource) -> Shards | None:
    """The data files of a folder or a zip; None where it holds none."""
    if source.folder is not None:
        names = [path.relative_to(source.folder).as_posix() for path in _files_below(source.folder)]
    else:
        with zipfile.ZipFile(source.seekable()) as archive:
            names = archive.namelist()
    data_files = sorted(name for name in names if _is_shard(PurePosixPath(name)))
    if len(data_files) > MOST_SHARDS:
        raise ReadingError(f"it holds more than {MOST_SHARDS:,} data files. Read a table of class,count instead")
    info = next((name for name in sorted(names) if PurePosixPath(name).name == INFO_FILE), None)
    return Shards(source, data_files, info) if data_files else None


def holds_data_files(folder: Path) -> bool:
    """Whether a folder is read as a data set of Arrow or Parquet files, not as one of class folders."""
    return any(_is_shard(PurePosixPath(path.relative_to(folder).as_posix())) for path in _files_below(folder))


def shards_layout(shards: Shards) -> Layout:
    """The columns of the first file, and that of the split where the files are named by theirs."""
    with shards.opened(shards.names[0]) as shard:
        layout = (arrow_layout if _is_arrow(shard) else parquet_layout)(shard)
    if shards.split_column in (None, *layout.columns):
        return replace(layout, kind="shards")
    rows = tuple((*row, shards.splits[0]) for row in layout.rows)
    return replace(layout, kind="shards", columns=(*layout.columns, str(shards.split_column)), rows=rows)


def shard_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of all files, one after another."""
    shards = find_shards(source)
    assert shards is not None
    class_names = _class_names_beside(shards).get(layout.label or "")
    for place, (name, split) in enumerate(zip(shards.names, shards.splits, strict=True)):
        with shards.opened(name) as shard:
            pieces = (arrow_pieces if _is_arrow(shard) else parquet_pieces)(
                shard, layout, tally, {SPLIT_OF_FILES: split}
            )
            for piece in pieces:
                tally.categories = tally.categories or categories_of(class_names, source.limits)
                yield piece._replace(share=(place + (piece.share or shard.share)) / len(shards.names))


def _class_names_beside(shards: Shards) -> dict[str, list[str]]:
    if shards.info is None:
        return {}
    with shards.opened(shards.info) as info:
        return class_names_of_info(info.stream().read(MOST_INFO_BYTES))


def _files_below(folder: Path) -> Iterator[Path]:
    """Files of the folder, and of its folders two below."""
    for pattern in ("*", "*/*", "*/*/*"):
        yield from (path for path in folder.glob(pattern) if path.is_file())


def _is_shard(path: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts) or path.name.startswith("cache-")
    return path.suffix in _SHARD_ENDINGS and not hidden


def _is_arrow(shard: ByteSource) -> bool:
    return not shard.head.startswith(b"PAR1")


def _split_of(name: str) -> str:
    path = PurePosixPath(name)
    numbered = _NUMBERED.fullmatch(path.stem)
    candidates = [numbered["split"] if numbered else path.stem, *reversed(path.parts[:-1])]
    return next((candidate for candidate in candidates if is_split_name(candidate)), "")
