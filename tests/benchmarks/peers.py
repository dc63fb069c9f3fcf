"""Other people's samplers, as they are used, and plain Python's floor.

Each peer: labels -> something to draw an epoch from.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import RandomSampler, WeightedRandomSampler

from sampler_core.draws.counter_rng import mix

Labels = NDArray[np.int64]
Peer = Callable[[Labels], Iterable[int]]


class Ready:
    """Indices that are ready in an array, turned into Python integers in pieces of 1024."""

    def __init__(self, size: int) -> None:
        self._indices = np.random.default_rng(0).permutation(size).astype(np.int32)

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._indices[i : i + 1024].tolist() for i in range(0, self._indices.size, 1024))


class Floor(Ready):
    """What a sampler of random indices cannot do without: a hash and a look-up an index before they are handed out."""

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._pieces())

    def array(self) -> NDArray[np.int64]:
        """The same indices as an array."""
        indices = np.empty(self._indices.size, dtype=np.int64)
        for begin, drawn in self._chunks():
            indices[begin : begin + drawn.size] = drawn
        return indices

    def _pieces(self) -> Iterator[list[int]]:
        for _, drawn in self._chunks():
            yield from (drawn[i : i + 1024].tolist() for i in range(0, drawn.size, 1024))

    def _chunks(self) -> Iterator[tuple[int, NDArray[np.int32]]]:
        size = np.uint64(self._indices.size)
        for begin in range(0, self._indices.size, 8192):
            numbers = mix(np.arange(begin, min(begin + 8192, self._indices.size), dtype=np.uint64))
            yield begin, self._indices.take(((numbers >> np.uint64(32)) * size >> np.uint64(32)).view(np.int64))


class ReadyList:
    """Below any sampler's floor: indices that are Python integers already, in pieces of 1024."""

    def __init__(self, size: int) -> None:
        self._pieces = [list(range(i, min(i + 1024, size))) for i in range(0, size, 1024)]

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._pieces)


class Choice:
    """NumPy's choice(p=...) over all samples, as in the article."""

    def __init__(self, labels: Labels) -> None:
        weights = 1.0 / np.bincount(labels)[labels]
        self._probabilities = weights / weights.sum()

    def __iter__(self) -> Iterator[int]:
        size = self._probabilities.size
        return iter(np.random.default_rng(0).choice(size, size, p=self._probabilities).tolist())


def weighted(labels: Labels) -> WeightedRandomSampler:
    """torch's WeightedRandomSampler, class-balanced, its weights by bincount and indexing."""
    return WeightedRandomSampler(1.0 / np.bincount(labels)[labels], labels.size)


def shuffled(labels: Labels) -> RandomSampler:
    """torch's plain shuffle."""
    return RandomSampler(range(labels.size))


def _catalyst(labels: Labels) -> Iterable[int]:
    module = importlib.import_module("catalyst.data.sampler")
    return module.DynamicBalanceClassSampler(labels.tolist(), max_d=None)


def _imbalanced(labels: Labels) -> Iterable[int]:
    module = importlib.import_module("torchsampler")
    return module.ImbalancedDatasetSampler(torch.utils.data.TensorDataset(torch.from_numpy(labels)), labels.tolist())


def _m_per_class(labels: Labels) -> Iterable[int]:
    module = importlib.import_module("pytorch_metric_learning.samplers")
    return module.MPerClassSampler(labels, 128, length_before_new_iter=labels.size)


PEERS: dict[str, Peer] = {
    "torch WeightedRandomSampler": weighted,
    "torch RandomSampler (plain shuffle)": shuffled,
    "numpy choice(p=...)": Choice,
    "catalyst DynamicBalanceClassSampler": _catalyst,
    "torchsampler ImbalancedDatasetSampler": _imbalanced,
    "pytorch-metric-learning MPerClassSampler": _m_per_class,
}


def installed() -> tuple[dict[str, Peer], dict[str, str]]:
    """The peers that work here, and why the others do not."""
    working, missing = {}, {}
    for name, peer in PEERS.items():
        try:
            next(iter(peer(np.tile(np.arange(4), 64))))
            working[name] = peer
        except Exception as error:  # a peer may fail in any way: it is reported, and left out
            missing[name] = f"{type(error).__name__}: {error}"
    return working, missing
