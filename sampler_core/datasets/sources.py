"""The sources of a training mixture and their sizes, from lines of text and from published mixtures.

The one contract here: what was read from a text, `sources_text` writes as a text that is read alike, short enough for a
link.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.formatting import count, quoted

MOST_SOURCES, LARGEST_SIZE = 1_000, 10**15
_SIZES = "a number from 1 to 1e15, as in 250,000, 2.5e9 or 878B"
_POWERS = {"": 0, "k": 3, "m": 6, "g": 9, "b": 9, "t": 12}
# A name, something between, and the size at the end of the line; thousands may be grouped.
_LINE = re.compile(
    r"""(?P<name>.*?)[\s,;:|"']+
    (?P<digits>\d{1,3}(?:[,_]\d{3})+|\d+|\d*\.\d+|\d+\.)(?P<exponent>e\+?\d{1,2})?\s?(?P<letter>[kmgbt])?["',]*""",
    re.VERBOSE | re.IGNORECASE,
)
_HEADER = re.compile(r"\W(size|count|tokens|samples|documents|rows|examples|pages|bytes)\W*$", re.IGNORECASE)
_BRACKETS = re.compile(r"[][{}(),]+$")


class ReadSources(NamedTuple):
    """counts: the sources as classes, with their sizes; None where no line has one. problems: a sentence for each line
    that is left out."""

    counts: ClassCounts | None
    problems: tuple[str, ...]


def read_sources(text: str) -> ReadSources:
    """Sources from lines such as "en, 2,733,000,000", "en: 2.7e9" and "en 878B"; empty lines and a header are skipped.

    k, M, B (or G) and T after a size are thousands to trillions. Lines without a size, a second line of the same name
    and more than `MOST_SOURCES` lines are left out, with a sentence each.

    Examples:
        >>> read_sources("name, size\\nen, 1.2T\\nmy notes 500").counts.names
        ('en', 'my notes')
    """
    sizes: dict[ClassName, int] = {}
    problems: list[str] = []
    for number, line in enumerate((" ".join(line.split()) for line in text.splitlines()), 1):
        if not line or _BRACKETS.match(line) or (not sizes and not problems and _HEADER.search(f" {line}")):
            continue
        name, size = _name_and_size(line)
        if problem := _problem_of(name, size, sizes):
            problems.append(f"Line {number}, {quoted(line)}: {problem}. It is left out.")
        else:
            sizes[name] = size
    return ReadSources(ClassCounts.from_counts(sizes) if sizes else None, tuple(problems))


def sources_text(counts: ClassCounts) -> str:
    """The sources as lines, as `read_sources` reads them."""
    sizes = zip(counts.names, counts.counts.tolist(), strict=True)
    return "\n".join(f"{name} {short_size(size)}" for name, size in sizes)


def short_size(size: int) -> str:
    """A size in few characters, exactly: 2733000000000 -> "2.733T"; 56000 -> "56k"; 1250 -> "1.25k"; 1251 -> "1251"."""
    for letter, power in (("T", 12), ("B", 9), ("M", 6), ("k", 3)):
        whole, part = divmod(size, 10**power)
        short = f"{whole}.{part:0{power}d}".rstrip("0").rstrip(".") + letter
        if whole and len(short) < len(str(size)):
            return short
    return str(size)


def _name_and_size(line: str) -> tuple[str, int]:
    """The size is 0 where there is none."""
    if (match := _LINE.fullmatch(line)) is None:
        return line, 0
    name = match["name"].strip("\"' ")
    digits = match["digits"].replace(",", "").replace("_", "")
    power = int((match["exponent"] or "e0")[1:]) + _POWERS[(match["letter"] or "").lower()]
    whole, _, part = digits.partition(".")
    if power <= 20 and len(part) <= power:  # in whole numbers: floats have gaps up there
        return name, int((whole + part) or "0") * 10 ** (power - len(part))
    return name, round(float(digits) * 10.0 ** min(power, 20))


def _problem_of(name: str, size: int, sizes: Mapping[ClassName, int]) -> str:
    if not 1 <= size <= LARGEST_SIZE:
        return f"its size must be {_SIZES}"
    if not name:
        return "it needs a name before the size"
    if name in sizes:
        return f"the source {quoted(name)} is there already"
    return f"there may be {count(MOST_SOURCES)} sources" if len(sizes) == MOST_SOURCES else ""


# --- published mixtures ----------------------------------------------------------------------------------------------


class PublishedMixture(NamedTuple):
    """A row of the index. unit: what sizes count, "documents" or "tokens"."""

    name: str
    title: str
    unit: str
    source: str


@cache
def published_mixtures() -> tuple[PublishedMixture, ...]:
    """The bundled mixtures, in the order of the index; each is one file of lines and its row there."""
    rows = csv.DictReader(_mixture_file("index.csv").splitlines())
    return tuple(PublishedMixture(row["name"], row["title"], row["unit"], row["source"]) for row in rows)


def published_mixture(name: str) -> PublishedMixture:
    """What the index says of a mixture; `ValueError` where there is none of that name."""
    mixtures = {mixture.name: mixture for mixture in published_mixtures()}
    if name not in mixtures:
        raise ValueError(f"mixture must be one of {', '.join(mixtures)}, got {name!r}")
    return mixtures[name]


@cache
def load_mixture(name: str) -> ClassCounts:
    """The sources of a bundled mixture and their sizes, in its unit, the largest first. Errors: as above."""
    counts = read_sources(_mixture_file(f"{published_mixture(name).name}.txt")).counts
    assert counts is not None
    return counts


def _mixture_file(name: str) -> str:
    return (files(__package__) / "published_mixtures" / name).read_text(encoding="utf-8")
