"""Files -> class counts or labels: the readers by kind, and the one loop that adds their pieces up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, TypeAlias, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import class_names
from sampler_core.data.plain_values import ClassName
from sampler_core.datasets.label_files.byte_source import ByteSource, File, name_of, opened
from sampler_core.datasets.label_files.class_naming import MISSING, Named, check_name, name_values
from sampler_core.datasets.label_files.errors import ReadingError, ReadingStopped, listed, only_reading_errors
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.json_labels import json_pieces
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece
from sampler_core.datasets.label_files.layout_detection import sniff
from sampler_core.datasets.label_files.numpy_files import npy_pieces, npz_pieces
from sampler_core.datasets.label_files.parquet_and_arrow import arrow_pieces, parquet_pieces
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.reading_result import Dropped, Reading, doubts
from sampler_core.datasets.label_files.text_encoding import encoding_of_labels
from sampler_core.datasets.label_files.text_labels import text_pieces
from sampler_core.formatting import several

Progress: TypeAlias = Callable[[float], object]  # takes the share that is read; returns False to stop, or raises

_READERS: dict[str, Callable[[ByteSource, Layout, LabelTally], Iterator[Piece]]] = {
    **dict.fromkeys(("table", "lines", "image list", "words"), text_pieces),
    "parquet": parquet_pieces,
    "arrow": arrow_pieces,
    "npy": npy_pieces,
    "npz": npz_pieces,
}


class Options(TypedDict, total=False):
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
    **options: Unpack[Options],
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
    **options: Unpack[Options],
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
    options: Options, keep_codes: bool = False,
) -> tuple[Reading, NDArray[Any]]:  # fmt: skip
    layout = layout if layout is not None else sniff(file, limits=limits, **options)
    if keep_codes and layout.count is not None:
        raise ReadingError(f"{name_of(file)} is a table of class,count and has no label per sample. Use read_counts")
    tally = LabelTally(limits, keep_codes)
    with closing(_add_pieces(file, layout, tally)) as shares:
        for share in shares:
            if progress is not None and progress(share) is False:
                raise ReadingStopped("reading was stopped; nothing was changed")
    with only_reading_errors(name_of(file)):
        named = _named(tally, layout, missing)
        return _reading(name_of(file), layout, tally, named), _row_labels(tally, named)


def _add_pieces(file: File, layout: Layout, tally: LabelTally) -> Generator[float, None, None]:
    """Adds up the pieces of a file; yields the share of it that has been read, at last 1."""
    with opened(file, tally.limits) as source:
        for piece in _READERS.get(layout.kind, json_pieces)(source, layout, tally):
            tally.add(piece)
            yield source.share if piece.share is None else piece.share
    yield 1.0


def _named(tally: LabelTally, layout: Layout, missing: Sequence[str]) -> Named:
    """The class of each raw value; of COCO category ids the listed name, told apart where two are the same."""
    categories = tally.categories
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


def _reading(file_name: str, layout: Layout, tally: LabelTally, named: Named) -> Reading:
    counts: dict[ClassName, int] = {}
    dropped = tally.dropped.copy()
    for name, (samples, rows) in zip(named.names, tally.totals(), strict=True):
        if name is None:
            dropped["category that is not listed" if tally.categories else "no label"] += rows
        else:
            counts[name] = counts.get(name, 0) + samples
    if not any(counts.values()):
        what = "count above 0" if counts else "label"
        raise ReadingError(f"no row of {file_name} holds a {what}. Choose another column")
    if tally.categories:
        name_of_label = dict(zip(tally.values, named.names, strict=True))
        order = [name for label in tally.categories if (name := name_of_label[label]) is not None]
    else:
        order = list(counts) if layout.count is not None else sorted(counts)
    class_counts = ClassCounts(tuple(order), np.array([counts[name] for name in order], dtype=np.int64))
    total_rows = sum(rows for _, rows in tally.totals()) + tally.dropped.total()
    several_rows = layout.count is not None and any(rows > 1 for _, rows in tally.totals())
    added = ["Some classes come in several rows; their counts were added."] if several_rows else []
    return Reading(
        class_counts, layout, file_name, total_rows,
        dropped=tuple(Dropped(why, rows) for why, rows in dropped.items() if rows),
        warnings=(*named.notes, *added, *doubts(class_counts, total_rows, layout)),
    )  # fmt: skip


def _row_labels(tally: LabelTally, named: Named) -> NDArray[Any]:
    """The label of each row whose code was kept."""
    if all(isinstance(name, int) for name in named.names if name is not None):
        names = np.array([name or 0 for name in named.names], dtype=np.int64)
    else:
        names = np.array(named.names, dtype=object)
    labels: NDArray[Any] = names[np.concatenate([np.zeros(0, dtype=np.int8), *tally.row_codes])]
    return labels
