"""Files -> class counts or labels: the readers by kind, and the one loop that adds their pieces up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import Codes
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.datasets.label_files import delimited_text, numpy_files, parquet_and_arrow
from sampler_core.datasets.label_files.byte_source import File, Source, opened
from sampler_core.datasets.label_files.class_naming import MISSING, Named, Raw, check_name, name_values
from sampler_core.datasets.label_files.errors import ReadingError, listed
from sampler_core.datasets.label_files.file_layout import Kind, Layout
from sampler_core.datasets.label_files.format_detection import sniff
from sampler_core.datasets.label_files.json_labels import json_pieces
from sampler_core.datasets.label_files.label_tally import Piece, Tally
from sampler_core.datasets.label_files.reading_limits import Limits, Progress, report
from sampler_core.datasets.label_files.reading_result import Dropped, Reading, doubts
from sampler_core.datasets.label_files.text_encoding import encoding_of_labels
from sampler_core.datasets.published import class_names
from sampler_core.formatting import several


class Options(TypedDict, total=False):
    """What `sniff` need not guess; see there."""

    kind: Kind
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
    **options: Unpack[Options],
) -> Reading:
    """Class counts of a file (path, bytes or binary file), read in pieces: memory for the distinct labels only.

    `layout` from `sniff`, or its `options` here. `missing` are the spellings of "no label"; such rows are left out and
    said. `progress(share)` is called after each piece; when it returns False, `ReadingStopped` is raised, and what it
    raises passes through. Classes come sorted, those of a `class,count` table in its order. `ReadingError` otherwise.
    """
    return _read(file, layout, progress, missing, limits, options, keep_codes=False)[0]


def read_labels(
    file: File,
    layout: Layout | None = None,
    *,
    progress: Progress | None = None,
    missing: Sequence[str] = MISSING,
    limits: Limits = Limits(),  # noqa: B008
    **options: Unpack[Options],
) -> NDArray[Any]:
    """One label per row, shape (rows,): int64, or text (dtype object, each name once in memory); see `read_counts`.

    `ReadingError` when a row has no label, because then labels and samples would no longer go together.
    """
    reading, labels = _read(file, layout, progress, missing, limits, options, keep_codes=True)
    if labels is None or reading.dropped:
        why = "; ".join(f"{several(dropped.rows, 'row', 'rows')}: {dropped.reason}" for dropped in reading.dropped)
        raise ReadingError(
            f"{reading.name} has rows without a label ({why}). Correct them, or take counts with read_counts"
        )
    return labels


def _read(
    file: File, layout: Layout | None, progress: Progress | None, missing: Sequence[str], limits: Limits,
    options: Options, keep_codes: bool,
) -> tuple[Reading, NDArray[Any] | None]:  # fmt: skip
    layout = layout if layout is not None else sniff(file, limits=limits, **options)
    with opened(file, limits) as source:
        tally, categories = Tally(limits, keep_codes), dict[Raw, str]()
        if keep_codes and layout.count is not None:
            raise ReadingError(f"{source.name} is a table of class,count and has no label per sample. Use read_counts")
        for piece in _pieces(source, layout, tally, categories):
            tally.add(piece)
            report(progress, source.share if piece.share is None else piece.share)
        named = _named(tally, layout, categories, missing)
        reading = _reading(source.name, layout, tally, named, categories)
        report(progress, 1.0)
        return reading, None if tally.row_codes is None else _labels(tally.row_codes, named)


def _pieces(source: Source, layout: Layout, tally: Tally, categories: dict[Raw, str]) -> Iterator[Piece]:
    limits = source.limits
    match layout.kind:
        case "table" | "lines" | "image list" | "words":
            return delimited_text.text_pieces(source.stream(), layout, tally.dropped)
        case "parquet":
            return parquet_and_arrow.parquet_pieces(source.seekable(), layout, limits)
        case "arrow":
            return parquet_and_arrow.arrow_pieces(source.seekable(), layout, limits)
        case "npy":
            return numpy_files.npy_pieces(source.stream(), layout, limits)
        case "npz":
            return numpy_files.npz_pieces(source, layout, limits)
        case _:
            return json_pieces(source.stream(), layout, limits, categories)


def _named(tally: Tally, layout: Layout, categories: dict[Raw, str], missing: Sequence[str]) -> Named:
    """The class of each raw value; of COCO category ids the listed name, told apart where two are the same."""
    if not categories:
        encoding = encoding_of_labels(layout.encoding or "utf-8")
        return name_values(tally.values, encoding, missing, tally.limits)
    tally.add(Piece(np.zeros(0, dtype=np.int64), list(categories)))  # those without a sample too
    times = Counter(categories.values())
    twice = [name for name, n in times.items() if n > 1]
    names = [f"{name} ({number!s})" if times[name] > 1 else name for number, name in categories.items()]
    for name in names:
        check_name(name, tally.limits)
    of = dict(zip(categories, class_names(names), strict=True))
    notes = [f"Some categories have the same name ({listed(twice, 3)}); their ids tell them apart."] if twice else []
    return Named([of.get(value) for value in tally.values], notes)


def _reading(name: str, layout: Layout, tally: Tally, named: Named, categories: dict[Raw, str]) -> Reading:
    counts: dict[ClassName, int] = {}
    for value, n, rows in zip(named.names, tally.counts.tolist(), tally.rows_of.tolist(), strict=True):
        if value is None:
            tally.dropped["category that is not listed" if categories else "no label"] += rows
        else:
            counts[value] = counts.get(value, 0) + n
    if not any(counts.values()):
        raise ReadingError(f"no row of {name} holds a {'count above 0' if counts else 'label'}. Choose another column")
    order = list(counts) if layout.count is not None else sorted(counts)
    if categories:
        listed_names = dict(zip(tally.values, named.names, strict=True))
        order = [found for number in categories if (found := listed_names[number]) is not None]
    dropped = tuple(Dropped(why, rows) for why, rows in tally.dropped.items() if rows)
    several_rows = layout.count is not None and bool((tally.rows_of > 1).any())
    notes = [*named.notes, *(["Some classes come in several rows; their counts were added."] if several_rows else [])]
    class_counts = ClassCounts(tuple(order), np.array([counts[value] for value in order], dtype=np.int64))
    rows = tally.rows + sum(n for why, n in tally.dropped.items() if why.startswith("not "))
    return Reading(class_counts, layout, name, rows, dropped, (*notes, *doubts(class_counts, rows, layout)))


def _labels(pieces: list[Codes], named: Named) -> NDArray[Any]:
    whole = all(isinstance(name, int) for name in named.names if name is not None)
    if whole:
        table: NDArray[Any] = np.array([0 if name is None else name for name in named.names], dtype=np.int64)
    else:
        table = np.empty(len(named.names), dtype=object)
        table[:] = named.names
    labels: NDArray[Any] = table[np.concatenate(pieces)]
    return labels
