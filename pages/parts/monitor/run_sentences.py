"""What Monitor says of runs: the verdict first, then how far a run is and what was left out of its log."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages.parts.sidebar.values_in_words import target_in_words
from pages.parts.text.markdown import literal, unbroken_percents
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.formatting import count, joined, number, percent, several
from sampler_core.run_log import Judgement, Run

HOLDS, DEPARTS = ":green[:material/check_circle:]", ":orange[:material/warning:]"
_MOST_METRICS = 4


def verdict_line(judgement: Judgement) -> str:
    """The verdict as Markdown, with its sign."""
    sign = DEPARTS if judgement.departures else HOLDS if judgement.run.windows else ":blue[:material/info:]"
    return f"{sign} {literal(judgement.sentence)}"


def runs_line(runs: Sequence[MonitoredRun]) -> str:
    """Of several runs: how many drew what was planned, and which did not."""
    departed = [one.name for one in runs if one.judgement.departures]
    if not departed:
        return f"{HOLDS} All of them drew what was planned."
    names = joined([f"**{literal(name)}**" for name in departed])
    return f"{DEPARTS} {len(runs) - len(departed)} drew what was planned; {names} did not."


def run_facts(run: Run, brief: bool = False) -> str:
    """How far a run is, its plan, what was reached last and what was left out, in sentences of Markdown.

    brief: without its plan and what was reached.
    """
    sentences = [_progress(run), *([] if brief else [_plan(run), _metrics(run)]), *run.notes]
    if run.skipped_lines:
        lines = several(run.skipped_lines, "line is", "lines are")
        sentences.append(f"{lines} not whole JSON of version 1, and left out.")
    return unbroken_percents(literal(" ".join(filter(None, sentences))))


def _progress(run: Run) -> str:
    planned = run.plan.epochs if run.plan is not None else None
    epochs = several(len(run.epochs), "epoch", "epochs") + (f" of {planned:,}" if planned else "")
    ranks = f" on {run.world} ranks" if run.world > 1 else ""
    resumes = max((resume.number for resume in run.resumes), default=0)
    resumed = f", gone on with {several(resumes, 'time', 'times')}" if resumes else ""
    end = "It came to its end." if run.ended else "It has not written its end yet."
    return f"{epochs}{ranks}{resumed}, {count(int(run.trained.sum()))} targets in all. {end}"


def _plan(run: Run) -> str:
    if run.plan is None:
        return "The log has no plan that can be read."
    try:
        target = target_in_words(run.plan.target)
    except ValueError:
        target = "a target that has no controls here"
    size = f", batches of {run.plan.batch_size:,}" if run.plan.batch_size else ""
    return f"Its plan: {target}; {run.plan.drawing}{size} ({run.first_plan.fingerprint})."


def _metrics(run: Run) -> str:
    """The numbers of the last epoch that has some, of each part of the data."""
    words = []
    for part, metrics in run.metrics.items():
        values = {name: rows[-1] for name, rows in metrics.items()}
        named = [
            f"{name} {number(float(value))}" for name, value in values.items() if value.ndim == 0 and np.isfinite(value)
        ]
        recall = values.get("recall")
        if recall is not None and recall.ndim and np.isfinite(recall).any():
            named.append(f"balanced accuracy {percent(float(np.nanmean(recall)))}")
        if named:
            words.append(f"{part}: {', '.join(named[:_MOST_METRICS])}")
    return f"Reached last ({'; '.join(words)})." if words else ""
