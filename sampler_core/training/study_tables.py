"""Tables of a study: what each candidate reached, how it differs from the reference, recalls, curves, confusions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.training.candidate_runs import LOSSES_OF_PROBABILITIES, CandidateRuns
from sampler_core.training.comparison import decided, holm, wilson
from sampler_core.training.trained_study import TrainedStudy

COSTS = ("accuracy", "balanced_accuracy", *LOSSES_OF_PROBABILITIES)
MOST_CLASSES_OF_CONFUSIONS = 100


def summary(trained: TrainedStudy) -> pd.DataFrame:
    """What each row reached after its last epoch: means over runs; macro-F1 and worst class of pooled repeats."""
    from sklearn.metrics import f1_score

    table = []
    for row in trained.rows:
        right, judged = row.runs.recalls(adjusted=row.adjusted)
        with np.errstate(invalid="ignore", divide="ignore"):
            recall = np.where(judged > 0, right / judged, np.nan)
        worst = int(np.nanargmin(recall))
        present = np.flatnonzero(judged > 0)
        pooled = [
            f1_score(targets, answers, labels=present, average="macro", zero_division=0.0)
            for targets, answers in row.runs.pooled(row.adjusted)
        ]
        own = {name: trained.reached(row, name) for name in COSTS[:2]}
        table.append({
            "candidate": row.name, "plan": row.candidate.plan_name, "loss": row.candidate.loss.title,
            "runs": len(row.runs.splits), **{name: float(row.metric(name).mean()) for name in COSTS},
            **{f"{name}_low": max(of.low, 0.0) for name, of in own.items()},
            **{f"{name}_high": min(of.high, 1.0) for name, of in own.items()},
            "low": own[trained.metric].low, "high": own[trained.metric].high,
            "macro_f1": float(np.mean(pooled)), "worst_recall": float(recall[worst]),
            "worst_class": row.runs.data.class_counts.names[worst], "worst_n": float(judged[worst]),
        })  # fmt: skip
    return pd.DataFrame(table)


def comparisons(trained: TrainedStudy) -> pd.DataFrame:
    """Each row against the reference: difference with interval, p and Holm's, probabilities, verdict, and at what cost.

    found: the difference that would be found with 80 % power, by the deviation that was measured.
    """
    others = [row for row in trained.rows if row.name != trained.reference]
    found = [trained.difference(row, trained.metric) for row in others]
    table: list[dict[str, Any]] = []
    for row, of_row, holm_p in zip(others, found, holm([one.p for one in found]), strict=True):
        costs = {} if row.adjusted else {f"{name}_difference": trained.difference(row, name).mean for name in COSTS}
        costs[f"{trained.metric}_difference"] = of_row.mean
        costs["accuracy_difference"] = trained.difference(row, "accuracy").mean
        of_rule = {"holm_p": holm_p, "verdict": decided(of_row, holm_p), "is_baseline": row.adjusted}
        table.append({"candidate": row.name, **of_row._asdict(), **of_rule, **costs})
    return pd.DataFrame(table)


def recalls(trained: TrainedStudy) -> pd.DataFrame:
    """Recall per row and class after the last epoch with Wilson's interval; n: samples of the class that are judged;
    trained: that a run trains on, the mean over runs.

    last_share: the class's share of the draws of the last epoch, which prior correction and logit adjustment take for
    the prior of training; mean_share: that of the whole run. Means over runs.
    """
    tables = []
    for row in trained.rows:
        right, judged = row.runs.recalls(adjusted=row.adjusted)
        low, high = wilson(right, judged)
        with np.errstate(invalid="ignore", divide="ignore"):
            recall = right / judged
        counts = row.runs.data.class_counts
        tables.append(pd.DataFrame({
            "candidate": row.name, "class": list(counts.names), "recall": recall, "low": low, "high": high,
            "n": judged, "samples": counts.counts, "trained": _trained(row.runs),
            "last_share": _shares(row.runs.drawn[:, -1]), "mean_share": _shares(row.runs.drawn.sum(axis=1)),
        }))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def curves(trained: TrainedStudy) -> pd.DataFrame:
    """Each metric per candidate and epoch: mean and standard deviation over runs."""
    tables = []
    for row in trained.rows:
        names = ("balanced_accuracy", "accuracy") if row.adjusted else COSTS
        for name in names:
            values = row.runs.metric(name, row.adjusted)
            tables.append(pd.DataFrame({
                "candidate": row.name, "metric": name, "epoch": np.arange(values.shape[1]),
                "mean": values.mean(axis=0), "deviation": values.std(axis=0, ddof=1),
            }))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def class_curves(trained: TrainedStudy) -> pd.DataFrame:
    """Per candidate, epoch and class: recall and drawn share, means over runs; least and largest share of a run."""
    tables = []
    for candidate, runs in zip(trained.candidates, trained.runs, strict=True):
        epochs, classes = runs.right.shape[1:]
        shares = runs.drawn / runs.drawn.sum(axis=-1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            recall = runs.right.sum(axis=0) / runs.judged.sum(axis=0)
        tables.append(pd.DataFrame({
            "candidate": candidate.name, "epoch": np.repeat(np.arange(epochs), classes),
            "class": list(runs.data.class_counts.names) * epochs, "recall": recall.ravel(),
            "share": shares.mean(axis=0).ravel(), "least_share": shares.min(axis=0).ravel(),
            "largest_share": shares.max(axis=0).ravel(),
        }))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def confusions(trained: TrainedStudy) -> pd.DataFrame:
    """Answers per row and class, means over repeats, after the last epoch; none of them for more than 100 classes."""
    from sklearn.metrics import confusion_matrix

    tables = []
    for row in trained.rows:
        names = list(row.runs.data.class_counts.names)
        if len(names) <= MOST_CLASSES_OF_CONFUSIONS:
            classes = np.arange(len(names))
            matrices = [confusion_matrix(*pooled, labels=classes) for pooled in row.runs.pooled(row.adjusted)]
            tables.append(pd.DataFrame({
                "candidate": row.name, "class": np.repeat(np.array(names, dtype=object), len(names)),
                "answer": names * len(names), "samples": np.mean(matrices, axis=0).ravel(),
            }))  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def run_values(trained: TrainedStudy) -> pd.DataFrame:
    """Each run's metrics after the last epoch: what the comparisons are made of."""
    tables = []
    for row in trained.rows:
        names = ("balanced_accuracy", "accuracy") if row.adjusted else COSTS
        of_runs = {name: row.metric(name) for name in names}
        splits = row.runs.splits
        repeats = [split.repeat for split in splits]
        tables.append(pd.DataFrame({"candidate": row.name, "split": range(len(splits)), "repeat": repeats, **of_runs}))
    return pd.concat(tables, ignore_index=True)


TABLES = {
    "summary": summary, "comparisons": comparisons, "recalls": recalls, "curves": curves, "class_curves": class_curves,
    "confusions": confusions, "runs": run_values,
}  # fmt: skip


def _trained(runs: CandidateRuns) -> FloatArray:
    """Samples of each class in a training part, the mean over runs."""
    classes = runs.data.class_counts.num_classes
    parts = [np.bincount(runs.data.y[split.train], minlength=classes) for split in runs.splits]
    return np.asarray(np.mean(parts, axis=0), dtype=np.float64)


def _shares(drawn: IntArray | NDArray[np.int32]) -> FloatArray:
    """Draws of each run, shape (J, num_classes) -> class shares, the mean over runs."""
    return np.asarray((drawn / drawn.sum(axis=-1, keepdims=True)).mean(axis=0), dtype=np.float64)
