"""Reads label files -> class counts or labels: the readers by kind, and the one loop over their pieces."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, TypeAlias, Unpack, cast

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import IntArray
from sampler_core.datasets.label_files.arrow_tables import ArrowStreamable, ArrowTable, is_arrow_table
from sampler_core.datasets.label_files.byte_source import ByteSource, File, name_of, opened
from sampler_core.datasets.label_files.class_naming import MISSING
from sampler_core.datasets.label_files.column_guess import ColumnOptions
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.file_signatures import sniff
from sampler_core.datasets.label_files.json_files import json_pieces
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece, TooManySplits
from sampler_core.datasets.label_files.numpy_files import npy_pieces, npz_pieces
from sampler_core.datasets.label_files.parquet_and_arrow import arrow_pieces, parquet_pieces, table_pieces
from sampler_core.datasets.label_files.reading import Dropped, Reading, adapted_images, reading_of, reading_of_images
from sampler_core.datasets.label_files.reading_errors import ReadingError, ReadingStopped, only_reading_errors
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.row_classes import RowClasses, classes_of_rows
from sampler_core.datasets.label_files.shards import shard_pieces
from sampler_core.datasets.label_files.text_files import text_pieces
from sampler_core.formatting import quoted, several

Progress: TypeAlias = Callable[[float], object]  # takes the share that is read; returns False to stop, or raises

_READERS: dict[str, Callable[[ByteSource, Layout, LabelTally], Iterator[Piece]]] = {
    **dict.fromkeys(("table", "lines", "image list", "words"), text_pieces),
    "parquet": parquet_pieces,
    "arrow": arrow_pieces,
    "arrow table": table_pieces,
    "shards": shard_pieces,
    "npy": npy_pieces,
    "npz": npz_pieces,
}


class ReadingOptions(ColumnOptions, total=False):
    """What `sniff` need not guess; see there."""

    kind: str
    separator: str
    encoding: str
    header: bool


def read_counts(
    file: File | ArrowStreamable,
    layout: Layout | None = None,
    *,
    progress: Progress | None = None,
    missing: Sequence[str] = MISSING,
    limits: Limits = Limits(),  # noqa: B008
    **options: Unpack[ReadingOptions],
) -> Reading:
    """Class counts of a file (path, bytes or binary file), read in pieces: memory for the distinct labels only.

    Or of a folder of Parquet or Arrow files, whose partitions ("label=cat/") are columns too; or of a table, query or
    column in memory that has the Arrow PyCapsule interface (polars, DuckDB, pandas, pyarrow).

    `layout` from `sniff`, or its `options` here. `missing` are the spellings of "no label"; such rows are left out and
    said. `progress(share)` is called after each piece; when it returns False, `ReadingStopped` is raised, and what it
    raises passes through. Classes come sorted, those of a `class,count` table in its order. `ReadingError` otherwise.
    """
    return _read(file, layout, progress, missing, limits, options)[0]


def read_labels(
    file: File | ArrowStreamable,
    layout: Layout | None = None,
    *,
    progress: Progress | None = None,
    missing: Sequence[str] = MISSING,
    limits: Limits = Limits(),  # noqa: B008
    **options: Unpack[ReadingOptions],
) -> NDArray[Any]:
    """One label per row that counts: int64, or text (dtype object, each name once in memory); see `read_counts`.

    All rows count unless the layout has a split. Of COCO annotations one label per image, in the order of their ids (as
    torchvision's CocoDetection), unless `several` is "whole": then one per box. `ReadingError` when a row has no label,
    because then labels and samples would no longer go together.
    """
    reading, tally, classes = _read(file, layout, progress, missing, limits, options, keep_codes=True)
    if reading.dropped:
        raise ReadingError(
            f"{reading.name} has rows without a label ({_why(reading.dropped)}). Correct them, or take counts with "
            "read_counts"
        )
    return _rows_with_class(tally, classes)[1]


def read_rows(
    file: File | ArrowStreamable,
    layout: Layout | None = None,
    *,
    progress: Progress | None = None,
    missing: Sequence[str] = MISSING,
    limits: Limits = Limits(),  # noqa: B008
    **options: Unpack[ReadingOptions],
) -> tuple[IntArray, NDArray[Any]]:
    """The rows that count and have a label, as positions in the file from 0, and their labels as in `read_labels`.

    Of a data set with a sample for each row, `torch.utils.data.Subset(dataset, positions)` are those that `read_counts`
    counted. `ReadingError` when rows could not be read, because then the positions of the others are not known.
    """
    reading, tally, classes = _read(file, layout, progress, missing, limits, options, keep_codes=True)
    if unreadable := [dropped for dropped in reading.dropped if dropped.reason.endswith("in the row")]:
        raise ReadingError(f"{reading.name} has rows that cannot be read ({_why(unreadable)}). Correct them")
    return _rows_with_class(tally, classes)


def _read(
    given: File | ArrowStreamable, layout: Layout | None, progress: Progress | None, missing: Sequence[str],
    limits: Limits, options: ReadingOptions, keep_codes: bool = False,
) -> tuple[Reading, LabelTally, RowClasses]:  # fmt: skip
    file = ArrowTable(given) if is_arrow_table(given) else cast(File, given)
    layout = layout if layout is not None else sniff(file, limits=limits, **options)
    if keep_codes and layout.count is not None:
        raise ReadingError(f"{name_of(file)} is a table of class,count and has no label per sample. Use read_counts")
    try:
        return _read_layout(file, layout, progress, missing, limits, keep_codes)
    except TooManySplits:
        if layout.split is not None or isinstance(file, ArrowTable):  # a table may come only once
            raise
    reading, tally, classes = _read_layout(
        file, replace(layout, split_column=None), progress, missing, limits, keep_codes
    )
    no_split = f"Column {quoted(layout.split_column)} has too many values for a split: all rows count."
    return replace(reading, noticed=(*reading.noticed, ("split", no_split))), tally, classes


def _read_layout(
    file: File | ArrowTable, layout: Layout, progress: Progress | None, missing: Sequence[str], limits: Limits,
    keep_codes: bool,
) -> tuple[Reading, LabelTally, RowClasses]:  # fmt: skip
    tally = LabelTally(limits, keep_codes, len(layout.key_columns), layout.split_column is not None)
    with closing(_read_pieces(file, layout, tally)) as shares_read:
        for share_read in shares_read:
            if progress is not None and progress(share_read) is False:
                raise ReadingStopped("reading was stopped; nothing was changed")
    with only_reading_errors(name_of(file)):
        classes = classes_of_rows(layout, tally, missing)
        reading = reading_of(name_of(file), tally, classes)
        return reading_of_images(reading, tally, classes) if tally.images.are_known else reading, tally, classes


def _read_pieces(file: File | ArrowTable, layout: Layout, tally: LabelTally) -> Generator[float, None, None]:
    """Adds up the pieces of a file; yields the share of it that has been read, at last 1."""
    with opened(file, tally.limits) as source:
        for piece in _READERS.get(layout.kind, json_pieces)(source, layout, tally):
            tally.add(piece)
            yield source.share if piece.share is None else piece.share
    yield 1.0


def _rows_with_class(tally: LabelTally, classes: RowClasses) -> tuple[IntArray, NDArray[Any]]:
    """The positions of rows whose codes were kept that count and have a class, and their classes; or of images."""
    if (adapted := adapted_images(tally, classes)) is not None:
        return np.arange(adapted.codes.size), adapted.labels
    given = [name is not None and counts for name, counts in zip(classes.class_names, classes.counted, strict=True)]
    if all(isinstance(name, int) for name, is_given in zip(classes.class_names, given, strict=True) if is_given):
        names = [name if isinstance(name, int) else 0 for name in classes.class_names]
        labels_of_codes: NDArray[Any] = np.array(names, dtype=np.int64)
    else:
        labels_of_codes = np.array(classes.class_names, dtype=object)
    row_codes = np.concatenate([np.zeros(0, dtype=np.int8), *tally.row_codes])
    positions = np.flatnonzero(np.array([*given, False])[row_codes])  # code -1 is the last: no label
    return positions, labels_of_codes[row_codes[positions]]


def _why(left_out: Sequence[Dropped]) -> str:
    return "; ".join(f"{several(dropped.rows, 'row', 'rows')}: {dropped.reason}" for dropped in left_out)
