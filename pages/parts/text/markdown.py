"""Text from data, escaped so that Markdown shows it unchanged."""

from __future__ import annotations

_ESCAPED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]()<>#+-.!|~$:^=&"})


def literal(text: str) -> str:
    """Markdown that shows the text itself: no markup, formula, colour or icon."""
    return unbroken_percents(text).translate(_ESCAPED)


def unbroken_percents(text: str) -> str:
    """Text whose percent signs stay on the line of their number."""
    return text.replace(" %", "\u00a0%")
