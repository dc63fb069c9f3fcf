"""The items of a source by their number: pass after pass over the run, or one pass an epoch."""

from __future__ import annotations

import warnings
from typing import Any

from sampler_core.data.array_types import IntArray
from sampler_core.mixing.source_readers import END, Reader


class RestartedSource:
    """A source that begins again where it ends. size: what shares and forecasts take for it, None where not known.

    lengths, position: where the length of a pass is written once some process has read to its end; 0 before.
    """

    def __init__(self, reader: Reader, lengths: IntArray, position: int, size: int | None) -> None:
        self._reader, self._lengths, self._position, self._size = reader, lengths, position, size

    def item(self, number: int) -> Any:
        """Item `number` of the run. `ValueError` for a source without any and where passes differ in length."""
        while True:
            length = int(self._lengths[self._position])
            passes, offset = divmod(number, length) if length else (0, number)
            item = self._reader.read(passes, offset)
            if item is END:
                self._end_pass(length)
            elif offset == length - 1 and self._reader.read(passes, length) is not END:
                raise ValueError(f"{self._must(length)}, got more in pass {passes}")
            else:
                return item

    def _end_pass(self, length: int) -> None:
        """Learns the length, where it is not known; a pass that has ended before it is an error."""
        reader, found = self._reader, self._reader.offset
        if length:
            raise ValueError(f"{self._must(length)}, got {found:,} in pass {reader.number}")
        _check_not_empty(reader)
        self._lengths[self._position] = found
        if self._size not in (None, found):
            says = f"source {reader.name!r} has {found:,} items and {self._size:,} as its size"
            warnings.warn(f"{says}: shares and forecasts are those of its size", stacklevel=2)

    def _must(self, length: int) -> str:
        return f"source {self._reader.name!r} must have as many items in each pass ({length:,})"


class SourceOfOnePass:
    """A source that is read once in an epoch, as pass number `epoch`."""

    def __init__(self, reader: Reader, epoch: int) -> None:
        self._reader, self._epoch = reader, epoch

    def item(self, number: int) -> Any:
        """Item `number` of the pass; `END` past its last."""
        item = self._reader.read(self._epoch, number)
        if item is END:
            _check_not_empty(self._reader)
        return item

    def has(self, count: int) -> bool:
        """Whether the source has so many items in this pass."""
        reader = self._reader
        if reader.length is not None:
            return count <= reader.length
        return not count or (reader.number == self._epoch and reader.offset >= count) or self.item(count - 1) is not END


def _check_not_empty(reader: Reader) -> None:
    if not reader.offset:
        raise ValueError(f"source {reader.name!r} must have at least one item, got none in pass {reader.number}")
