"""Trains many runs as one stack: parameters (R, D, H), features gathered as (R, B, D), one optimiser.

The one contract here: a run of a stack is the run alone, as a training script over `ScheduledClassSampler` has it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.index_stream import IndexStream
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.loss_terms import ClassMix, weighted_mean
from sampler_core.training.measures import NOT_MEASURED, RunMeasures, feedback_of, measured
from sampler_core.training.splits import Split
from sampler_core.training.stacked_adam import StackedAdam
from sampler_core.training.stacks import Run, Stack, Table, standardised


class EpochOfRuns(NamedTuple):
    """What an epoch did, run by run. drawn: counts of the draws, shape (R, num_classes). measures: of the epochs that
    are measured, else `NOT_MEASURED`. told: what adaptive targets read after it, shape (num_classes,) each, else None.
    """

    epoch: int
    drawn: IntArray
    measures: RunMeasures
    told: list[FloatArray | None]
    parameters: list[Tensor]


def run_seed(plan: SamplingPlan, split: Split) -> int:
    """The seed of a run's draws: of its plan's and its split's, the same for plans of the same seed. 31 bits, as the
    dashboard's own are."""
    return int(np.random.SeedSequence([plan.seed, split.seed]).generate_state(1)[0] >> 1)


def stream_of_run(run: Run, split: Split, data: LabelledFeatures) -> IndexStream:
    """What a run draws, as positions in its training part."""
    plan = replace(run.plan, seed=run_seed(run.plan, split), tuned_on=None)
    state: dict[str, object] | None = None if plan.adaptive is None else {}
    return IndexStream(data.y[split.train], plan, state=state, classes=data.class_counts.names)


def streams_of_run(
    run: Run, split: Split, data: LabelledFeatures, told: Sequence[FloatArray | None] = ()
) -> Iterator[IndexStream]:
    """The stream of each epoch of a run; told: what its adaptive target has read after each of them."""
    stream = stream_of_run(run, split, data)
    for epoch in range(run.plan.epochs or 0):
        yield stream
        stream = _with_feedback(stream, epoch, told[epoch] if told else None)


def train(stack: Stack, measured_epochs: Container[int] | None = None) -> Iterator[EpochOfRuns]:
    """Trains the stack; yields after each epoch. measured_epochs: after which the runs are judged; None: all."""
    splits = [stack.splits[run.split] for run in stack.runs]
    streams = [stream_of_run(run, split, stack.data) for run, split in zip(stack.runs, splits, strict=True)]
    table, targets = standardised(stack), torch.from_numpy(stack.data.y).to(stack.device)
    num_classes = stack.data.class_counts.num_classes
    seeds = [split.seed for split in splits]
    parameters = [
        part.to(stack.device).requires_grad_()
        for part in stack.learner.initial(stack.data.X.shape[1], num_classes, seeds, stack.dtype)
    ]
    optimiser = StackedAdam(parameters, stack.learner.learning_rate, stack.learner.weight_decay)
    counts = _tensor([stream.class_counts.counts for stream in streams], stack)
    offsets = torch.tensor([table.first_row[run.split] for run in stack.runs]).to(stack.device)
    plan = stack.runs[0].plan
    for epoch in range(plan.epochs or 0):
        mix = ClassMix(counts, _tensor([s.class_shares(epoch) for s in streams], stack), epoch, plan.epochs)
        rows, is_drawn = _drawn_rows(streams, splits, epoch)
        rows, is_drawn = rows.to(stack.device), is_drawn.to(stack.device)
        for begin in range(0, rows.shape[1], plan.needed_batch_size):
            batch = slice(begin, begin + plan.needed_batch_size)
            some, weights = rows[:, batch], is_drawn[:, batch]
            inputs = table.features.index_select(0, (some + offsets[:, None]).flatten()).view(*some.shape, -1)
            logits = stack.learner.logits(parameters, inputs, stack.loss.normalised_head)
            each = stack.loss.per_sample(logits, targets[some], mix)
            of_samples = None if bool(weights.all()) else weights.to(stack.dtype)
            loss = weighted_mean(each, stack.loss.class_weights(mix), targets[some], of_samples).sum()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        with torch.no_grad():
            is_measured = measured_epochs is None or epoch in measured_epochs
            measures = measured(stack, table, parameters, mix) if is_measured else NOT_MEASURED
            told = _feedback(stack, table, parameters)
            streams = [_with_feedback(stream, epoch, values) for stream, values in zip(streams, told, strict=True)]
        drawn = torch.zeros(len(stack.runs), num_classes, dtype=torch.int64, device=stack.device)
        drawn.scatter_add_(1, targets[rows], is_drawn.long())
        yield EpochOfRuns(epoch, drawn.cpu().numpy(), measures, told, parameters)


def _tensor(per_run: Sequence[FloatArray | IntArray], stack: Stack) -> Tensor:
    """Arrays of shape (num_classes,), one a run -> (R, 1, num_classes)."""
    return torch.from_numpy(np.stack(per_run)).to(stack.device, stack.dtype).unsqueeze(1)


def _drawn_rows(streams: Sequence[IndexStream], splits: Sequence[Split], epoch: int) -> tuple[Tensor, Tensor]:
    """The rows of the data that an epoch draws, shape (R, most draws), and which are: a shorter run's end is not."""
    lengths = [stream.samples(epoch) for stream in streams]
    rows = np.zeros((len(streams), max(lengths)), dtype=np.int64)
    for run, (stream, split) in enumerate(zip(streams, splits, strict=True)):
        rows[run, : lengths[run]] = split.train[stream.indices(epoch)]
    is_drawn = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return torch.from_numpy(rows), torch.from_numpy(is_drawn)


def _feedback(stack: Stack, table: Table, parameters: Sequence[Tensor]) -> list[FloatArray | None]:
    """What the adaptive target of each run reads on its inner part; None for others."""
    told: list[FloatArray | None] = [None] * len(stack.runs)
    for number, run in enumerate(stack.runs):
        if run.plan.adaptive is not None:
            of_run = [part[number : number + 1] for part in parameters]
            told[number] = feedback_of(stack, table, of_run, run.split, run.plan.adaptive.reads)
    return told


def _with_feedback(stream: IndexStream, epoch: int, told: FloatArray | None) -> IndexStream:
    """The stream of the next epoch."""
    target = stream.plan.adaptive
    if target is None or told is None:
        return stream
    present, moment = stream.class_counts.present, stream.plan.moment_at(epoch, stream.samples(epoch))
    state = target.updated(stream.state or target.initial(present, moment), told[stream.class_counts.canonical])
    return stream.from_epoch(epoch + 1, state)
