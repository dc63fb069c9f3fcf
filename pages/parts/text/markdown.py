"""Text from data as Markdown shows it unchanged."""

from __future__ import annotations

_SPECIAL = "\\`*_{}[]()<>#+-.!|~$:^=&"


def literal(text: str) -> str:
    """Text as it is, none of it read as Markdown, formula, colour or icon."""
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in unparted(text))


def unparted(text: str) -> str:
    """Keeps each percent sign on the line of its number."""
    return text.replace(" %", "\u00a0%")
