"""Data sets of several Arrow or Parquet files, as Hive, Spark and Hugging Face's `datasets` save them: their labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout
from sampler_core.datasets.label_files.hugging_face import MOST_INFO_BYTES, categories_of, class_names_of_info
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece
from sampler_core.datasets.label_files.parquet_and_arrow import (
    arrow_layout,
    arrow_pieces,
    parquet_layout,
    parquet_pieces,
)
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.shard_files import MOST_NAMED, Shards, find_shards
from sampler_core.formatting import printable

PREVIEW_SHARDS = 5  # files sorted by class have one class each


def shards_layout(shards: Shards) -> Layout:
    """The columns and first rows of several files, and the columns of all files' paths."""
    names = shards.names[:: -(-len(shards.names) // PREVIEW_SHARDS)]
    layouts = [_layout_of_shard(shards, name) for name in names]
    in_files = [column for layout in layouts for column in layout.columns]
    columns = tuple(dict.fromkeys((*in_files, *shards.path_columns)))
    rows: list[tuple[str, ...]] = []
    for name, layout in zip(names, layouts, strict=True):
        values = shards.path_values(name)
        for row in layout.rows[: PREVIEW_ROWS // len(names)]:
            cells = dict(zip(layout.columns, row, strict=False)) | values
            rows.append(tuple(cells.get(column) or "" for column in columns))
    return Layout(kind="shards", columns=columns, rows=tuple(rows))


def shard_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of all files, one after another."""
    shards = find_shards(source)
    assert shards is not None
    class_names = _class_names_beside(shards).get(layout.label or "")
    for place, name in enumerate(shards.names):
        with _named_in_errors(name), shards.opened(name) as shard:
            pieces = (arrow_pieces if _is_arrow(shard) else parquet_pieces)(
                shard, layout, tally, shards.path_values(name)
            )
            for piece in pieces:
                tally.categories = tally.categories or categories_of(class_names, source.limits)
                yield piece._replace(share=(place + (piece.share or shard.share)) / len(shards.names))


def _layout_of_shard(shards: Shards, name: str) -> Layout:
    with _named_in_errors(name), shards.opened(name) as shard:
        return (arrow_layout if _is_arrow(shard) else parquet_layout)(shard)


@contextmanager
def _named_in_errors(name: str) -> Iterator[None]:
    """Says in which of many files it is that something cannot be read."""
    try:
        yield
    except ReadingError as error:
        shown = printable(name, MOST_NAMED)
        if shown in str(error):
            raise
        raise ReadingError(f"{shown}: {error}", error.code) from error


def _class_names_beside(shards: Shards) -> dict[str, list[str]]:
    if shards.info is None:
        return {}
    with shards.opened(shards.info) as info:
        return class_names_of_info(info.stream().read(MOST_INFO_BYTES))


def _is_arrow(shard: ByteSource) -> bool:
    return not shard.head.startswith(b"PAR1")
