"""A value for each of some classes, from a mapping, from pairs or from text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sampler_core.data.plain_values import ClassName, is_sequence, plain_name, shown


def class_pairs(field: str, what: str, given: Any) -> list[tuple[ClassName, Any]]:
    """(class name, value) from a mapping, from pairs, or from text: "name: number, ..." or a JSON object.

    `ValueError` for anything else, and where a class has two values, also as 1 and "1". `TypeError` for what is no
    class name. field, what: the names of all pairs and of one value in errors.
    """
    try:
        pairs: Any = _pairs_of_text(given) if isinstance(given, str) else given
        if not (isinstance(pairs, Mapping) or is_sequence(pairs)):
            raise TypeError
        pairs = [(name, value) for name, value in (pairs.items() if isinstance(pairs, Mapping) else pairs)]
    except (ValueError, TypeError, RecursionError):
        raise ValueError(f"{field} must be class: {what} pairs, as in NV: 0.5, MEL: 3, got {shown(given)}") from None
    named = [(plain_name(name), value) for name, value in pairs]
    if twice := [name for name, times in Counter(str(name) for name, _ in named).items() if times > 1]:
        raise ValueError(f"{field} must name each class once, got {twice[0]!r} twice")
    return named


def _pairs_of_text(text: str) -> list[tuple[str, Any]]:
    if text.lstrip().startswith("{"):
        pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
        return pairs
    split = (pair.rpartition(":") for pair in text.split(",") if pair.strip())
    return [(_not_empty(name.strip()), float(number)) for name, _, number in split]


def _not_empty(name: str) -> str:
    if not name:
        raise ValueError
    return name
