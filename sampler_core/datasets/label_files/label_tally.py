"""Tallies how often each distinct label comes, piece by piece; memory for the distinct labels only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.coco_images import CocoImages
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import quoted

RawLabel: TypeAlias = str | bytes | int | float | bool
MOST_OF_A_CLASS = 10**12
NO_LABEL = -1
MOST_SPLITS = 100
KEYS_PER_CLASS = 10  # distinct rows of several columns, at most


class TooManySplits(ReadingError):
    """A column that was taken for a split has too many values for one."""


class Piece(NamedTuple):
    """Some rows of a file, as its reader yields them.

    `codes`, shape (rows,): which of the distinct `labels` each row has, `NO_LABEL` for none; a label that is None or
    NaN is no label either. `counts`: one per row, raw. `share`: how much of the file is done, where its reader knows
    better than the position in the file. `others`: codes and distinct values of the further columns of
    `Layout.key_columns`.
    """

    codes: Codes
    labels: Sequence[RawLabel | None]
    counts: Sequence[RawLabel | None] | None = None
    share: float | None = None
    others: Sequence[tuple[Codes, Sequence[RawLabel | None]]] = ()


def piece_of_columns(
    columns: Sequence[tuple[Codes, Sequence[RawLabel | None]]], counts: Sequence[RawLabel | None] | None = None
) -> Piece:
    """A piece of the `Layout.key_columns`, each as codes and distinct values."""
    return Piece(*columns[0], counts, others=columns[1:])


class LabelTally:
    """Adds up pieces. `dropped`: rows left out, by reason. `row_codes`: the code of each row, where they are kept.

    `categories`: the name of each label, `images`: what the labels are on, where the file has lists of them (COCO). Of
    `num_columns` columns, the distinct rows are tallied: with a label and a split, ("cat", "train") is one.
    `has_split`: the last column is one.
    """

    def __init__(self, limits: Limits, keep_codes: bool = False, num_columns: int = 1, has_split: bool = False) -> None:
        self.limits, self.keep_codes, self.has_split = limits, keep_codes, has_split
        self.dropped = Counter[str]()
        self.row_codes: list[Codes] = []
        self.categories: dict[RawLabel, str] = {}
        self.images = CocoImages()
        self._codes_of_values: list[dict[RawLabel, int]] = [{} for _ in range(num_columns)]
        self._codes_of_keys: dict[tuple[int, ...], int] = {}
        most_keys = limits.classes if num_columns == 1 else KEYS_PER_CLASS * limits.classes
        self._samples_tally, self._rows_tally = np.zeros((2, most_keys), dtype=np.int64)

    @property
    def labels(self) -> list[RawLabel]:
        """The distinct labels, in the order in which they came; codes are positions in it."""
        return self.values(0)

    @property
    def keys(self) -> list[tuple[int, ...]]:
        """The distinct rows: the code of the value of each column, `NO_LABEL` for none."""
        is_one_column = len(self._codes_of_values) == 1
        return [(code,) for code in range(self._num_keys)] if is_one_column else list(self._codes_of_keys)

    def values(self, column: int) -> list[RawLabel]:
        """The distinct values of a column, the labels first, then `Piece.others`."""
        return list(self._codes_of_values[column])

    def totals(self) -> Iterator[tuple[int, int]]:
        """(samples, rows) of each of `keys`; they differ in a table of counts only."""
        samples, rows = (tally[: self._num_keys].tolist() for tally in (self._samples_tally, self._rows_tally))
        return zip(samples, rows, strict=True)

    def add(self, piece: Piece) -> None:
        """`ReadingError` when there are more distinct labels, longer ones or more rows than the limits allow."""
        columns = zip(self._codes_of_values, ((piece.codes, piece.labels), *piece.others), strict=True)
        column_codes = [self._codes_in_file(codes_of_values, *column) for codes_of_values, column in columns]
        if self.has_split and len(self._codes_of_values[-1]) > MOST_SPLITS:
            raise TooManySplits(
                f"the split column has more than {MOST_SPLITS} values, hardly a split. Choose another, or none"
            )
        codes = column_codes[0] if len(column_codes) == 1 else self._key_codes(column_codes)
        rows_of_keys = np.bincount(codes + 1, minlength=self._num_keys + 1)
        self.dropped["no label"] += int(rows_of_keys[0])
        self._rows_tally[: self._num_keys] += rows_of_keys[1:]
        self.limits.check_rows(int(self._rows_tally.sum()) + self.dropped["no label"])
        if piece.counts is None:
            self._samples_tally[: self._num_keys] += rows_of_keys[1:]
        else:
            labels = piece.codes.tolist(), column_codes[0].tolist()
            for code, code_in_piece, label_code, count in zip(codes.tolist(), *labels, piece.counts, strict=True):
                if label_code != NO_LABEL:
                    self._samples_tally[code] += _whole_count(count, piece.labels[code_in_piece])
        if self.keep_codes:
            self.row_codes.append(codes.astype(np.min_scalar_type(-self._num_keys - 1)))

    @property
    def _num_keys(self) -> int:
        return len(self._codes_of_keys if len(self._codes_of_values) > 1 else self._codes_of_values[0])

    def _codes_in_file(
        self, codes_of_values: dict[RawLabel, int], codes: Codes, values: Sequence[RawLabel | None]
    ) -> Codes:
        """Codes of a piece -> codes of the file."""
        of_values = [*(self._code_of_value(codes_of_values, value) for value in values), NO_LABEL]
        return np.array(of_values, dtype=np.int64)[codes]  # code -1 is the last entry

    def _code_of_value(self, codes_of_values: dict[RawLabel, int], value: RawLabel | None) -> int:
        if value is None or value != value:
            return NO_LABEL
        if isinstance(value, str | bytes) and len(value) > 4 * self.limits.name_length:
            start = value[:40].decode(errors="replace") if isinstance(value, bytes) else value
            self.limits.check_name_length(len(value), start)
        self.limits.check_classes(len(codes_of_values) + (value not in codes_of_values))
        return codes_of_values.setdefault(value, len(codes_of_values))

    def _key_codes(self, column_codes: Sequence[Codes]) -> Codes:
        """The code of each row's key, (code of its label, code of its split) for one."""
        keys, size = column_codes[0] + 1, len(self._codes_of_values[0]) + 1
        for codes, values in zip(column_codes[1:], self._codes_of_values[1:], strict=True):
            rows, keys = _numbered(keys, size)  # anew before each column, so that no number grows past 64 bits
            keys, size = keys * (len(values) + 1) + (codes + 1), rows.size * (len(values) + 1)
        rows, key_of_row = _numbered(keys, size)
        distinct_keys = list(zip(*(codes[rows].tolist() for codes in column_codes), strict=True))
        for key in distinct_keys:
            self._codes_of_keys.setdefault(key, len(self._codes_of_keys))
        self.limits.check_combinations(len(self._codes_of_keys), len(self._rows_tally))
        return np.array([self._codes_of_keys[key] for key in distinct_keys], dtype=np.int64)[key_of_row]


