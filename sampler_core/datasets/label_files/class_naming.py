"""Raw values -> class names: text decoded and trimmed, missing ones left out, numbers recognised.

The one contract here: the same data read from text, from integers and from a `class,count` table gets the same names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from sampler_core.data.plain_values import ClassName, plain_name
from sampler_core.datasets.label_files.errors import ReadingError, listed, quoted
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.published import class_names
from sampler_core.formatting import several

Raw: TypeAlias = str | bytes | int | float | bool
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "<NA>", "#N/A", "-nan")
FALLBACK = "cp1252"  # what Windows programs mean by Latin-1
_FLOAT = re.compile(r"-?\d{1,15}\.\d{0,40}([eE][+-]?\d{1,2})?")


class Named(NamedTuple):
    """`names[i]` is the class of raw value i, None for one that means "no label"; `notes` are sentences."""

    names: list[ClassName | None]
    notes: list[str]


def name_values(values: Sequence[Raw], encoding: str, missing: Sequence[str], limits: Limits) -> Named:
    """Names of distinct raw values. Values that differ only in blanks around them, or as 1 and 1.0 do, share a name."""
    notes: list[str] = []
    texts, numbers = _texts(values, encoding, notes)
    given = [None if text in missing else text for text in texts]
    labels = [text for text in given if text is not None]
    for text in labels:
        check_name(text, limits)
    if not labels:
        return Named([None] * len(texts), notes)
    if numbers and len(numbers) < len(labels):
        notes.append("Labels mix numbers and text; all were read as text.")
    whole = [_whole(text) for text in labels]
    named = _names(whole)
    if whole != labels and isinstance(named[0], int):
        notes.append(f"Labels such as {quoted(next(t for t in labels if _whole(t) != t))} were read as integers.")
    elif whole != labels or (numbers and not isinstance(named[0], int)):
        named = _names(labels)
    if any(isinstance(value, float) and not value.is_integer() for value in values):
        notes.append("Labels are numbers with fractions: is this the column of classes?")
    names = iter(named)
    return Named([None if text is None else next(names) for text in given], notes)


def check_name(text: str, limits: Limits) -> None:
    """`ReadingError` for a name that no page or file could hold."""
    limits.check_name_length(len(text), text)
    if "\0" in text:
        raise ReadingError(f"a label holds a NUL character ({quoted(text, 30)}). Save the file again as CSV in UTF-8")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ReadingError(f"a label holds half a character ({quoted(text, 30)}). Save the file in UTF-8") from None


def _whole(text: str) -> str:
    """ "3.0" -> "3", "1.2000e+01", as numpy.savetxt writes it, -> "12"; other text as it is."""
    if not _FLOAT.fullmatch(text) or not float(text).is_integer() or abs(float(text)) >= 2**53:
        return text
    return str(int(float(text)))


def _names(texts: list[str]) -> list[ClassName]:
    """`class_names`, and text where an integer would not fit 64 bits, as integer labels must."""
    if any(len(text) > 19 for text in texts):
        return list(texts)
    names = class_names(texts)
    outside = any(isinstance(name, int) and not -(2**63) <= name < 2**63 for name in names)
    return list(texts) if outside else names


def _texts(values: Sequence[Raw], encoding: str, notes: list[str]) -> tuple[list[str], set[Raw]]:
    """Every value as text, and those that were numbers."""
    packed = [value for value in values if isinstance(value, bytes)]
    used = _working(packed, encoding, notes)
    fractions = any(isinstance(value, float) and not value.is_integer() for value in values)
    texts = [value.decode(used) if isinstance(value, bytes) else _written(value, fractions) for value in values]
    if packed:
        trimmed = [text.strip() for text in texts]
        spaced = sum(before != after and after != "" for before, after in zip(texts, trimmed, strict=True))
        if spaced:
            notes.append(f"Blanks around {several(spaced, 'label was', 'labels were')} removed.")
        texts = trimmed
    return texts, {value for value in values if isinstance(value, int | float)}


def _working(values: Sequence[bytes], encoding: str, notes: list[str]) -> str:
    """The encoding, or what to take where it is UTF-8 by name only."""
    for candidate in (encoding, FALLBACK, "latin-1"):
        try:
            for value in values:
                value.decode(candidate)
        except UnicodeDecodeError:
            if encoding not in ("utf-8", FALLBACK):
                raise ReadingError(f"the labels are not in {encoding}. Choose another encoding") from None
            continue
        if candidate != encoding:
            strange = [value.decode(candidate) for value in values if not value.isascii()]
            notes.append(f"The labels are not in UTF-8; they were read as Latin-1: {listed(strange, 3)}.")
        return candidate
    raise ReadingError("the labels are in no known encoding. Save the file in UTF-8")


def _written(value: Raw, fractions: bool) -> str:
    """As `plain_name` names a class of an array; numbers with fractions among them keep theirs ("1.0")."""
    whole = not isinstance(value, float) or (value.is_integer() and abs(value) < 2**63 and not fractions)
    return str(plain_name(value)) if whole else str(value)
