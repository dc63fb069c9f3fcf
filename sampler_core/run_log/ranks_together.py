"""The run of what its ranks have logged: their windows and metrics together, as far as they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.run_log.counted_lines import (
    Place,
    RankLines,
    metrics_that_count,
    numbered_alike,
    places_gone_back_to,
    windows_that_count,
)
from sampler_core.run_log.rank_records import RankRecords
from sampler_core.run_log.run import Run
from sampler_core.sampling.feedback import mean_over_ranks


def run_of_ranks(ranks: Mapping[int, RankRecords], skipped_lines: int, notes: Sequence[str]) -> Run:
    """The run of records that have a plan each, by rank; at least one. The other arguments: see `Run`."""
    of_ranks = numbered_alike([*ranks.values()])
    windows = [window for lines in of_ranks for window in lines.windows]
    resumes = [resume for lines in of_ranks for resume in lines.resumes]
    gone_back_to = places_gone_back_to(resumes)
    feedback = _feedback(of_ranks, gone_back_to)
    epochs = sorted({epoch for values in feedback.values() for epoch in values})
    metrics: dict[str, dict[str, FloatArray]] = {}
    for key, of_epochs in feedback.items():
        part, _, name = key.partition("/")
        metrics.setdefault(part, {})[name] = _means(of_epochs, epochs)
    return Run(
        tuple((rank, plan) for rank, records in ranks.items() for plan in records.plans), tuple(windows),
        tuple(windows_that_count(windows, gone_back_to)), tuple(resumes), tuple(epochs), metrics, feedback,
        next(iter(ranks.values())).ended, skipped_lines, tuple(notes),
    )  # fmt: skip


def _feedback(ranks: Iterable[RankLines], gone_back_to: Sequence[Place]) -> dict[str, dict[int, list[FloatArray]]]:
    """{part/name: {epoch: the values of each rank that has some}}."""
    feedback: dict[str, dict[int, list[FloatArray]]] = {}
    for lines in ranks:
        for (part, name, epoch), values in metrics_that_count(lines.metrics, gone_back_to):
            feedback.setdefault(f"{part}/{name}", {}).setdefault(epoch, []).append(values)
    return feedback


def _means(of_epochs: Mapping[int, Sequence[FloatArray]], epochs: Sequence[int]) -> FloatArray:
    """Over ranks, a row an epoch; NaN where there is none, or not of the shape that the first ones have."""
    shape = next(iter(of_epochs.values()))[0].shape
    empty = np.full(shape, np.nan)
    rows = ([row for row in of_epochs.get(epoch, ()) if row.shape == shape] for epoch in epochs)
    return np.array([empty if (mean := mean_over_ranks(of_epoch)) is None else mean for of_epoch in rows])
