"""Raw labels -> class names: text decoded and trimmed, missing ones left out, numbers recognised.

The one contract here: the same data read from text, from integers and from a `class,count` table gets the same names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sampler_core.data.label_encoding import class_names
from sampler_core.data.plain_values import ClassName, plain_name
from sampler_core.datasets.label_files.label_tally import RawLabel
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.text_encoding import decoded_labels
from sampler_core.formatting import listed, quoted

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "<NA>", "#N/A", "-nan")
_FLOAT_NAME = re.compile(r"-?\d{1,15}\.\d{0,40}([eE][+-]?\d{1,2})?")


class ClassNaming(NamedTuple):
    """`class_names[i]` is the class of raw label i, None for one that means "no label"; `notes` are sentences."""

    class_names: list[ClassName | None]
    notes: list[str]


def naming_of_labels(
    raw_labels: Sequence[RawLabel], encoding: str, missing: Sequence[str], limits: Limits
) -> ClassNaming:
    """Names of distinct raw labels. Labels that differ only in blanks around them, or as 1 and 1.0 do, share a name."""
    notes: list[str] = []
    numbers = [label for label in raw_labels if isinstance(label, int | float)]
    fractions = any(isinstance(number, float) and not number.is_integer() for number in numbers)
    if byte_labels := [label for label in raw_labels if isinstance(label, bytes)]:
        text_names = decoded_labels(byte_labels, encoding, notes)
    else:
        text_names = [_name_as_text(label, fractions) for label in raw_labels]
    given_names = [text_name for text_name in text_names if text_name not in missing]
    for text_name in given_names:
        _check_class_name(text_name, limits)
    if given_names and numbers and len(numbers) < len(given_names):
        notes.append("Labels mix numbers and text; all were read as text.")
    class_names = _integer_or_text_names([_name_without_fraction(text_name) for text_name in given_names])
    if not all(isinstance(class_name, int) for class_name in class_names):
        class_names = _integer_or_text_names(given_names)
    elif with_fraction := [text_name for text_name in given_names if _name_without_fraction(text_name) != text_name]:
        notes.append(f"Labels such as {quoted(with_fraction[0])} were read as integers.")
    if given_names and fractions:
        notes.append("Labels are numbers with fractions: is this the column of classes?")
    of_given = iter(class_names)
    return ClassNaming([None if text_name in missing else next(of_given) for text_name in text_names], notes)


def naming_of_categories(
    raw_labels: Sequence[RawLabel], categories: Mapping[RawLabel, str], limits: Limits
) -> ClassNaming:
    """The names of COCO category ids, told apart by the ids where two are the same."""
    times = Counter(categories.values())
    twice = [category for category, n in times.items() if n > 1]
    distinct = [f"{name} ({coco_id!s})" if times[name] > 1 else name for coco_id, name in categories.items()]
    for category in distinct:
        _check_class_name(category, limits)
    name_of_category = dict(zip(categories, class_names(distinct), strict=True))
    notes = [f"Some categories have the same name ({listed(twice, 3)}); their ids tell them apart."] if twice else []
    return ClassNaming([name_of_category.get(label) for label in raw_labels], notes)


def _check_class_name(text_name: str, limits: Limits) -> None:
    """`ReadingError` for a name that no page or file could hold."""
    limits.check_name_length(len(text_name), text_name)
    if "\0" in text_name:
        nul = f"a label holds a NUL character ({quoted(text_name, 30)})"
        raise ReadingError(f"{nul}. Save the file again as CSV in UTF-8")
    try:
        text_name.encode()
    except UnicodeEncodeError:
        raise ReadingError(
            f"a label holds half a character ({quoted(text_name, 30)}). Save the file in UTF-8"
        ) from None


def _name_as_text(label: RawLabel, fractions: bool) -> str:
    """As `plain_name` names a class of an array; numbers with fractions among them keep theirs ("1.0")."""
    is_whole = not isinstance(label, float) or (label.is_integer() and abs(label) < 2**63 and not fractions)
    return str(plain_name(label)) if is_whole else str(label)


def _name_without_fraction(text_name: str) -> str:
    """ "3.0" -> "3", "1.2000e+01", as numpy.savetxt writes it, -> "12"; other text as it is."""
    if not _FLOAT_NAME.fullmatch(text_name) or not float(text_name).is_integer() or abs(float(text_name)) >= 2**53:
        return text_name
    return str(int(float(text_name)))


def _integer_or_text_names(text_names: list[str]) -> list[ClassName]:
    """`class_names`, and text where an integer would not fit 64 bits, as integer labels must."""
    if any(len(text_name) > 19 for text_name in text_names):
        return list(text_names)
    integer_names = class_names(text_names)
    too_large = any(isinstance(name, int) and not -(2**63) <= name < 2**63 for name in integer_names)
    return list(text_names) if too_large else integer_names