def _numbered(keys: Codes, size: int) -> tuple[Codes, Codes]:
    """Distinct keys, from 0 to size - 1, in rising order: a row with each, and the number of each row's key."""
    if size > 4 * keys.size + 65536:  # else a table is faster than a sort
        _, rows, numbers = np.unique(keys, return_index=True, return_inverse=True)
        return rows, numbers
    row_of_key = np.full(size, -1)
    row_of_key[keys] = np.arange(keys.size)
    distinct = np.flatnonzero(row_of_key >= 0)
    number_of_key = np.empty(size, dtype=np.int64)
    number_of_key[distinct] = np.arange(distinct.size)
    return row_of_key[distinct], number_of_key[keys]


def _whole_count(count: RawLabel | None, label: RawLabel | None) -> int:
    """A class's count: a whole number however it is written (12, 12.0, "12,0", "1e+05"); never a guess."""
    written = (count.decode("latin-1") if isinstance(count, bytes) else "" if count is None else str(count)).strip()
    count_of = f"the count of class {quoted(label.decode(errors='replace') if isinstance(label, bytes) else label)}"
    if re.fullmatch(r"\d{1,3}([.,' \u00a0]\d{3})+", written):
        raise ReadingError(f"{count_of} is {quoted(written)}: thousands or a fraction? Write it without separators")
    if not re.fullmatch(r"[+-]?\d{1,18}([.,]\d{0,18})?([eE][+-]?\d{1,2})?", written):
        must = f"{count_of} must be a whole number, got {quoted(written)}"
        raise ReadingError(f"{must}. Correct it or choose another column")
    whole_count = float(written.replace(",", "."))
    if not whole_count.is_integer() or whole_count < 0:
        must = "0 or more" if whole_count <= -1 else "a whole number"
        raise ReadingError(f"{count_of} must be {must}, got {quoted(written)}. Correct it in the file")
    if whole_count > MOST_OF_A_CLASS:
        raise ReadingError(f"{count_of} must be at most {MOST_OF_A_CLASS:,}, got {quoted(written)}")
    return int(whole_count)
