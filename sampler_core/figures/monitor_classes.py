"""What a run log shows of each class: departures in the whole run, repeats and coverage so far, a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.draw_charts import planned_and_drawn
from sampler_core.figures.figure import Figure, with_shares
from sampler_core.figures.monitor_curves import recalls_of
from sampler_core.figures.two_columns import Column, two_columns
from sampler_core.forecast.count_intervals import CountIntervals
from sampler_core.forecast.expectations import Draws, run_coverage
from sampler_core.formatting import number, percent
from sampler_core.run_log import Judgement, Run


def whole_run(judgement: Judgement) -> Figure:
    """How far the targets of each class in the whole run are from the plan, and how far chance may take them."""
    run, evidence = judgement.run, judgement.evidence
    low, high = (limit[0] for limit in evidence.spread_of_run.limits(evidence.tests))
    spread = CountIntervals(run.planned.sum(axis=0), np.ceil(low).astype(np.int64), np.floor(high).astype(np.int64))
    return planned_and_drawn(run.class_counts, spread, run.trained.sum(axis=0), got="trained", interval="chance")


def repeats_and_coverage(run: Run) -> Figure:
    """Left how often each sample of a class was trained on so far, on average; right the part seen at least once."""
    counts, seen = run.class_counts, coverage_so_far(run)
    repeats = repeats_so_far(run)
    left = Column("repeats", repeats, lambda value: f"{number(value)} ×", ".3~r", {})
    right = Column("seen", seen, percent, ".3~p", {"tickformat": "~%", "range": [0.0, 1.0]})
    rarest, largest = counts.rarest, counts.largest
    alt = "Repeats and coverage of each class so far. " + " ".join(
        f"{class_in_words(counts.names[c])}: {number(float(repeats[c]))} times, {percent(float(seen[c]))} seen."
        for c in dict.fromkeys((largest, rarest))
    )
    order = by_count(counts)
    table = pd.DataFrame({"repeats": repeats[order], "seen, expected": seen[order]}, index=class_index(counts, order))
    return Figure(two_columns(counts, left, right), alt, lambda: with_shares(table, ["seen, expected"]))


def repeats_so_far(run: Run) -> FloatArray:
    """Targets of each class over its samples; (num_classes,)."""
    totals, samples = run.trained.sum(axis=0), run.class_counts.counts
    return np.asarray(np.where(samples > 0, totals / np.maximum(samples, 1), 0.0))


def coverage_so_far(run: Run) -> FloatArray:
    """The part of each class's samples that such draws are expected to have seen, under the plan's scheme.

    Shape (num_classes,). A log has counts, not samples: this is `forecast.expectations.run_coverage` of the counts
    trained. Without a plan as if the draws were independent.
    """
    samples = max(1, int(run.trained.sum(axis=1).max(initial=1)))
    draws = Draws(samples, samples, "independent")
    if run.plan is not None:
        samples = max(samples, run.plan.samples(run.class_counts))
        draws = Draws(samples, run.plan.batch_size or samples, run.plan.drawing)
    return run_coverage(run.class_counts.counts, run.trained / samples, draws)


def class_table(judgement: Judgement) -> pd.DataFrame:
    """One row a class, the largest first: samples, shares of the whole run, repeats, coverage, the last recall."""
    run = judgement.run
    order, recalls = by_count(run.class_counts), recalls_of(run)
    planned, trained = run.planned.sum(axis=0), run.trained.sum(axis=0)
    columns = {
        "samples": run.class_counts.counts, "planned share": planned / max(planned.sum(), 1e-300),
        "trained share": trained / max(int(trained.sum()), 1), "beyond chance": judgement.evidence.beyond_chance[-1],
        "repeats": repeats_so_far(run), "seen, expected": coverage_so_far(run),
    }  # fmt: skip
    shares = ["planned share", "trained share", "seen, expected"]
    if recalls is not None:
        columns["last recall"] = recalls[1][-1]
        shares.append("last recall")
    table = pd.DataFrame({name: values[order] for name, values in columns.items()})
    return with_shares(table.set_index(class_index(run.class_counts, order)), shares)
