"""What Monitor says of runs: the verdict first, then how far a run is and what was left out of its log."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages.parts.sidebar.values_in_words import target_in_words
from pages.parts.text.markdown import literal, unbroken_percents
from sampler_core.figures.monitor_curves import mean_recall, recalls_of
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.formatting import count, joined, number, percent, several
from sampler_core.run_log import Judgement, Run

HOLDS, DEPARTS = ":green[:material/check_circle:]", ":orange[:material/warning:]"
NOTHING_YET = ":blue[:material/info:]"
_MOST_METRICS, _MOST_RANKS = 4, 8


def verdict_line(judgement: Judgement) -> str:
    """The verdict as Markdown, with its sign."""
    return f"{_sign(judgement)} {literal(judgement.sentence)}"


def fault_line(one: MonitoredRun) -> str:
    """A run among several, as Markdown: its name, how it departed and what its log lacks, without the remedies."""
    sign, name = _sign(one.judgement), literal(one.name)
    faults = " ".join(f"{departure.fault}." for departure in one.judgement.departures)
    said = " ".join([faults or one.judgement.sentence, *one.judgement.run.notes])
    return f"{sign} **{name}** {unbroken_percents(literal(said))}"


def runs_line(runs: Sequence[MonitoredRun]) -> str:
    """Of several runs: how many drew what was planned, and which did not."""
    idle = [one for one in runs if not one.judgement.run.windows]
    departed = [one for one in runs if one.judgement.departures]
    every, good = len(runs), len(runs) - len(idle) - len(departed)
    waiting = f" {_names(idle)} {'has' if len(idle) == 1 else 'have'} not trained yet." if idle else ""
    none = "Neither run" if every == 2 else f"None of the {every} runs"
    if len(idle) == every:
        return f"{NOTHING_YET} {none} has trained yet."
    if good == every:
        return f"{HOLDS} All of them drew what was planned."
    which = f"; {_names(departed)} did not." if departed and good else "."
    who = f"{good} of {every} runs" if good else none
    return f"{DEPARTS if departed else HOLDS} {who} drew what was planned{which}{waiting}"


def run_facts(run: Run) -> str:
    """How far a run is, its plan, what was reached last and what was left out, in sentences of Markdown."""
    sentences = [_progress(run), _plan(run), _metrics(run), *run.notes]
    if run.skipped_lines:
        lines = several(run.skipped_lines, "line is", "lines are")
        sentences.append(f"{lines} not whole JSON of version 1, and left out.")
    return unbroken_percents(literal(" ".join(filter(None, sentences))))


def ranks_in_words(ranks: Sequence[int], run: Run) -> str:
    """(0, 1) -> "ranks 0 and 1 of 2"; many are counted; "" for a run of one process."""
    world = max([plan.world for _, plan in run.plans] + [rank + 1 for rank in ranks])
    if world == 1 or not ranks:
        return ""
    if len(ranks) > _MOST_RANKS:
        return f"{len(ranks):,} of {world:,} ranks"
    return f"{'rank' if len(ranks) == 1 else 'ranks'} {joined([str(rank) for rank in sorted(ranks)])} of {world:,}"


def _sign(judgement: Judgement) -> str:
    return DEPARTS if judgement.departures else HOLDS if judgement.run.windows else NOTHING_YET


def _names(runs: Sequence[MonitoredRun]) -> str:
    return joined([f"**{literal(one.name)}**" for one in runs])


def _progress(run: Run) -> str:
    planned = run.plan.epochs if run.plan is not None else None
    epochs = several(len(run.epochs), "epoch", "epochs") + (f" of {planned:,}" if planned else "")
    passes = sum(run.passes_of_repeated.get(epoch, 1) for epoch in run.epochs)
    times = f" in {passes:,} passes" if passes > len(run.epochs) else ""
    ranks = f" on {where}" if (where := ranks_in_words(run.ranks, run)) else ""
    resumes = max((resume.number for resume in run.resumes), default=0)
    resumed = f", gone on with {several(resumes, 'time', 'times')}" if resumes else ""
    targets = int(run.trained.sum()) + sum(int(window.draw.trained.sum()) for window in run.repeated)
    last = " Of each epoch the last pass is shown." if times else ""
    is_whole = planned is not None and passes >= planned
    asked = run.plan.samples(run.class_counts) * passes if run.plan is not None and (is_whole or run.ended) else targets
    instead = f", {count(asked)} planned" if asked != targets else ""
    return f"{epochs}{times}{ranks}{resumed}, {count(targets)} targets in all{instead}.{last}{_end(run, is_whole)}"


def _end(run: Run, is_whole: bool) -> str:
    """How the run ended, as far as the log tells; "" where it has all of its epochs and no end line."""
    if run.ended:
        return " It came to its end."
    return "" if is_whole else " No end line: it may still run, or was stopped."


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
        found = recalls_of(run, part)
        if found is not None and found[0] == part and np.isfinite(balanced := mean_recall(found[1])[-1]):
            named.append(f"balanced accuracy {percent(float(balanced))}")
        if named:
            words.append(f"{part}: {', '.join(named[:_MOST_METRICS])}")
    return f"Last {'; last '.join(words)}." if words else ""
