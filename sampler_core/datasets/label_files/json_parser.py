"""JSON text parsed value by value, so that a file of any size takes the memory of its largest element.

Each element is decoded by Python's own json; only the steps between them are ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from sampler_core.datasets.label_files.reading_errors import ReadingError

MOST_JSON_CHARACTERS = 64 << 20  # of one element
_JSON_PIECE = 1 << 18
_JSON_BLANK = re.compile(r"[ \t\r\n]*")


class JsonParser:
    """A place in a JSON text. `peek` looks at the next character, the others move past what they return.

    `read(size)` gives about so many more characters of the text, "" at its end.
    """

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read, self._json_text, self._at, self._ended = read, "", 0, False
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is not blank, "" at the end."""
        while True:
            blank = _JSON_BLANK.match(self._json_text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._json_text):
                return self._json_text[self._at]
            if not self._more(_JSON_PIECE):
                return ""

    def value(self) -> object:
        """The next value as a whole."""
        self.peek()
        while True:
            try:
                json_value, end = self._decoder.raw_decode(self._json_text, self._at)
            except json.JSONDecodeError as error:
                if not self._more(max(_JSON_PIECE, len(self._json_text) - self._at)):
                    raise ReadingError(f"it is not valid JSON ({error.msg}). Save or download it again") from None
                continue
            if end < len(self._json_text) or not self._more(_JSON_PIECE):  # a number may go on in the next piece
                self._at = end
                return json_value

    def values(self) -> Iterator[object]:
        """All values that follow one another, as in JSON Lines, each as a whole."""
        while self.peek():
            yield self.value()

    def elements(self) -> Iterator[object]:
        """The elements of the list or the values of the object that comes next, each as a whole."""
        for _ in self.object_keys():
            yield self.value()

    def skip(self) -> None:
        """Past the next value, in pieces where it is a list or an object."""
        if self.peek() in ("[", "{"):
            for _ in self.elements():
                pass
        else:
            self.value()

    def object_keys(self) -> Iterator[str]:
        """The keys of the object that comes next ("" for each element of a list); the caller takes each value."""
        opening = self._take("[{")
        closing = "]" if opening == "[" else "}"
        if self.peek() == closing:
            self._take(closing)
            return
        while True:
            json_key = ""
            if opening == "{":
                if self.peek() != '"':
                    raise ReadingError("it is not valid JSON (a key must be in quotes). Save or download it again")
                json_key = str(self.value())
                self._take(":")
            yield json_key
            if self._take("," + closing) == closing:
                return

    def _take(self, characters: str) -> str:
        character = self.peek()
        if not character or character not in characters:
            wrong = f"{character!r} where {' or '.join(characters)} is due" if character else "it ends too early"
            raise ReadingError(f"it is not valid JSON ({wrong}). Save or download it again")
        self._at += 1
        return character

    def _more(self, characters: int) -> bool:
        if self._ended:
            return False
        if len(self._json_text) - self._at > MOST_JSON_CHARACTERS:
            raise ReadingError("one JSON value is larger than 64 MB. Save the records as JSON Lines, one a line")
        json_piece = self._read(characters)
        self._ended = not json_piece
        self._json_text, self._at = self._json_text[self._at :] + json_piece, 0
        return not self._ended


def json_field(json_record: object, name: str, columns: tuple[str, ...]) -> object:
    """A field of a record by name ("key.name": of an inner object), of a list by its place in `columns`; or None."""
    if isinstance(json_record, list):
        at = columns.index(name) if name in columns else -1
        return json_record[at] if 0 <= at < len(json_record) else None
    if not isinstance(json_record, dict):
        return None
    if name in json_record:
        return json_record[name]
    json_key, _, rest = name.partition(".")
    inner = json_record.get(json_key)
    return inner.get(rest) if isinstance(inner, dict) else None
