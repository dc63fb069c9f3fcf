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

        def register(registered: C) -> C:
            self[name] = registered
            return registered

        return register

    def __missing__(self, name: str) -> type[Any]:
        raise ValueError(f"{self.kind} must be one of {', '.join(self)}, got {name!r}")

    def name_of(self, value: object) -> str:
        """The name a value's class is registered under; `TypeError` for any other value."""
        for name, registered in self.items():
            if type(value) is registered:
                return name
        raise TypeError(f"{self.kind} must be one of {', '.join(self)}, got {value!r}")

    def encode(self, value: Any) -> dict[str, Any]:
        """A value as plain JSON types: {"name": ..., field: ...}; nested entries likewise."""
        encoded_fields = {f.name: _encoded(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"name": self.name_of(value), **encoded_fields}

    def decode(self, data: Mapping[str, Any], **nested: Callable[[Any], object]) -> Any:
        """The value again, or `ValueError`. `nested` names the fields that hold entries and says what reads them."""
        try:
            return self._decoded(data, nested)
        except RecursionError:
            raise ValueError(f"{self.kind} must not be nested so deep, got lists or objects without an end") from None

    def _decoded(self, data: Mapping[str, Any], nested: Mapping[str, Callable[[Any], object]]) -> Any:
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            raise ValueError(f'{self.kind} must be an object with a "name", got {data!r}')
        registered = self[data["name"]]
        registered_fields = {f.name for f in dataclasses.fields(registered)}
        encoded_fields = {key: value for key, value in data.items() if key != "name"}
        if unknown_fields := sorted(encoded_fields.keys() - registered_fields):
            must = f"{self.kind} {data['name']!r} must have the fields {sorted(registered_fields)}"
            raise ValueError(f"{must}, got {unknown_fields[0]!r}")
        decoded_fields = {
            name: nested[name](value) if name in nested else _frozen(value) for name, value in encoded_fields.items()
        }
        needed_fields = (f.name for f in dataclasses.fields(registered) if f.default is dataclasses.MISSING)
        if missing_fields := [name for name in needed_fields if name not in decoded_fields]:
            raise ValueError(f"{self.kind} {data['name']!r} must have the field {missing_fields[0]!r}, got none")
        try:
            return registered(**decoded_fields)
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
