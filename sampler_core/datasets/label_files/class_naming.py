"""Raw values -> class names: text decoded and trimmed, missing ones left out, numbers recognised.

The one contract here: the same data read from text, from integers and from a `class,count` table gets the same names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from sampler_core.data.label_encoding import class_names
from sampler_core.data.plain_values import ClassName, plain_name
from sampler_core.datasets.label_files.errors import ReadingError, listed, quoted
from sampler_core.datasets.label_files.reading_limits import Limits
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
    numbers = [value for value in values if isinstance(value, int | float)]
    fractions = any(isinstance(number, float) and not number.is_integer() for number in numbers)
    packed = [value for value in values if isinstance(value, bytes)]
    texts = _decoded(packed, encoding, notes) if packed else [_number_or_text(value, fractions) for value in values]
    labels = [text for text in texts if text not in missing]
    for text in labels:
        check_name(text, limits)
    if labels and numbers and len(numbers) < len(labels):
        notes.append("Labels mix numbers and text; all were read as text.")
    named = _integers_or_texts([_without_fraction(text) for text in labels])
    if not all(isinstance(name, int) for name in named):
        named = _integers_or_texts(labels)
    elif fractional := [text for text in labels if _without_fraction(text) != text]:
        notes.append(f"Labels such as {quoted(fractional[0])} were read as integers.")
    if labels and fractions:
        notes.append("Labels are numbers with fractions: is this the column of classes?")
    names = iter(named)
    return Named([None if text in missing else next(names) for text in texts], notes)


def check_name(text: str, limits: Limits) -> None:
    """`ReadingError` for a name that no page or file could hold."""
    limits.check_name_length(len(text), text)
    if "\0" in text:
        raise ReadingError(f"a label holds a NUL character ({quoted(text, 30)}). Save the file again as CSV in UTF-8")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ReadingError(f"a label holds half a character ({quoted(text, 30)}). Save the file in UTF-8") from None


def _decoded(values: Sequence[bytes], encoding: str, notes: list[str]) -> list[str]:
    """As text without blanks around it; in Latin-1 where the encoding is UTF-8 by name only."""
    for candidate in (encoding, FALLBACK, "latin-1"):
        try:
            texts = [value.decode(candidate) for value in values]
        except UnicodeDecodeError:
            if encoding not in ("utf-8", FALLBACK):
                raise ReadingError(f"the labels are not in {encoding}. Choose another encoding") from None
        else:
            break
    if candidate != encoding:
        strange = listed((text for text in texts if not text.isascii()), 3)
        notes.append(f"The labels are not in UTF-8; they were read as Latin-1: {strange}.")
    if spaced := sum(text != text.strip() != "" for text in texts):
        notes.append(f"Blanks around {several(spaced, 'label was', 'labels were')} removed.")
    return [text.strip() for text in texts]


def _number_or_text(value: Raw, fractions: bool) -> str:
    """As `plain_name` names a class of an array; numbers with fractions among them keep theirs ("1.0")."""
    whole = not isinstance(value, float) or (value.is_integer() and abs(value) < 2**63 and not fractions)
    return str(plain_name(value)) if whole else str(value)


def _without_fraction(text: str) -> str:
    """ "3.0" -> "3", "1.2000e+01", as numpy.savetxt writes it, -> "12"; other text as it is."""
    if not _FLOAT.fullmatch(text) or not float(text).is_integer() or abs(float(text)) >= 2**53:
        return text
    return str(int(float(text)))


def _integers_or_texts(texts: list[str]) -> list[ClassName]:
    """`class_names`, and text where an integer would not fit 64 bits, as integer labels must."""
    if any(len(text) > 19 for text in texts):
        return list(texts)
    names = class_names(texts)
    outside = any(isinstance(name, int) and not -(2**63) <= name < 2**63 for name in names)
    return list(texts) if outside else names
