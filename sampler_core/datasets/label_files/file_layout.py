"""How a file is to be read: what `sniff` finds, a person corrects, and `read_counts` follows."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from sampler_core.datasets.label_files.column_roles import noticed_ids
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
    "arrow table": "table in memory",
    "shards": "folder of Arrow or Parquet files",  # or a zip of it
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
WITH_COLUMNS = (
    "table",
    "words",
    "parquet",
    "arrow",
    "arrow table",
    "shards",
    "npy",
    "npz",
    "json lines",
    "json records",
    "json columns",
)
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

    More than the label decides about a row: `group` is a second column, whose pairs with the label are the classes.
    `indicators` are columns of 0 and 1 that are named as the labels are, read instead of `label`. `split_column` says
    which rows are for training; those count whose value is in `split` (None: the value that means training; empty:
    all rows). `several` says how a cell or row with several labels is read: as "rarest", its rarest label, or as
    "whole", a class of its own (None: the first where there are such). Of COCO annotations "rarest" counts images, each
    for the rarest category of its boxes, and "whole" counts boxes.
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
    group: str | None = None
    indicators: tuple[str, ...] = ()
    split_column: str | None = None
    split: tuple[str, ...] | None = None
    several: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in LAYOUT_KINDS:
            raise ReadingError(f"kind must be one of {listed(LAYOUT_KINDS, 20)}, got {quoted(self.kind)}")
        for role, column in self._columns_of_roles():
            if self.columns and column not in self.columns:
                raise ReadingError(f"{role} must be one of {listed(self.columns, 20)}, got {quoted(column)}")
        if self.several not in (None, "rarest", "whole"):
            raise ReadingError(f"several must be 'rarest' or 'whole', got {quoted(self.several)}")
        _check_layout_of_text(self.separator, self.encoding)
        if self.count is not None and not (self.columns and self.kind in (*WITH_COLUMNS, "json counts")):
            raise ReadingError(
                f"count must be left out for a file that is read as {self.title}, got {quoted(self.count)}"
            )
        if self.count is not None and self.count == self.label:
            raise ReadingError(f"count must be another column than the label, got {quoted(self.count)} for both")
        self._check_several_columns()

    def _columns_of_roles(self) -> list[tuple[str, str]]:
        roles = [("label", self.label), ("count", self.count), ("group", self.group),
                 ("split_column", self.split_column), *(("label", column) for column in self.indicators)]  # fmt: skip
        return [(role, column) for role, column in roles if column is not None]

    def _check_several_columns(self) -> None:
        """`ReadingError` where one column would have two roles, or the file has no columns to choose from."""
        if not self.is_of_one_column and not (self.columns and self.kind in WITH_COLUMNS):
            raise ReadingError(f"group and split_column need a table of columns, got {self.title}")
        columns = Counter(column for _, column in self._columns_of_roles())
        if twice := [column for column, roles in columns.items() if roles > 1]:
            raise ReadingError(
                f"label, group, split_column and count must be different columns, got {quoted(twice[0])}"
            )
        if self.indicators and self.count is not None:
            raise ReadingError(f"count must be left out where several columns are the labels, got {quoted(self.count)}")

    @property
    def title(self) -> str:
        """The kind of file in words."""
        return LAYOUT_KINDS[self.kind]

    @property
    def key_columns(self) -> list[str | None]:
        """The columns that are tallied: the label's or the indicators, then group and split column if there are any."""
        others = [column for column in (self.group, self.split_column) if column is not None]
        return [*(self.indicators or (self.label,)), *others]

    @property
    def columns_read(self) -> list[str | None]:
        """The `key_columns`, and that of counts if there is one."""
        return self.key_columns if self.count is None else [*self.key_columns, self.count]

    @property
    def first_cells(self) -> dict[str, list[str]]:
        """The first rows, column by column."""
        return {name: [row[c] for row in self.rows if c < len(row)] for c, name in enumerate(self.columns)}

    @property
    def is_of_one_column(self) -> bool:
        """Whether the label alone decides about a row."""
        return self.key_columns == [self.label]

    def choose(
        self, label: str | Sequence[str], count: str | None = None, *, group: str | None = None,
        split_column: str | None = None, split: Sequence[str] | None = None, several: str | None = None,
    ) -> Layout:  # fmt: skip
        """The same file with other columns: `label` is one, or several of 0 and 1; a column has its first role here."""
        labels = (label,) if isinstance(label, str) else tuple(label)
        group = None if group in labels else group
        split_column = None if split_column in (*labels, group) else split_column
        return replace(
            self, label=label if isinstance(label, str) else None, indicators=() if isinstance(label, str) else labels,
            count=count, group=group, split_column=split_column, several=several,
            split=tuple(split) if split is not None and split_column is not None else None,
        )  # fmt: skip

    @property
    def makes_labels(self) -> bool:
        """Whether labels and rows are others than a data set's own: some rows only, pairs, or the rarest of several."""
        return not self.is_of_one_column or self.several == "rarest"

    def options(self) -> dict[str, str | tuple[str, ...]]:
        """The columns and what was chosen of them, as `sniff` and `read_counts` take them."""
        split = ("all" if self.split == () else self.split) if self.split_column is not None else None
        options = {"label": self.indicators or self.label, "count": self.count, "group": self.group,
                   "split_column": self.split_column or "", "split": split, "several": self.several}  # fmt: skip
        return {name: value for name, value in options.items() if value is not None}

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
        in_words += f"; the labels are in {listed(layout.indicators or [layout.label], 4)}"
    if layout.count is not None:
        in_words += f"; their counts in {quoted(layout.count)}"
    in_words += "."
    if layout.label is not None and (ids := [name for name in noticed_ids(layout.first_cells) if name != layout.label]):
        in_words += f" {listed(ids, 4)} {'differs' if len(ids) == 1 else 'differ'} in every row, as identifiers do."
    return in_words


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
