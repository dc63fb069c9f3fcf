"""What goes wrong with people's files, said in a sentence that names the next step.

The one contract here: whatever a file holds, its reader raises `ReadingError` and nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sampler_core.formatting import printable


class ReadingError(ValueError):
    """A file that cannot be read, as a sentence with the next step; `code` are lines of Python that take it."""

    def __init__(self, sentence: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


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
