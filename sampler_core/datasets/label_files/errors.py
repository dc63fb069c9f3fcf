"""What goes wrong with people's files, said in a sentence that names the next step.

The one contract here: whatever a file holds, its reader raises `ReadingError` and nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


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
        raise ReadingError(f"{name} cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
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
    message = " ".join(str(error).split())[:160] or type(error).__name__
    return f"it is damaged or of another kind than it seems ({printable(message)}). Save it again, best as CSV"


def printable(text: str, most: int = 80) -> str:
    """Text from a file as it may stand in a sentence: one line, nothing invisible, shortened."""
    shortened = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shortened if len(shortened) <= most else shortened[: most - 3] + "..."


def quoted(text: object, most: int = 60) -> str:
    """A name or value from a file in quotes, shortened."""
    return f"'{printable(str(text), most)}'"


def listed(names: Iterable[object], most: int = 8) -> str:
    """Names in quotes with commas, at most `most` of them."""
    every = list(names)
    shortened = ", ".join(quoted(name, 40) for name in every[:most])
    return shortened + (f", ... ({len(every):,} in all)" if len(every) > most else "")
