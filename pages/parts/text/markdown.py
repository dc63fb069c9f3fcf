"""Text from data, escaped so that Markdown shows it unchanged."""

from __future__ import annotations

_SPECIAL = "\\`*_{}[]()<>#+-.!|~$:^=&"


def literal(text: str) -> str:
    """Markdown that shows the text itself: no markup, formula, colour or icon."""
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in unbroken_percents(text))


def unbroken_percents(text: str) -> str:
    """Text whose percent signs stay on the line of their number."""
    return text.replace(" %", "\u00a0%")
