"""What an adaptive target would have drawn, had it followed the recalls of a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.class_series import legend_entries, series_of
from sampler_core.figures.epoch_curves import share_axis
from sampler_core.figures.figure import Figure, Spec
from sampler_core.figures.monitor_curves import over_epochs, recalls_of, series_line
from sampler_core.forecast.assumed_learner import GivenRecalls, follow
from sampler_core.formatting import percent
from sampler_core.plans.targets import Target
from sampler_core.run_log import Judgement, Run


def recall_table(run: Run) -> FloatArray | None:
    """The recalls of a run as `GivenRecalls` takes them, a row an epoch from 0 on; None where none is logged."""
    found = recalls_of(run)
    if found is None or run.metric_epochs[-1] >= MOST_EPOCHS:
        return None
    table = np.full((run.metric_epochs[-1] + 1, run.class_counts.num_classes), np.nan)
    table[list(run.metric_epochs)] = found[1]
    return table


def shares_by_recalls(judgement: Judgement, target: Target, *, logarithmic: bool = False) -> Figure:
    """The shares that a target would have had in each epoch, and in the next one, beside those that were trained.

    `ValueError` for a run without a plan or recalls, and for a target that reads none.
    """
    run, table = judgement.run, recall_table(judgement.run)
    if run.plan is None or table is None:
        raise ValueError("run must have a plan and the recall of each class, to be followed by a target")
    plan = replace(run.plan, target=target, epochs=len(table) + 1, tuned_on=None)
    shares = follow(plan, run.class_counts, GivenRecalls(table)).shares
    trained, epochs = run.shares(run.trained), range(len(shares))
    traces, columns = list[Spec](), dict[str, FloatArray]()
    all_series = series_of(run.class_counts)
    for series, entry in zip(all_series, legend_entries(run.class_counts, all_series), strict=True):
        columns[series.label] = series.total(shares)
        traces.append(series_line(run, columns[series.label], entry, series, "it would be", epochs))
        thin = {"color": series.colour, "width": 1, "dash": "dot"}
        traces.append(series_line(run, series.total(trained), entry, series, "trained") | {"line": thin})
    ends = ", ".join(f"{one.label} {percent(float(columns[one.label][-1]))}" for one in all_series)
    alt = f"Class shares of a target that follows the recalls of the run. In epoch {len(table)}: {ends}."
    axis = share_axis("class share", logarithmic)
    return over_epochs(judgement, traces, axis, alt, columns, epochs=epochs, uirevision=str(len(all_series)))


MOST_EPOCHS = 1000  # of a table, which a log may say are 2**53
