"""The run logs of a study: of a run, the lines that a training script with the same plan on the same rows writes.

A run of a study has no time of its own, so that the same study has the same logs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sampler_core.run_log.metric_values import metrics_to_json
from sampler_core.run_log.written_lines import draw_fields, draw_line, end_line, line_of, metric_line, plan_line
from sampler_core.training.stacked_runs import streams_of_run
from sampler_core.training.stacks import Run

if TYPE_CHECKING:
    from sampler_core.training.trained_study import TrainedStudy

JUDGED, INNER = "test", "validation"  # the parts of the data that metrics are of
MOST_BYTES = 4 << 20  # of all logs of a result; six plans of 60 epochs and 10 classes have 0.2 MB


def first_runs(trained: TrainedStudy, most: int = MOST_BYTES) -> dict[str, str]:
    """The log of the first run of each candidate by its name; the first candidates alone, where all are too large."""
    logs: dict[str, str] = {}
    for number, candidate in enumerate(trained.candidates):
        log = run_log(trained, number)
        most -= len(log)
        if most < 0:
            break
        logs[candidate.name] = log
    return logs


def run_log(trained: TrainedStudy, candidate: int, split: int = 0) -> str:
    """The log of one run of a study, by the numbers of its candidate and its split: JSON Lines.

    Metrics of the part "test" are of the rows that the split judges; what an adaptive target has read of its inner part
    is the part "validation".
    """
    return b"".join(map(line_of, _lines(trained, candidate, split))).decode()


def _lines(trained: TrainedStudy, number: int, split: int) -> Iterator[dict[str, Any]]:
    candidate, runs = trained.candidates[number], trained.runs[number]
    told, adaptive = runs.told[split], candidate.plan.adaptive
    streams = streams_of_run(Run(number, split, candidate.plan), runs.splits[split], runs.data, told)
    for epoch, stream in enumerate(streams):
        counts, labels, samples = stream.class_counts, stream.dataset.digest, stream.samples(epoch)
        if epoch == 0:
            of_run = f"{candidate.name} {split} {stream!r}".encode()
            yield plan_line(hashlib.blake2b(of_run, digest_size=8).hexdigest(), stream.plan, counts, labels)
        drawn = runs.drawn[split, epoch].astype(np.int64)
        batches = -(-samples // stream.plan.needed_batch_size)
        yield draw_line(draw_fields(epoch, batches, samples * stream.class_shares(epoch), drawn, drawn))
        yield metric_line(epoch, JUDGED, metrics_to_json(_reached(trained, number, split, epoch), counts, None))
        if adaptive is not None and told:
            values = metrics_to_json({adaptive.reads: told[epoch]}, counts, adaptive.reads)
            yield metric_line(epoch, INNER, values)
    yield end_line(candidate.plan.epochs or 0)


def _reached(trained: TrainedStudy, number: int, split: int, epoch: int) -> dict[str, Any]:
    """On the rows that the split judges: recall (None without a sample) and samples per class, accuracy, log loss."""
    runs = trained.runs[number]
    right, judged = runs.right[split, epoch], runs.judged[split]
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = right / judged
    log_loss = float(runs.probabilities["log_loss"][split, epoch])
    known = {"log_loss": log_loss} if np.isfinite(log_loss) else {}
    return {"recall": recall, "n": judged, "accuracy": float(right.sum() / judged.sum()), **known}
