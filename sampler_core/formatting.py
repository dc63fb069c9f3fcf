"""Numbers and names as text: three significant digits, thousands separators, long names cut."""

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
