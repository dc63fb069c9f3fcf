"""Frozen values with a name: schedules and targets, as Python objects and as JSON.

The one contract here: `decode(encode(value)) == value` for every entry, and nothing but registered names is built
from a text that came from outside.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

C = TypeVar("C", bound=type)


class Catalogue(dict[str, type[Any]]):
    """Name -> frozen dataclass. `kind` is the word for an entry in errors ("schedule", "target")."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def entry(self, name: str) -> Callable[[C], C]:
        """Class decorator: puts the class in under this name."""

        def register(cls: C) -> C:
            self[name] = cls
            return cls

        return register

    def __missing__(self, name: str) -> type[Any]:
        raise ValueError(f"{self.kind} must be one of {', '.join(self)}, got {name!r}")

    def name_of(self, value: object) -> str:
        """The name a value's class is registered under; `TypeError` for any other value."""
        for name, cls in self.items():
            if type(value) is cls:
                return name
        raise TypeError(f"{self.kind} must be one of {', '.join(self)}, got {value!r}")

    def encode(self, value: Any) -> dict[str, Any]:
        """A value as plain JSON types: {"name": ..., field: ...}; nested entries likewise."""
        fields = {f.name: _encoded(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"name": self.name_of(value), **fields}

    def decode(self, data: Mapping[str, Any], **nested: Callable[[Any], object]) -> Any:
        """The value again. `nested` names the fields that hold entries and says what reads them."""
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            raise ValueError(f'{self.kind} must be an object with a "name", got {data!r}')
        cls = self[data["name"]]
        known = {f.name for f in dataclasses.fields(cls)}
        given = {key: value for key, value in data.items() if key != "name"}
        if unknown := sorted(given.keys() - known):
            raise ValueError(f"{self.kind} {data['name']!r} must have the fields {sorted(known)}, got {unknown[0]!r}")
        read = {key: nested[key](value) if key in nested else _frozen(value) for key, value in given.items()}
        needed = (f.name for f in dataclasses.fields(cls) if f.default is dataclasses.MISSING)
        if missing := [name for name in needed if name not in read]:
            raise ValueError(f"{self.kind} {data['name']!r} must have the field {missing[0]!r}, got none")
        try:
            return cls(**read)
        except TypeError as error:
            raise ValueError(f"{self.kind} {data['name']!r}: {error}") from None


def _encoded(value: object) -> Any:
    if isinstance(value, tuple):
        return [_encoded(item) for item in value]
    if is_entry(value):
        return (TARGETS if type(value) in TARGETS.values() else SCHEDULES).encode(value)
    return value


def is_entry(value: object) -> bool:
    """Whether this is a schedule or a target."""
    return type(value) in (*SCHEDULES.values(), *TARGETS.values())


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


SCHEDULES, TARGETS = Catalogue("schedule"), Catalogue("target")
