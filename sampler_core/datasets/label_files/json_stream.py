"""JSON text read value by value, so that a file of any size takes the memory of its largest element.

Each element is decoded by Python's own json; only the steps between them are ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from sampler_core.datasets.label_files.errors import ReadingError

ELEMENT = 64 << 20  # characters
_PIECE = 1 << 18
_BLANK = re.compile(r"[ \t\r\n]*")


class JsonCursor:
    """A place in a JSON text. `peek` looks at the next character, the others move past what they return.

    `read(size)` gives about so many more characters of the text, "" at its end.
    """

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read, self._text, self._at, self._ended = read, "", 0, False
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is not blank, "" at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(_PIECE):
                return ""

    def value(self) -> object:
        """The next value as a whole."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more(max(_PIECE, len(self._text) - self._at)):
                    raise ReadingError(f"it is not valid JSON ({error.msg}). Save or download it again") from None
                continue
            if end < len(self._text) or not self._more(_PIECE):  # a number may go on in the next piece
                self._at = end
                return value

    def values(self) -> Iterator[object]:
        """All values that follow one another, as in JSON Lines, each as a whole."""
        while self.peek():
            yield self.value()

    def elements(self) -> Iterator[object]:
        """The elements of the list or the values of the object that comes next, each as a whole."""
        for _ in self.entries():
            yield self.value()

    def skip(self) -> None:
        """Past the next value, in pieces where it is a list or an object."""
        if self.peek() in ("[", "{"):
            for _ in self.elements():
                pass
        else:
            self.value()

    def entries(self) -> Iterator[str]:
        """The keys of the object that comes next ("" for each element of a list); the caller takes each value."""
        opening = self._take("[{")
        closing = "]" if opening == "[" else "}"
        if self.peek() == closing:
            self._take(closing)
            return
        while True:
            key = ""
            if opening == "{":
                if self.peek() != '"':
                    raise ReadingError("it is not valid JSON (a key must be in quotes). Save or download it again")
                key = str(self.value())
                self._take(":")
            yield key
            if self._take("," + closing) == closing:
                return

    def _take(self, characters: str) -> str:
        character = self.peek()
        if not character or character not in characters:
            what = f"{character!r} where {' or '.join(characters)} is due" if character else "it ends too early"
            raise ReadingError(f"it is not valid JSON ({what}). Save or download it again")
        self._at += 1
        return character

    def _more(self, characters: int) -> bool:
        if self._ended:
            return False
        if len(self._text) - self._at > ELEMENT:
            raise ReadingError("one JSON value is larger than 64 MB. Save the records as JSON Lines, one a line")
        piece = self._read(characters)
        self._ended = not piece
        self._text, self._at = self._text[self._at :] + piece, 0
        return not self._ended


def field_of(record: object, name: str, columns: tuple[str, ...]) -> object:
    """A field of a record by name ("key.name": of an inner object), of a list by its place in `columns`; or None."""
    if isinstance(record, list):
        at = columns.index(name) if name in columns else -1
        return record[at] if 0 <= at < len(record) else None
    if not isinstance(record, dict):
        return None
    if name in record:
        return record[name]
    key, _, rest = name.partition(".")
    inner = record.get(key)
    return inner.get(rest) if isinstance(inner, dict) else None
