"""Reads label files -> class counts or labels: the readers by kind, the one loop over their pieces, the reading.

A `Reading` says in sentences what was read, what was left out and why.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.data.tallies import Tally
from sampler_core.datasets.label_files.byte_source import ByteSource, File, name_of, opened
from sampler_core.datasets.label_files.class_naming import MISSING, ClassNaming, naming_of_categories, naming_of_labels
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.file_signatures import sniff
from sampler_core.datasets.label_files.json_files import json_pieces
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece
from sampler_core.datasets.label_files.numpy_files import npy_pieces, npz_pieces
from sampler_core.datasets.label_files.parquet_and_arrow import arrow_pieces, parquet_pieces
from sampler_core.datasets.label_files.reading_errors import ReadingError, ReadingStopped, only_reading_errors
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.text_encoding import encoding_of_labels
from sampler_core.datasets.label_files.text_files import text_pieces
from sampler_core.formatting import count, listed, number, quoted, several

Progress: TypeAlias = Callable[[float], object]  # takes the share that is read; returns False to stop, or raises

_READERS: dict[str, Callable[[ByteSource, Layout, LabelTally], Iterator[Piece]]] = {
    **dict.fromkeys(("table", "lines", "image list", "words"), text_pieces),
    "parquet": parquet_pieces,
    "arrow": arrow_pieces,
    "npy": npy_pieces,
    "npz": npz_pieces,
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows that were left out, and why ("no label")."""

    reason: str
    rows: int

    def __str__(self) -> str:
        return f"{several(self.rows, 'row was', 'rows were')} left out: {self.reason}."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held. `rows` counts all rows, those in `dropped` too; `corrections` says what a person changed.

    tallies: what the samples of each class carry besides, for labels that are more than one class a sample.
    """

    counts: ClassCounts
    layout: Layout
    name: str
    rows: int
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()

    def sentence(self) -> str:
        """All of it in words, plain text: names from the file are quoted and shortened, never marked up."""
        counts = self.counts
        read_from = f"column {quoted(self.layout.label)} of " if self.layout.columns and self.layout.label else ""
        sentences = [
            f"{several(counts.num_samples, 'sample', 'samples')} of {several(counts.num_classes, 'class', 'classes')}"
            f" read from {read_from}{self.name} ({several(self.rows, 'row', 'rows')}); "
            f"class imbalance {number(counts.imbalance_ratio)}.",
            *map(str, self.dropped),
        ]
        if counts.empty:
            without_sample = several(len(counts.empty), "class has", "classes have")
            sentences.append(f"{without_sample} no sample: {listed(counts.empty)}.")
        return " ".join([*sentences, *self.warnings, *self.corrections])


class ReadingOptions(TypedDict, total=False):
    """What `sniff` need not guess; see there."""

    kind: str
    label: str
    count: str
    separator: str
    encoding: str
    header: bool


def read_counts(
    file: File,
    layout: Layout | None = None,
    *,
    progress: Progress | None = None,
    missing: Sequence[str] = MISSING,
    limits: Limits = Limits(),  # noqa: B008
    **options: Unpack[ReadingOptions],
) -> Reading:
    """Class counts of a file (path, bytes or binary file), read in pieces: memory for the distinct labels only.

    `layout` from `sniff`, or its `options` here. `missing` are the spellings of "no label"; such rows are left out and
    said. `progress(share)` is called after each piece; when it returns False, `ReadingStopped` is raised, and what it
    raises passes through. Classes come sorted, those of a `class,count` table in its order. `ReadingError` otherwise.
    """
    return _read(file, layout, progress, missing, limits, options)[0]


def read_labels(
    file: File,
    layout: Layout | None = None,
    *,
    progress: Progress | None = None,
    missing: Sequence[str] = MISSING,
    limits: Limits = Limits(),  # noqa: B008
    **options: Unpack[ReadingOptions],
) -> NDArray[Any]:
    """One label per row, shape (rows,): int64, or text (dtype object, each name once in memory); see `read_counts`.

    `ReadingError` when a row has no label, because then labels and samples would no longer go together.
    """
    reading, labels = _read(file, layout, progress, missing, limits, options, keep_codes=True)
    if reading.dropped:
        why = "; ".join(f"{several(dropped.rows, 'row', 'rows')}: {dropped.reason}" for dropped in reading.dropped)
        raise ReadingError(
            f"{reading.name} has rows without a label ({why}). Correct them, or take counts with read_counts"
        )
    return labels


def _read(
    file: File, layout: Layout | None, progress: Progress | None, missing: Sequence[str], limits: Limits,
    options: ReadingOptions, keep_codes: bool = False,
) -> tuple[Reading, NDArray[Any]]:  # fmt: skip
    layout = layout if layout is not None else sniff(file, limits=limits, **options)
    if keep_codes and layout.count is not None:
        raise ReadingError(f"{name_of(file)} is a table of class,count and has no label per sample. Use read_counts")
    tally = LabelTally(limits, keep_codes)
    with closing(_read_pieces(file, layout, tally)) as shares_read:
        for share_read in shares_read:
            if progress is not None and progress(share_read) is False:
                raise ReadingStopped("reading was stopped; nothing was changed")
    with only_reading_errors(name_of(file)):
        if tally.categories:
            tally.add(Piece(np.zeros(0, dtype=np.int64), list(tally.categories)))  # those without a sample too
            naming = naming_of_categories(tally.labels, tally.categories, limits)
        else:
            naming = naming_of_labels(tally.labels, encoding_of_labels(layout.encoding or "utf-8"), missing, limits)
        return _reading(name_of(file), layout, tally, naming), _labels_of_rows(tally, naming)


def _read_pieces(file: File, layout: Layout, tally: LabelTally) -> Generator[float, None, None]:
    """Adds up the pieces of a file; yields the share of it that has been read, at last 1."""
    with opened(file, tally.limits) as source:
        for piece in _READERS.get(layout.kind, json_pieces)(source, layout, tally):
            tally.add(piece)
            yield source.share if piece.share is None else piece.share
    yield 1.0


def _reading(file_name: str, layout: Layout, tally: LabelTally, naming: ClassNaming) -> Reading:
    samples_read: dict[ClassName, int] = {}
    dropped = tally.dropped.copy()
    for class_name, (samples, rows) in zip(naming.class_names, tally.totals(), strict=True):
        if class_name is None:
            dropped["category that is not listed" if tally.categories else "no label"] += rows
        else:
            samples_read[class_name] = samples_read.get(class_name, 0) + samples
    if not any(samples_read.values()):
        nothing_read = "count above 0" if samples_read else "label"
        raise ReadingError(f"no row of {file_name} holds a {nothing_read}. Choose another column")
    if tally.categories:
        name_of_label = dict(zip(tally.labels, naming.class_names, strict=True))
        order = [class_name for label in tally.categories if (class_name := name_of_label[label]) is not None]
    else:
        order = list(samples_read) if layout.count is not None else sorted(samples_read)
    counts_read = ClassCounts(tuple(order), np.array([samples_read[name] for name in order], dtype=np.int64))
    rows_read = sum(rows for _, rows in tally.totals()) + tally.dropped.total()
    several_rows = layout.count is not None and any(rows > 1 for _, rows in tally.totals())
    added = ["Some classes come in several rows; their counts were added."] if several_rows else []
    return Reading(
        counts_read, layout, file_name, rows_read,
        dropped=tuple(Dropped(reason, rows) for reason, rows in dropped.items() if rows),
        warnings=(*naming.notes, *added, *_doubts_about_reading(counts_read, rows_read, layout)),
    )  # fmt: skip


def _labels_of_rows(tally: LabelTally, naming: ClassNaming) -> NDArray[Any]:
    """The label of each row whose code was kept, as `read_labels` gives them."""
    if all(isinstance(class_name, int) for class_name in naming.class_names if class_name is not None):
        labels_of_codes = np.array([class_name or 0 for class_name in naming.class_names], dtype=np.int64)
    else:
        labels_of_codes = np.array(naming.class_names, dtype=object)
    labels_read: NDArray[Any] = labels_of_codes[np.concatenate([np.zeros(0, dtype=np.int8), *tally.row_codes])]
    return labels_read


def _doubts_about_reading(counts_read: ClassCounts, rows_read: int, layout: Layout) -> list[str]:
    """Sentences about counts that are probably not what was meant."""
    if rows_read == 1 and layout.count is None and layout.kind in ("table", "lines", "words"):
        only_label = quoted(counts_read.names[0])
        return [f"Only one row was read, one sample of {only_label}: put each label on a line of its own."]
    if counts_read.num_classes == 1:
        return [f"There is only one class, {quoted(counts_read.names[0])}: is this the column of classes?"]
    if layout.count is None and rows_read >= 20 and counts_read.num_classes > rows_read / 2:
        many_classes = f"There are {count(counts_read.num_classes)} classes in {count(rows_read)} rows"
        return [f"{many_classes}: is this a column of identifiers?"]
    return []
