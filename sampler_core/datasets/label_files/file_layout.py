"""How a file is to be read: what `sniff` finds, a person corrects, and `read_counts` follows."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.text_encoding import FALLBACK
from sampler_core.formatting import listed, quoted

LAYOUT_KINDS = {  # and their titles
    "table": "table",  # CSV and its relatives
    "lines": "one label a line",
    "image list": "image list",  # `path label` a line
    "words": "table with blanks between columns",
    "parquet": "Parquet",
    "arrow": "Arrow / Feather",
    "npy": "NumPy array",
    "npz": "NumPy arrays",
    "json lines": "JSON Lines",
    "json records": "JSON, a list of records",  # of objects, or of lists
    "json values": "JSON, a list of labels",
    "json columns": "JSON, columns",  # {"column": [...]} or {"column": {"row": ...}}
    "json counts": "JSON, class to count",
    "json labels": "JSON, sample to label",
    "coco": "COCO annotations",
}
# A person may choose the columns of these; the others have one place for labels, and for counts if any.
WITH_COLUMNS = ("table", "words", "parquet", "arrow", "npy", "npz", "json lines", "json records", "json columns")
PREVIEW_ROWS = 100
Cells: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is to be read.

    `kind` is one of `LAYOUT_KINDS`. `columns` are the names a person chooses from and `rows` the first rows under
    them, as text. `label` is the column that holds the labels (None: there is only one thing to read); `count` the
    column of counts when the file is a `class,count` table. `separator`, `encoding`, `header` and `skip_lines`
    (physical lines before the first row) are for text files. `inside` is the key under which JSON holds its list.
    `found` says in sentences what was guessed.
    """

    kind: str
    columns: tuple[str, ...] = ()
    label: str | None = None
    count: str | None = None
    separator: str | None = None
    encoding: str | None = None
    header: bool = False
    skip_lines: int = 0
    inside: str | None = None
    rows: Cells = ()
    found: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in LAYOUT_KINDS:
            raise ReadingError(f"kind must be one of {listed(LAYOUT_KINDS, 20)}, got {quoted(self.kind)}")
        for role, column in (("label", self.label), ("count", self.count)):
            if self.columns and column is not None and column not in self.columns:
                raise ReadingError(f"{role} must be one of {listed(self.columns, 20)}, got {quoted(column)}")
        _check_layout_of_text(self.separator, self.encoding)
        if self.count is not None and not (self.columns and self.kind in (*WITH_COLUMNS, "json counts")):
            raise ReadingError(
                f"count must be left out for a file that is read as {self.title}, got {quoted(self.count)}"
            )
        if self.count is not None and self.count == self.label:
            raise ReadingError(f"count must be another column than the label, got {quoted(self.count)} for both")

    @property
    def title(self) -> str:
        """The kind of file in words."""
        return LAYOUT_KINDS[self.kind]

    @property
    def label_and_count(self) -> list[str | None]:
        """The column of labels, and that of counts if there is one."""
        return [self.label] if self.count is None else [self.label, self.count]

    def choose(self, label: str, count: str | None = None) -> Layout:
        """The same file with another label column, and a column of counts or none."""
        return replace(self, label=label, count=count)

    def position(self, column: str | None) -> int:
        """Where a column stands; 0 when there is only one thing to read."""
        return self.columns.index(column) if column is not None and self.columns else 0


def first_rows(rows: Iterable[Iterable[object]]) -> Cells:
    """The first rows for `Layout.rows`: as text, shortened."""
    return tuple(tuple("" if cell is None else str(cell)[:80] for cell in row) for row in islice(rows, PREVIEW_ROWS))


def layout_in_words(layout: Layout) -> str:
    """What was found, as a sentence: "Read as table with ',' between columns, in UTF-8; the labels are in 'y'."."""
    in_words = f"Read as {layout.title}"
    if layout.separator not in (None, " "):
        in_words += f" with {'tabs' if layout.separator == chr(9) else quoted(layout.separator)} between columns"
    if layout.encoding is not None:
        in_words += f", in {'Latin-1 (it is not UTF-8)' if layout.encoding == FALLBACK else layout.encoding.upper()}"
    if layout.columns:
        in_words += f"; the labels are in {quoted(layout.label)}"
    if layout.count is not None:
        in_words += f"; their counts in {quoted(layout.count)}"
    return f"{in_words}."


def _check_layout_of_text(separator: str | None, encoding: str | None) -> None:
    """`ReadingError` for a separator or an encoding that no text file can have."""
    if separator is not None and not (len(separator) == 1 and separator.isascii() and separator not in '\r\n\0"'):
        raise ReadingError(f"separator must be one ASCII character, got {quoted(separator)}")
    if encoding is not None:
        try:
            codecs.lookup(encoding)
            "".encode(encoding)  # "zlib" is a codec, but not of text
        except (LookupError, UnicodeError, ValueError):
            raise ReadingError(f"encoding must be one of text that Python knows, got {quoted(encoding)}") from None
