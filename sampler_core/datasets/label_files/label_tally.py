"""Tallies how often each distinct label comes, piece by piece; memory for the distinct labels only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import quoted

RawLabel: TypeAlias = str | bytes | int | float | bool
MOST_OF_A_CLASS = 10**12
NO_LABEL = -1


class Piece(NamedTuple):
    """Some rows of a file, as its reader yields them.

    `codes`, shape (rows,): which of the distinct `labels` each row has, `NO_LABEL` for none; a label that is None or
    NaN is no label either. `counts`: one per row, raw. `share`: how much of the file is done, where its reader knows
    better than the position in the file.
    """

    codes: Codes
    labels: Sequence[RawLabel | None]
    counts: Sequence[RawLabel | None] | None = None
    share: float | None = None


class LabelTally:
    """Adds up pieces. `dropped`: rows left out, by reason. `row_codes`: the code of each row, where they are kept.

    `categories`: the name of each label, where the file has a list of them (COCO).
    """

    def __init__(self, limits: Limits, keep_codes: bool = False) -> None:
        self.limits, self.keep_codes = limits, keep_codes
        self.dropped = Counter[str]()
        self.row_codes: list[Codes] = []
        self.categories: dict[RawLabel, str] = {}
        self._codes_of_labels: dict[RawLabel, int] = {}
        self._samples_tally, self._rows_tally = np.zeros((2, limits.classes), dtype=np.int64)

    @property
    def labels(self) -> list[RawLabel]:
        """The distinct labels, in the order in which they came; codes are positions in it."""
        return list(self._codes_of_labels)

    def totals(self) -> Iterator[tuple[int, int]]:
        """(samples, rows) of each of `labels`; they differ in a table of counts only."""
        num_labels = len(self._codes_of_labels)
        return zip(self._samples_tally[:num_labels].tolist(), self._rows_tally.tolist(), strict=False)

    def add(self, piece: Piece) -> None:
        """`ReadingError` when there are more distinct labels, longer ones or more rows than the limits allow."""
        codes = np.array([*map(self._code_of_label, piece.labels), NO_LABEL])[piece.codes]  # code -1 is the last entry
        num_labels = len(self._codes_of_labels)
        rows_of_labels = np.bincount(codes + 1, minlength=num_labels + 1)
        self.dropped["no label"] += int(rows_of_labels[0])
        self._rows_tally[:num_labels] += rows_of_labels[1:]
        self.limits.check_rows(int(self._rows_tally.sum()) + self.dropped["no label"])
        if piece.counts is None:
            self._samples_tally[:num_labels] += rows_of_labels[1:]
        else:
            for code, code_in_piece, count in zip(codes.tolist(), piece.codes.tolist(), piece.counts, strict=True):
                if code != NO_LABEL:
                    self._samples_tally[code] += _whole_count(count, piece.labels[code_in_piece])
        if self.keep_codes:
            self.row_codes.append(codes.astype(np.min_scalar_type(-num_labels - 1)))

    def _code_of_label(self, label: RawLabel | None) -> int:
        if label is None or label != label:
            return NO_LABEL
        if isinstance(label, str | bytes) and len(label) > 4 * self.limits.name_length:
            start = label[:40].decode(errors="replace") if isinstance(label, bytes) else label
            self.limits.check_name_length(len(label), start)
        self.limits.check_classes(len(self._codes_of_labels) + (label not in self._codes_of_labels))
        return self._codes_of_labels.setdefault(label, len(self._codes_of_labels))


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
