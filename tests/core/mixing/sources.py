"""Sources for the tests of mixes, whose items say what they are, and what a mix of them must read."""

from collections import Counter
from contextlib import contextmanager
from itertools import islice, zip_longest
from types import SimpleNamespace

import numpy as np
from torch.utils.data import IterableDataset, get_worker_info
from torch.utils.data._utils import worker as torch_worker

from sampler_core import IndexStream

READS: Counter[str] = Counter()
SIZES = {"en": 50, "de": 23, "fr": 8, "sw": 3}


class Readable:
    """An iterable that can be read again. The items that were read since are in `READS`, also of its copies."""

    def __init__(self, name, size):
        self.name, self.size = name, size
        READS[name] = 0

    def __iter__(self, begin=0):
        for i in range(begin, self.size):
            READS[self.name] += 1
            yield f"{self.name} {i}"


class Stateful(Readable):
    """The same with a state of its own, which counts the items and is kept at the end, as in many data sets."""

    done = 0

    def __iter__(self):
        for item in super().__iter__(self.done):
            self.done += 1
            yield item

    def state_dict(self):
        return {"done": self.done}

    def load_state_dict(self, state):
        self.done = state["done"]


class Split(Readable, IterableDataset):
    """A torch data set that splits itself between the workers of a loader."""

    def __iter__(self):
        info = get_worker_info()
        yield from islice(super().__iter__(), info.id if info else 0, None, info.num_workers if info else 1)


KINDS = {
    "sequence": lambda name, size: [f"{name} {i}" for i in range(size)],
    "iterable": Readable,
    "stateful": Stateful,
    "torch": Split,
    "function": lambda name, size: lambda number: (f"{name} {i}" for i in range(size)),
}


def sources_of(kind="iterable", sizes=SIZES):
    return {name: KINDS[kind](name, size) for name, size in sizes.items()}


def mixed(plan, epochs, sizes=SIZES):
    """Epoch -> batches of items of one process: the classes that an `IndexStream` draws, the items of each in order."""
    names = list(sizes)
    labels = np.repeat(np.arange(len(names)), list(sizes.values()))
    stream, begun, batches = IndexStream(labels, plan, classes=names), dict.fromkeys(names, 0), []
    for epoch in range(epochs):
        items = []
        for code in labels[stream.indices(epoch)].tolist():
            items.append(f"{names[code]} {begun[names[code]] % sizes[names[code]]}")
            begun[names[code]] += 1
        batches.append([items[i : i + plan.batch_size] for i in range(0, len(items), plan.batch_size)])
    return batches


@contextmanager
def as_worker(number, workers):
    """As in worker `number` of a loader with so many; 0 workers: the main process."""
    torch_worker._worker_info = SimpleNamespace(id=number, num_workers=workers) if workers else None
    try:
        yield
    finally:
        torch_worker._worker_info = None


def loaded(mixes, batch_size):
    """The batches of a loader that has one worker a mix: in turn, as long as each has any."""
    read = []
    for number, mix in enumerate(mixes):
        with as_worker(number, len(mixes)):
            items = list(mix)
        read.append([items[i : i + batch_size] for i in range(0, len(items), batch_size)])
    return [batch for turn in zip_longest(*read) for batch in turn if batch]
