"""Local files for the tests of mixes with the data sets of other people: shards whose items say what they are."""

from __future__ import annotations

import io
import tarfile
from itertools import chain
from pathlib import Path
from typing import Any

from sampler_core import Linear, PowerSkew, SamplingPlan
from tests.core.mixing.sources import mixed

SIZES = {"en": 50, "de": 23}
PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.4)), epochs=3, batch_size=8, samples_per_epoch=96, seed=3)
BATCH, SHARD = 8, 20  # items


def expected(epoch: int) -> list[str]:
    """What one process reads in an epoch."""
    return list(chain(*mixed(PLAN, epoch + 1, SIZES)[epoch]))


def shards_of(name: str) -> list[list[str]]:
    items = [f"{name} {i}" for i in range(SIZES[name])]
    return [items[begin : begin + SHARD] for begin in range(0, len(items), SHARD)]


def tar_shards(folder: Path, name: str) -> list[str]:
    """The items as texts in tar files, as WebDataset reads them."""
    paths = []
    for number, shard in enumerate(shards_of(name)):
        paths.append(str(folder / f"{name}-{number}.tar"))
        with tarfile.open(paths[-1], "w") as archive:
            for i, item in enumerate(shard):
                member = tarfile.TarInfo(f"{number}-{i}.txt")
                member.size = len(item)
                archive.addfile(member, io.BytesIO(item.encode()))
    return paths


def json_shards(folder: Path, name: str) -> list[str]:
    """The items as lines of JSON."""
    paths = []
    for number, shard in enumerate(shards_of(name)):
        path = folder / f"{name}-{number}.jsonl"
        path.write_text("".join(f'{{"text": "{item}"}}\n' for item in shard), encoding="utf-8")
        paths.append(str(path))
    return paths


def texts(batches: Any) -> list[str]:
    """The items of the batches of a loader in order."""
    return [item["text"] if isinstance(item, dict) else item for batch in batches for item in batch]
