"""Numbers and names as people read them: three significant digits, thousands separators, long names cut."""

from __future__ import annotations

import math


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
    """0.0532 -> "5.32 %". Nearly all is not called all, nor nearly nothing given digits: "> 99.9 %", "< 0.0001 %"."""
    if 0.0 < share < 1e-6:
        return "< 0.0001 %"
    if 0.9995 < share < 1.0:
        return "> 99.9 %"
    return f"{number(100 * share)} %"


def shortened(name: str, longest: int = 60) -> str:
    """A name that may stand in a sentence: its first signs, and "…" where there are more."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def several(things: int, one: str, many: str) -> str:
    """1 -> "1 class"; 3 -> "3 classes"."""
    return f"{things:,} {one if things == 1 else many}"
