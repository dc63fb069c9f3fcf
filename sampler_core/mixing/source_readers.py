"""Reading a source: item `offset` of its pass `number`, wherever the reader stands.

The one contract here: what `read` returns depends on the source alone, as long as a pass has the same items in the same
order in every process. A reader that stands before the item reads on; one behind it begins the pass again, or goes on
from the source's own state.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, NamedTuple, TypeVar

from torch.utils.data import IterableDataset
from torch.utils.data._utils import worker as torch_worker

from sampler_core.data.plain_values import ClassName
from sampler_core.mixing.source_sizes import length_of

T = TypeVar("T")
END = object()
"""What is read after the last item of a pass."""


class OwnState(NamedTuple):
    """The own state of a source after `offset` items of a pass."""

    number: int
    offset: int
    state: Any


class SequenceReader:
    """Reads a source whose items are found by their index: nothing is skipped. length: of each pass."""

    def __init__(self, name: ClassName, source: Any) -> None:
        self.name, self._source, self.length = name, source, len(source)
        self.number = self.offset = 0
        self.own_state: OwnState | None = None

    def read(self, number: int, offset: int) -> Any:
        """The item; `END` where the pass has no more than `offset` items, which then is its length."""
        self.number, self.offset = number, min(offset, self.length)
        try:
            return self._source[offset] if offset < self.length else END
        except Exception as error:
            _add_note(error, self.name, number, offset)
            raise


class IterableReader:
    """Reads a source from its beginning on. number, offset: the pass, and how many of its items are read or skipped."""

    length: int | None = None

    def __init__(self, name: ClassName, source: Any, own_states: bool) -> None:
        self.name, self._source, self._own_states = name, source, own_states
        self.number = self.offset = 0
        self._iterator: Iterator[Any] | None = None
        self._process = os.getpid()
        self._iterated: Any = None
        self._latest_state: OwnState | None = None

    def read(self, number: int, offset: int) -> Any:
        """The item; `END` where the pass has no more than `offset` items, which then is its length."""
        iterator = self._iterator if self._process == os.getpid() else None  # no file is shared with another process
        try:
            if iterator is None or number != self.number or offset < self.offset:
                iterator = self._begin(number, offset)
            while self.offset <= offset:
                item = next(iterator, END)
                if item is END:
                    break
                self.offset += 1
            return item
        except Exception as error:
            self._iterator = None  # a generator that has raised would look like one that has ended
            _add_note(error, self.name, number, self.offset)
            raise

    @property
    def own_state(self) -> OwnState | None:
        """The source's own state where the reader stands, or an earlier one; None for a source that has none."""
        is_reading = self._iterator is not None and self._process == os.getpid()
        if self._own_states and is_reading and _has_state(self._iterated):
            self._latest_state = OwnState(self.number, self.offset, copy.deepcopy(self._iterated.state_dict()))
        return self._latest_state

    @own_state.setter
    def own_state(self, state: OwnState | None) -> None:
        self._latest_state, self._iterator = state if self._own_states else None, None

    def _begin(self, number: int, offset: int) -> Iterator[Any]:
        """Starts a pass, as near before the item as can be."""
        made: Any = self._source if isinstance(self._source, Iterable) else self._source(number)
        if made is self._source and _has_state(made):
            made = copy.deepcopy(made)  # as it was given: its state may be that of a pass before
        self.number, self.offset, self._process, latest = number, 0, os.getpid(), self._latest_state
        if latest is not None and latest.number == number and latest.offset <= offset:
            made.load_state_dict(copy.deepcopy(latest.state))
            self.offset = latest.offset
        self._iterated, self._iterator = made, iter(made)
        return self._iterator

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_iterator": None, "_iterated": None}


Reader = SequenceReader | IterableReader


def reader_of(name: ClassName, source: Any, own_states: bool) -> Reader:
    """The reader of a source; `TypeError` for what cannot be read pass after pass."""
    must = (
        f"source {name!r} must be an iterable that can be read again, or a function of the pass number that returns one"
    )
    if isinstance(source, Iterator):
        raise TypeError(f"{must}, got {type(source).__name__}, which can be read only once")
    by_index = hasattr(source, "__getitem__") and not isinstance(source, IterableDataset) and length_of(source)
    if isinstance(source, str | bytes | Mapping | Set) or not (
        by_index or isinstance(source, Iterable) or callable(source)
    ):
        raise TypeError(f"{must}, got {source!r:.100}")
    return SequenceReader(name, source) if by_index else IterableReader(name, source, own_states)


def _has_state(source: Any) -> bool:
    return hasattr(source, "state_dict") and hasattr(source, "load_state_dict")


def _add_note(error: Exception, name: ClassName, number: int, offset: int) -> None:
    error.add_note(f"raised by source {name!r} for item {offset:,} of pass {number}")


def without_worker_info(read: Iterator[T]) -> Iterator[T]:
    """What an iterator gives when its sources do not see that they are in a worker: many would read a part only."""
    while True:
        info, torch_worker._worker_info = torch_worker._worker_info, None
        try:
            item = next(read)
        except StopIteration:
            return
        finally:
            torch_worker._worker_info = info
        yield item
