"""Counts how often each distinct label comes, piece by piece; memory for the distinct labels only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.class_naming import Raw
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.reading_limits import Limits

MOST_OF_A_CLASS = 10**12
NO_LABEL = -1


class Piece(NamedTuple):
    """Some rows of a file, as its reader yields them.

    `codes`, shape (rows,): which of the distinct `values` each row has, `NO_LABEL` for none; a value that is None or
    NaN is no label either. `counts`: one per row, raw. `share`: how much of the file is done, where its reader knows
    better than the position in the file.
    """

    codes: Codes
    values: Sequence[Raw | None]
    counts: Sequence[Raw | None] | None = None
    share: float | None = None


class LabelTally:
    """Adds up pieces. `dropped`: rows left out, by reason. `row_codes`: the code of each row, where they are kept.

    `categories`: the name of each label, where the file has a list of them (COCO).
    """

    def __init__(self, limits: Limits, keep_codes: bool = False) -> None:
        self.limits, self.keep_codes = limits, keep_codes
        self.dropped = Counter[str]()
        self.row_codes: list[Codes] = []
        self.categories: dict[Raw, str] = {}
        self._codes: dict[Raw, int] = {}
        self._samples, self._rows = np.zeros((2, limits.classes), dtype=np.int64)

    @property
    def values(self) -> list[Raw]:
        """The distinct labels, in the order in which they came; codes are positions in it."""
        return list(self._codes)

    def totals(self) -> Iterator[tuple[int, int]]:
        """(samples, rows) of each of `values`; they differ in a table of counts only."""
        return zip(self._samples[: len(self._codes)].tolist(), self._rows.tolist(), strict=False)

    def add(self, piece: Piece) -> None:
        """`ReadingError` when there are more distinct labels, longer ones or more rows than the limits allow."""
        codes = np.array([*map(self._code, piece.values), NO_LABEL])[piece.codes]  # code -1 reads the last entry
        rows = np.bincount(codes + 1, minlength=len(self._codes) + 1)
        self.dropped["no label"] += int(rows[0])
        self._rows[: len(self._codes)] += rows[1:]
        self.limits.check_rows(int(self._rows.sum()) + self.dropped["no label"])
        if piece.counts is None:
            self._samples[: len(self._codes)] += rows[1:]
        else:
            for code, of_piece, count in zip(codes.tolist(), piece.codes.tolist(), piece.counts, strict=True):
                if code != NO_LABEL:
                    self._samples[code] += whole_count(count, piece.values[of_piece])
        if self.keep_codes:
            self.row_codes.append(codes.astype(np.min_scalar_type(-len(self._codes) - 1)))

    def _code(self, value: Raw | None) -> int:
        if value is None or value != value:
            return NO_LABEL
        if isinstance(value, str | bytes) and len(value) > 4 * self.limits.name_length:
            start = value[:40].decode(errors="replace") if isinstance(value, bytes) else value
            self.limits.check_name_length(len(value), start)
        self.limits.check_classes(len(self._codes) + (value not in self._codes))
        return self._codes.setdefault(value, len(self._codes))


def whole_count(raw: Raw | None, label: Raw | None) -> int:
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
    if not number.is_integer() or number < 0:
        wanted = "0 or more" if number <= -1 else "a whole number"
        raise ReadingError(f"the count of class {name} must be {wanted}, got {quoted(text)}. Correct it in the file")
    if number > MOST_OF_A_CLASS:
        raise ReadingError(f"the count of class {name} must be at most {MOST_OF_A_CLASS:,}, got {quoted(text)}")
    return int(number)
