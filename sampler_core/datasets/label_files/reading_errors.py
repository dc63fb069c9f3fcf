"""What goes wrong with people's files, said in a sentence that names the next step; and the limits on a file.

The one contract here: whatever a file holds, its reader raises `ReadingError` and nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sampler_core.formatting import printable, quoted


class ReadingError(ValueError):
    """A file that cannot be read, as a sentence with the next step."""


class ReadingStopped(ReadingError):
    """The progress function asked to stop."""


@contextmanager
def only_reading_errors(name: str) -> Iterator[None]:
    """Turns whatever goes wrong into `ReadingError`; `name` is the file's. The fuzzer looks for mistakes of our own."""
    try:
        yield
    except ReadingError:
        raise
    except ImportError as error:
        package = str(error.name).partition(".")[0]
        raise ReadingError(f"{name} needs the package {package} to be read: pip install {package}") from error
    except UnicodeDecodeError as error:
        raise ReadingError(f"the text is not in {error.encoding}. Choose another encoding") from error
    except Exception as error:
        raise ReadingError(f"{name} cannot be read: {_reason_of_error(error)}") from error


def _reason_of_error(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file. Check the path"
    if isinstance(error, EOFError | zlib.error) or type(error).__name__ == "BadGzipFile":
        return "it is packed and ends too early or is damaged. Download or pack it again"
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is. Save the label column alone, as CSV, and read that"
    if isinstance(error, RecursionError):
        return "its values are nested too deeply. Save the labels alone, one a line, and read that"
    if "straddl" in str(error):
        return "one of its rows is longer than 1 MB, usually because a quote is never closed. Check its quotes"
    error_text = " ".join(str(error).split())[:160] or type(error).__name__
    return f"it is damaged or of another kind than it seems ({printable(error_text)}). Save it again, best as CSV"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a file. Sizes in bytes. The checks raise `ReadingError`.

    `unpacked` bounds what a .gz or .npz may unpack to, `ratio` how many times its size that may be (asked only beyond
    64 MiB, since short files of one label pack well), `in_memory` what must be unpacked as a whole (Parquet in .gz).
    """

    unpacked: int = 16 << 30
    ratio: int = 250
    in_memory: int = 256 << 20
    rows: int = 2_000_000_000
    classes: int = 100_000
    name_length: int = 1_000

    def check_rows(self, rows: int) -> None:
        """Whether a file of so many rows is read."""
        if rows > self.rows:
            raise ReadingError(f"there are more than {self.rows:,} rows. Read a table of class,count instead")

    def check_classes(self, classes: int) -> None:
        """Whether a column of so many distinct labels is read; a column of identifiers is not."""
        if classes > self.classes:
            limit = Limits().classes
            otherwise = f", or count them with read_counts(path), which takes {limit:,}" if self.classes < limit else ""
            raise ReadingError(
                f"there are more than {self.classes:,} different labels, so this is hardly the column of classes. "
                f"Choose another column{otherwise}"
            )

    def check_name_length(self, characters: int, start: str) -> None:
        """Whether a label of so many characters is read; `start` shows which one it is."""
        if characters > self.name_length:
            raise ReadingError(
                f"a label is {characters:,} characters long ({quoted(start, 30)}), at most {self.name_length:,} are "
                "read. Choose the column that holds the class names"
            )
