"""Pieces of a column -> how often each distinct value comes, and where, in memory for the distinct values only."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import Codes, IntArray
from sampler_core.datasets.label_files.class_naming import Raw, too_long
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.reading_limits import Limits

MOST_OF_A_CLASS = 10**12


class Piece(NamedTuple):
    """Some rows. `codes`, shape (rows,): which of the distinct `values`, -1 for none. `counts`: one per row, raw.

    `share` says how much of the file is done, where its reader knows better than the position in the file.
    """

    codes: Codes
    values: Sequence[Raw]
    counts: Sequence[Raw | None] | None = None
    share: float | None = None


class Tally:
    """Adds pieces up. `dropped` counts rows by the reason why they are left out."""

    def __init__(self, limits: Limits, keep_codes: bool = False) -> None:
        self.limits = limits
        self.rows = 0
        self.dropped: Counter[str] = Counter()
        self.row_codes: list[Codes] | None = [] if keep_codes else None
        self._table: dict[Raw, int] = {}
        self._counts = np.zeros(limits.classes, dtype=np.int64)
        self._rows_of = np.zeros(limits.classes, dtype=np.int64)

    @property
    def values(self) -> list[Raw]:
        """The distinct values, in the order in which they came."""
        return list(self._table)

    @property
    def counts(self) -> IntArray:
        """Samples of each of `values`."""
        return self._counts[: len(self._table)]

    @property
    def rows_of(self) -> IntArray:
        """Rows of each of `values`; the same as `counts` unless the file is a table of counts."""
        return self._rows_of[: len(self._table)]

    def add(self, piece: Piece) -> None:
        """`ReadingError` when there are more distinct values, longer ones or more rows than the limits allow."""
        positions = np.fromiter((self._position(value) for value in piece.values), np.int64, len(piece.values))
        labelled = piece.codes >= 0
        self.rows += piece.codes.size
        self.dropped["no label"] += int(piece.codes.size - labelled.sum())
        if self.rows > self.limits.rows:
            raise ReadingError(f"there are more than {self.limits.rows:,} rows. Read a table of class,count instead")
        rows = np.bincount(piece.codes[labelled], minlength=len(piece.values))
        np.add.at(self._rows_of, positions, rows)
        self._add_counts(piece, positions, rows)
        if self.row_codes is not None:
            self.row_codes.append(_placed(piece.codes, positions, len(self._table)))

    def _add_counts(self, piece: Piece, positions: IntArray, rows: IntArray) -> None:
        if piece.counts is None:
            np.add.at(self._counts, positions, rows)
            return
        for code, raw in zip(piece.codes.tolist(), piece.counts, strict=True):
            if code >= 0:
                self._counts[positions[code]] += count_of(raw, piece.values[code])

    def _position(self, value: Raw) -> int:
        if isinstance(value, str | bytes) and len(value) > 4 * self.limits.name_length:
            start = value[:40].decode(errors="replace") if isinstance(value, bytes) else value
            raise too_long(len(value), start, self.limits)
        position = self._table.setdefault(value, len(self._table))
        if position >= self.limits.classes:
            raise too_many_classes(self.limits)
        return position


def too_many_classes(limits: Limits) -> ReadingError:
    """What to say of a column of identifiers."""
    most = Limits().classes
    otherwise = f", or count them with read_counts(path), which takes {most:,}" if limits.classes < most else ""
    return ReadingError(
        f"there are more than {limits.classes:,} different labels, so this is hardly the column of classes. "
        f"Choose another column{otherwise}"
    )


def encode_values(values: Sequence[Any], limits: Limits) -> tuple[Codes, list[Raw]]:
    """A list from JSON -> (codes, distinct values); None and NaN are -1."""
    table: dict[Raw, int] = {}
    codes = np.full(len(values), -1, dtype=np.int64)
    for row, value in enumerate(values):
        if isinstance(value, list | dict):
            raise ReadingError(
                "a label is itself a list or an object, where one name a sample is needed. Choose another field"
            )
        if value is not None and value == value:
            codes[row] = table.setdefault(value, len(table))
    return codes, list(table)


def encode_numpy(array: NDArray[Any], limits: Limits) -> tuple[Codes, list[Raw]]:
    """A 1-D array of numbers or text -> (codes, distinct values); NaN is -1."""
    if array.dtype.kind in "Mm":
        array = array.astype(str)
    if array.ndim != 1 or array.dtype.kind not in "biufUS":
        raise ReadingError(f"the array holds {quoted(array.dtype)}, where labels are integers or text. Choose another")
    check_letters(array)
    present = ~np.isnan(array) if array.dtype.kind == "f" else np.ones(array.shape, dtype=bool)
    distinct, inverse = np.unique(array[present], return_inverse=True)
    if distinct.size > limits.classes:
        raise too_many_classes(limits)
    codes = np.full(array.size, -1, dtype=np.int64)
    codes[present] = inverse
    return codes, distinct.tolist()


def check_letters(array: NDArray[Any]) -> None:
    """`ReadingError` for text that holds numbers which are no letters; NumPy would fail on it in its own way."""
    if array.dtype.kind == "U" and array.size:
        points = np.ascontiguousarray(array).view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
        if points.size and points.max() > sys.maxunicode:
            raise ReadingError("the array is damaged: it holds text that is none. Save or download it again")


def count_of(raw: Raw | None, label: Raw) -> int:
    """A class's count: a whole number however it is written (12, 12.0, "12,0", "1e+05"); never a guess."""
    text = (raw.decode("latin-1") if isinstance(raw, bytes) else "" if raw is None else str(raw)).strip()
    name = quoted(label.decode(errors="replace") if isinstance(label, bytes) else label)
    if re.fullmatch(r"\d{1,3}([.,' \u00a0]\d{3})+", text):
        raise ReadingError(
            f"the count of class {name} is {quoted(text)}: thousands or a fraction? Write it without separators"
        )
    if not re.fullmatch(r"[+-]?\d{1,18}([.,]\d{0,18})?([eE][+-]?\d{1,2})?", text):
        raise ReadingError(
            f"the count of class {name} must be a whole number, got {quoted(text)}. Correct it or choose another column"
        )
    number = float(text.replace(",", "."))
    count = int(text) if re.fullmatch(r"[+-]?\d+", text) else int(number)
    if count != number or count < 0:
        wanted = "0 or more" if count < 0 else "a whole number"
        raise ReadingError(f"the count of class {name} must be {wanted}, got {quoted(text)}. Correct it in the file")
    if count > MOST_OF_A_CLASS:
        raise ReadingError(f"the count of class {name} must be at most {MOST_OF_A_CLASS:,}, got {quoted(text)}")
    return count


def _placed(codes: Codes, positions: IntArray, known: int) -> Codes:
    """Codes of a piece as positions in the whole table, in the smallest type; -1 stays."""
    dtype = np.int8 if known < 128 else np.int16 if known < 32768 else np.int32
    table: Codes = np.append(positions, -1).astype(dtype)  # code -1 reads the last entry
    placed: Codes = table[codes]
    return placed
