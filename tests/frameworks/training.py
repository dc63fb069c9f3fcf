"""The training that every framework is given here: labels, plans, a data set that returns its indices.

Expected batches come from the one-process stream and the contract's own words, expected counts from `plan.preview`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import BatchSampler, Dataset

from sampler_core import (
    ClassCounts,
    Constant,
    DifficultyBalanced,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
)

ROOT = Path(__file__).parents[2]
SCHEMES = ("independent", "exact", "stratified")
BATCH = 16
COUNTS = (300, 180, 108, 65, 39, 23, 14, 8, 5, 3)
LABELS = np.random.default_rng(5).permutation(np.repeat(np.arange(len(COUNTS)), COUNTS))
CLASS_COUNTS = ClassCounts.from_labels(LABELS)

Batches = list[list[int]]


def plan_of(scheme: str) -> SamplingPlan:
    """47 batches an epoch, the last one of 9; other shares in each of the first five epochs."""
    return SamplingPlan(
        target=PowerSkew(Linear(start=0.0, increment=0.25, maximum=1.0)),
        epochs=8,
        batch_size=BATCH,
        drawing=scheme,
        min_per_batch=1 if scheme == "stratified" else 0,
        seed=7,
    )


def adaptive_plan(scheme: str = "exact") -> SamplingPlan:
    """Shares that follow the recall."""
    return SamplingPlan(
        target=DifficultyBalanced(PowerSkew(Constant(0.5))), epochs=8, batch_size=BATCH, drawing=scheme, seed=7
    )


class Indices(Dataset[int]):
    """A data set whose samples are their own indices."""

    def __len__(self) -> int:
        return len(LABELS)

    def __getitem__(self, index: int) -> int:
        return index


def stream(plan: SamplingPlan, epoch: int) -> Batches:
    """The batches of one process."""
    sampler = ScheduledClassSampler(LABELS, plan, num_replicas=1, rank=0)
    sampler.set_epoch(epoch)
    return list(BatchSampler(sampler, BATCH, drop_last=False))


def of_rank(batches: Batches, rank: int, ranks: int, drop_last: bool = False) -> Batches:
    """Every `ranks`-th batch; with several ranks the epoch completed by its own first positions, or cut, to rounds."""
    if ranks == 1:
        return batches
    flat = [index for batch in batches for index in batch]
    in_a_round = BATCH * ranks
    whole = len(flat) // in_a_round * in_a_round
    if drop_last:
        flat = flat[:whole]
    elif whole < len(flat):
        flat = flat + flat[: whole + in_a_round - len(flat)]
    return [flat[i : i + BATCH] for i in range(0, len(flat), BATCH)][rank::ranks]


def dealt(per_rank: list[Batches]) -> Batches:
    """The batches of all ranks in the order of the one-process stream."""
    return [batch for one_round in zip(*per_rank, strict=True) for batch in one_round]


def counts_of(batches: Batches) -> list[list[int]]:
    """Class counts of each batch."""
    return [np.bincount(LABELS[batch], minlength=len(COUNTS)).tolist() for batch in batches]


def previewed(plan: SamplingPlan, epoch: int) -> list[list[int]]:
    """Class counts of each batch, from the class counts of the data alone."""
    return plan.preview(CLASS_COUNTS, epoch).batch_class_counts.tolist()


def python(*command: str, given: str = "", timeout: float = 300) -> str:
    """What a new Python process prints, `given` on its standard input; an error with all its output when it fails."""
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    quiet = {
        "OMP_NUM_THREADS": "1",
        "GLOO_SOCKET_IFNAME": loopback,
        "PYTHONPATH": str(ROOT),
        "CUDA_VISIBLE_DEVICES": "",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **quiet, "PYTHONPATH": str(ROOT)}, input=given,
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def torchrun(worker: str, ranks: int, out: Path, *args: str, folder: str = "frameworks") -> list[Any]:
    """Run a worker module of a folder in `ranks` processes; what each rank wrote by `write`, in their order."""
    if ranks == 1:
        python("-m", f"tests.{folder}.{worker}", str(out), *args)
        return read(out, ranks)
    python(
        "-m", "torch.distributed.run", f"--nproc-per-node={ranks}", "--rdzv-backend=c10d",
        "--rdzv-endpoint=127.0.0.1:0", "--local-addr=127.0.0.1", "--module", f"tests.{folder}.{worker}",
        str(out), *args,
    )  # fmt: skip
    return read(out, ranks)


def write(out: str, rank: int, record: Any) -> None:
    """Leave what a rank saw for the test that started it."""
    Path(out).mkdir(parents=True, exist_ok=True)
    (Path(out) / f"rank{rank}.json").write_text(json.dumps(record))


def read(out: Path, ranks: int) -> list[Any]:
    """What the ranks left."""
    return [json.loads((out / f"rank{rank}.json").read_text()) for rank in range(ranks)]
