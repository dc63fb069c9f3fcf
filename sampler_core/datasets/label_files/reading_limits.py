"""Limits on what is read of a file."""

from __future__ import annotations

from dataclasses import dataclass

from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.formatting import quoted


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a file. Sizes in bytes. The checks raise `ReadingError`.

    `unpacked` bounds what a .gz or .npz may unpack to, `ratio` how many times its size that may be (asked only beyond
    64 MiB, since short files of one label pack well), `in_memory` what must be unpacked as a whole (Parquet in .gz).
    `links`: whether the links in a folder are followed.
    """

    unpacked: int = 16 << 30
    ratio: int = 250
    in_memory: int = 256 << 20
    rows: int = 2_000_000_000
    columns: int = 100_000
    classes: int = 100_000
    name_length: int = 1_000
    links: bool = True

    def check_rows(self, rows: int) -> None:
        """Whether a file of so many rows is read."""
        if rows > self.rows:
            raise ReadingError(f"there are more than {self.rows:,} rows. Read a table of class,count instead")

    def check_columns(self, columns: int) -> None:
        """Whether a table of so many columns is read; labels side by side in one line are not."""
        if columns > self.columns:
            raise ReadingError(
                f"a row has more than {self.columns:,} columns. Put each label on a line of its own, or save the label "
                "column alone"
            )

    def check_classes(self, classes: int) -> None:
        """Whether a column of so many distinct labels is read; a column of identifiers is not."""
        if classes > self.classes:
            limit = Limits().classes
            otherwise = f", or count them with read_counts(path), which takes {limit:,}" if self.classes < limit else ""
            raise ReadingError(
                f"there are more than {self.classes:,} different labels, so this is hardly the column of classes. "
                f"Choose another column{otherwise}"
            )

    def check_combinations(self, combinations: int, most: int) -> None:
        """Whether columns of so many distinct rows are read together."""
        if combinations > most:
            too_many = f"the chosen columns have more than {most:,} different combinations"
            raise ReadingError(f"{too_many}, so they are hardly classes. Choose fewer columns")

    def check_name_length(self, characters: int, start: str) -> None:
        """Whether a label of so many characters is read; `start` shows which one it is."""
        if characters > self.name_length:
            raise ReadingError(
                f"a label is {characters:,} characters long ({quoted(start, 30)}), at most {self.name_length:,} are "
                "read. Choose the column that holds the class names"
            )
