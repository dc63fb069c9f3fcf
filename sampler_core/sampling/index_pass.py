"""One pass over an epoch: where it stands, and its indices as list iterators, drawn as they are needed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from sampler_core.sampling.index_stream import IndexStream
from sampler_core.sampling.rank_batches import StartPosition

_INDEX_CHUNK = 8192  # indices drawn at a time
_FIRST_INDEX_CHUNK = 512  # the first batch should not wait for more than itself
_INDEX_PIECE = 1024  # indices turned into Python integers at a time


class IndexPiece(NamedTuple):
    """Some indices of a pass; `end`: how many the pass has given once they are used up, counted as in `length`."""

    end: int
    indices: Iterator[int]


@dataclass(slots=True)
class PassPosition:
    """Where a pass over an epoch stands: some way behind `start`. Of two passes the newer one has the larger `order`.

    pieces: of a pass that has not begun, where the class shares were known when it was made.
    """

    order: int
    epoch: int
    start: StartPosition
    pieces: Iterator[IndexPiece] | None = None
    piece: IndexPiece = field(default_factory=lambda: IndexPiece(0, iter(())))

    @property
    def done(self) -> int:
        """Indices handed out, counted as in `RankBatches.length`; asks the current list iterator what it still has."""
        return max(self.start.within, self.piece.end - operator.length_hint(self.piece.indices))


class IndexPass(chain[int]):
    """The indices of one pass, with a state of its own, which torchdata's loaders save beside the sampler's."""

    state_dict: Callable[[], dict[str, Any]]
    load_state_dict: Callable[[Mapping[str, Any]], None]


def index_pieces(stream: IndexStream, epoch: int, start: StartPosition) -> Iterator[IndexPiece]:
    """This rank's indices of the rest of an epoch, in order."""
    at, end, chunk = start.within, stream.batches.length(start), min(_FIRST_INDEX_CHUNK, _INDEX_CHUNK)
    while at < end:
        size = min(chunk, end - at)
        rank_indices = stream.drawn(epoch, start, at, at + size)
        for i in range(0, size, _INDEX_PIECE):
            indices = rank_indices[i : i + _INDEX_PIECE].tolist()
            yield IndexPiece(at + i + len(indices), iter(indices))
        at += size
        chunk = min(2 * chunk, _INDEX_CHUNK)
