"""Which runs train together: alike in length, and so many splits at once as memory allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import torch

from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import Learner
from sampler_core.training.losses import Loss
from sampler_core.training.splits import Split
from sampler_core.training.stacks import Run, Stack

STACK_BYTES = 1 << 30  # what the runs that train together may take


def stacks_of(
    data: LabelledFeatures, splits: Sequence[Split], runs: Sequence[Run], learner: Learner, loss: Loss,
    device: str | None = None,
) -> Iterator[Stack]:  # fmt: skip
    """The stacks of runs of one loss. runs: sorted by split. device: "cuda" where there is one, else "cpu"."""
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")

    def kind(run: Run) -> tuple[int, ...]:
        plan = run.plan
        samples = plan.samples_per_epoch or splits[run.split].train.size
        return plan.epochs or 0, plan.needed_batch_size, -(-samples // plan.needed_batch_size)

    for _, alike in groupby(sorted(runs, key=kind), key=kind):
        for some in _chunks(data, splits, list(alike), learner):
            yield Stack(data, splits, some, learner, loss, device=device)


def work_of(runs: Sequence[Run], splits: Sequence[Split]) -> float:
    """Draws of these runs: what their time is in proportion to."""
    return float(sum((r.plan.epochs or 0) * (r.plan.samples_per_epoch or splits[r.split].train.size) for r in runs))


def _chunks(data: LabelledFeatures, splits: Sequence[Split], runs: list[Run], learner: Learner) -> Iterator[list[Run]]:
    """Runs of whole splits."""
    rows, columns = data.X.shape
    widths = learner.widths(columns, data.class_counts.num_classes)
    per_run = 16 * sum(fan * out for fan, out in pairwise(widths))  # with Adam's moments
    per_run += 16 * sum(widths) * max(runs[0].plan.needed_batch_size, *(split.test.size for split in splits))
    chunk: list[Run] = []
    size = 0
    for _, of_split in groupby(runs, key=lambda run: run.split):
        some = list(of_split)
        needed = 4 * rows * columns + per_run * len(some)
        if chunk and size + needed > STACK_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk, size = chunk + some, size + needed
    yield chunk
