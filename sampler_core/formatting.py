"""Numbers and names as text: three significant digits, thousands separators, long names cut, names in quotes.

And the colours of figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

# Each has a contrast of 3 or more on white and on near-black. The first six differ for every kind of colour vision; the
# second six come with another dash.
COLOURS = (
    "#2377C5", "#D55E00", "#0E9A6B", "#B0469B", "#A07800", "#5E7FA3",
    "#7A62D9", "#C9506A", "#1B8A99", "#8F7A5C", "#6F8A1F", "#8A8A8A",
)  # fmt: skip


def number(value: float) -> str:
    """4,567,891 -> "4,570,000"; 23.169 -> "23.2"; 0.000123 -> "0.000123"; whole numbers below 1,000 stay whole.

    Below a millionth and from 1e15 on with an exponent: 7.8e97 -> "7.80e+97".
    """
    if not math.isfinite(value):
        return "no limit" if value == math.inf else "none"
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e15:
        return f"{value:.2e}"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    places = max(0, 2 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: int) -> str:
    """1234567 -> "1,234,567"."""
    return f"{value:,}"


def percent(share: float) -> str:
    """0.0532 -> "5.32 %"; a share just below 1 is "> 99.9 %", one just above 0 is "< 0.0001 %"."""
    if 0.0 < share < 1e-6:
        return "< 0.0001 %"
    if 0.9995 < share < 1.0:
        return "> 99.9 %"
    return f"{number(100 * share)} %"


def shortened(name: str, longest: int = 60) -> str:
    """The name, or where it is longer than `longest` its first characters and "…"."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def several(things: int, one: str, many: str) -> str:
    """1 -> "1 class"; 3 -> "3 classes"; 1000 -> "1,000 classes"."""
    return f"{things:,} {one if things == 1 else many}"


def printable(text: str, most: int = 80) -> str:
    """Text from a file as it may stand in a sentence: one line, nothing invisible, shortened."""
    shortened = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shortened if len(shortened) <= most else shortened[: most - 3] + "..."


def quoted(text: object, most: int = 60) -> str:
    """A name or value from a file in quotes, shortened."""
    return f"'{printable(str(text), most)}'"


def joined(words: Sequence[str]) -> str:
    """("one", "two", "three") -> "one, two and three"."""
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + [*words[-1:]])


def listed(names: Iterable[object], most: int = 8) -> str:
    """Names in quotes with commas, at most `most` of them."""
    every = list(names)
    shortened = ", ".join(quoted(name, 40) for name in every[:most])
    return shortened + (f", ... ({len(every):,} in all)" if len(every) > most else "")
