"""Frozen values with a name: schedules and targets, as Python objects and as JSON.

The one contract here: `decode(encode(value)) == value` for every entry, and nothing but registered names is built
from a text that came from outside.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")
C = TypeVar("C", bound=type)


class Catalogue(Generic[T]):
    """Name -> frozen dataclass. `kind` is the word for an entry in errors ("schedule", "target")."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, type[T]] = {}

    def entry(self, name: str) -> Callable[[C], C]:
        """Class decorator: puts the class in under this name."""

        def register(cls: C) -> C:
            self._entries[name] = cls
            return cls

        return register

    def __getitem__(self, name: str) -> type[T]:
        if name not in self._entries:
            raise ValueError(f"{self.kind} must be one of {', '.join(self._entries)}, got {name!r}")
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def classes(self) -> tuple[type[T], ...]:
        """The classes of all entries, in the order of their registration."""
        return tuple(self._entries.values())

    def name_of(self, value: T) -> str:
        """The name a value's class is registered under."""
        for name, cls in self._entries.items():
            if type(value) is cls:
                return name
        raise TypeError(f"{self.kind} must be one of {', '.join(self._entries)}, got {value!r}")

    def __contains__(self, value: object) -> bool:
        return any(type(value) is cls for cls in self._entries.values())

    def encode(self, value: T) -> dict[str, Any]:
        """A value as plain JSON types: {"name": ..., field: ...}; nested entries likewise."""
        fields = {f.name: _encoded(getattr(value, f.name)) for f in dataclasses.fields(value)}  # type: ignore[arg-type]
        return {"name": self.name_of(value), **fields}

    def decode(self, data: Mapping[str, Any], **nested: Callable[[Any], object]) -> T:
        """The value again. `nested` names the fields that hold entries and says what reads them."""
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            raise ValueError(f'{self.kind} must be an object with a "name", got {data!r}')
        cls = self[data["name"]]
        known = {f.name for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
        given = {key: value for key, value in data.items() if key != "name"}
        if unknown := sorted(given.keys() - known):
            raise ValueError(f"{self.kind} {data['name']!r} must have the fields {sorted(known)}, got {unknown[0]!r}")
        read = {key: nested[key](value) if key in nested else _frozen(value) for key, value in given.items()}
        try:
            return cls(**read)
        except TypeError as error:
            raise ValueError(f"{self.kind} {data['name']!r}: {error}") from None


def _encoded(value: object) -> Any:
    if isinstance(value, tuple):
        return [_encoded(item) for item in value]
    for catalogue in ALL:
        if value in catalogue:
            return catalogue.encode(value)
    return value


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


SCHEDULES: Catalogue[Any] = Catalogue("schedule")
TARGETS: Catalogue[Any] = Catalogue("target")
ALL = (SCHEDULES, TARGETS)
