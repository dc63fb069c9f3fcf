"""Audit: draws what a run should have drawn once more, from its plan and the labels, and compares window by window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws import Epoch
from sampler_core.formatting import quoted
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.plan import SamplingPlan
from sampler_core.run_log.evidence import taken
from sampler_core.run_log.run import LoggedWindow, Run
from sampler_core.run_log.window_counts import window_counts
from sampler_core.sampling.feedback import mean_over_ranks
from sampler_core.sampling.rank_batches import RankBatches, StartPosition

_MOST_NAMED = 4  # classes in one sentence
_MOST_DRAWS = 10**11  # at some 20 ns each
_PLANNED_DIGITS = 1e-3  # relative; the log has five digits


def audit(run: Run, counts: ClassCounts, digest: str | None = None) -> list[str]:
    """One sentence for each window of the log that is not what the plan draws from these labels; empty for none.

    counts: of the labels. digest: of the labels themselves (`ScheduledClassSampler.labels_digest`), where they are
    known. `ValueError` where the draws cannot be computed: without a plan, with other classes, or for an adaptive plan
    whose feedback is not all in the log.
    """
    if run.plan is None:
        raise ValueError("run log must have a plan that can be read, to be drawn once more")
    logged = dict(zip(run.class_counts.names, run.class_counts.counts.tolist(), strict=True))
    given = dict(zip(counts.names, counts.counts.tolist(), strict=True))
    if not logged.keys() & given.keys():
        raise ValueError(
            f"labels must be of the run's classes, such as {quoted(run.class_counts.names[0])}, got others"
        )
    differences = [
        f"Class {quoted(name)} has {given.get(name, 0):,} samples in the labels, in training {logged.get(name, 0):,}."
        for name in {**logged, **given}
        if given.get(name, 0) != logged.get(name, 0)
    ]
    if not differences and digest is not None and digest != run.first_plan.labels:
        differences = ["The labels have the class counts of the run, but in another order: other samples were drawn."]
    draws = sum(taken(window) for window in run.windows)
    if draws > _MOST_DRAWS:
        raise ValueError(f"run log must have at most {_MOST_DRAWS:,} draws to be drawn once more, got {draws:,}")
    epochs = _Epochs(run, run.plan)
    for window in run.windows:
        differences += _differences(window, epochs.of(window), run.plan)
    return differences


class _Epochs:
    """What decides each epoch; for an adaptive target from the feedback in the log."""

    def __init__(self, run: Run, plan: SamplingPlan) -> None:
        self._run, self._plan = run, plan
        self._states = dict(_states(run, plan)) if plan.adaptive is not None else {}
        self._epochs: dict[tuple[int, str], Epoch] = {}

    def of(self, window: LoggedWindow) -> Epoch:
        """The epoch of a window; `ValueError` where that is not in the log."""
        number, counts, key = window.draw.epoch, window.plan.class_counts, (window.draw.epoch, window.plan.labels)
        if key not in self._epochs:
            samples = self._plan.samples(self._run.class_counts)
            self._epochs[key] = self._plan.epoch_at(counts.present, number, self._states.get(number), samples)
        epoch = self._epochs[key]
        planned = np.zeros(counts.num_classes)
        planned[counts.canonical] = taken(window) * epoch.shares
        if self._plan.adaptive is not None and not np.allclose(window.draw.planned, planned, _PLANNED_DIGITS, 0.05):
            raise ValueError(
                f"feedback must be in the log for an adaptive plan to be drawn once more, got none or other feedback "
                f"before epoch {number}: pass {self._plan.adaptive.reads} to log.epoch in training"
            )
        return epoch


def _states(run: Run, plan: SamplingPlan) -> Iterator[tuple[int, State | None]]:
    """The state of an adaptive target in each epoch, moved by the feedback that was logged."""
    target, counts = plan.adaptive, run.class_counts
    if target is None:
        return
    of_parts = [values for name, values in run.rank_feedback.items() if name.partition("/")[2] == target.reads]
    feedback = of_parts[0] if len(of_parts) == 1 else run.rank_feedback.get(f"validation/{target.reads}", {})
    state, samples, given = None, plan.samples(counts), sorted(feedback)
    for epoch in run.epochs:
        while given and given[0] < epoch:
            at = given.pop(0)
            mean = mean_over_ranks([values[counts.canonical] for values in feedback[at] if values.ndim])
            if mean is not None:
                state = target.updated(state or target.initial(counts.present, plan.moment_at(at, samples)), mean)
        yield epoch, state


def _differences(window: LoggedWindow, epoch: Epoch, run_plan: SamplingPlan) -> Iterator[str]:
    draw, plan, start = window.draw, window.plan, StartPosition(window.draw.first_batch)
    counts, scheme = plan.class_counts, run_plan.drawing
    if run_plan.batch_size is None and draw.first_batch:
        return  # where its first batch begins is not known
    part = RankBatches(epoch.samples, epoch.batch_size, window.world, draw.rank % window.world, plan.drop_last)
    last_batch = draw.first_batch + (draw.batches - 1) * window.world
    where = f"Epoch {draw.epoch}, batches {draw.first_batch:,} to {last_batch:,}"
    where += f" of rank {draw.rank}" if window.world > 1 else ""
    in_batches = draw.batches * epoch.batch_size if run_plan.batch_size else taken(window)
    length = min(in_batches, part.length(start), taken(window) + epoch.batch_size)
    if plan.num_replicas == window.world:
        trained = window_counts(scheme, epoch, counts, part, start, 0, length)
        is_as_planned = np.array_equal(draw.trained, trained)
    else:  # a framework shares batches out, and completes its last round with samples of its choice
        trained = window_counts(scheme, epoch, counts, part, start, 0, min(length, _before_the_end(part, start)))
        is_as_planned = bool((draw.trained >= trained).all()) and taken(window) <= length
    if not is_as_planned:
        yield f"{where}: training took {_named(draw.trained, trained, counts)}."
    given_out, sampler = int(draw.drawn.sum()), part._replace(num_replicas=plan.num_replicas)
    sampler = sampler._replace(rank=draw.rank % plan.num_replicas)
    if draw.first_batch == 0 and given_out:  # later windows of a pass begin where a loader has read ahead to
        drawn = window_counts(scheme, epoch, counts, sampler, start, 0, min(given_out, sampler.length(start)))
        if not np.array_equal(draw.drawn, drawn):
            yield f"{where}: the sampler drew {_named(draw.drawn, drawn, counts)}."


def _before_the_end(part: RankBatches, start: StartPosition) -> int:
    """This rank's indices that are positions of the epoch, not completions of it."""
    length = part.length(start)
    last = (start.batches + part.rank) * part.batch_size
    rounds = max(0, -(-(part.samples - last) // (part.batch_size * part.num_replicas)))
    begins = last + (rounds - 1) * part.batch_size * part.num_replicas
    return min(length, max(0, (rounds - 1) * part.batch_size + min(part.batch_size, part.samples - begins)))


def _named(found: IntArray, expected: IntArray, counts: ClassCounts) -> str:
    """The classes that differ most: "12 of class 'emu' instead of 9, ..."."""
    apart = np.abs(found - expected)
    order = np.argsort(-apart, kind="stable")[: int((apart > 0).sum())]
    words = [f"{int(found[c]):,} of class {quoted(counts.names[c])} instead of {int(expected[c]):,}" for c in order]
    more = f", ... ({len(words):,} classes in all)" if len(words) > _MOST_NAMED else ""
    return ", ".join(words[:_MOST_NAMED]) + more
