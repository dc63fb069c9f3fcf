"""Options of `python -m sampler_core train` -> a study, and its result as a text table."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from sampler_core.datasets.label_files import read_labels
from sampler_core.plans.named_plans import read_plans
from sampler_core.training.feature_files import read_features
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.learners import Learner, LinearLearner, MlpLearner
from sampler_core.training.losses import LOSSES, Loss
from sampler_core.training.published_sets import load_features, published_features
from sampler_core.training.splits import Folds, Given, HoldOut, Splits
from sampler_core.training.study import Study
from sampler_core.training.study_result import StudyResult

SHOWN = {
    "candidate": "", "balanced_accuracy": "balanced accuracy", "accuracy": "accuracy", "macro_f1": "macro-F1",
    "worst_recall": "worst recall", "log_loss": "log loss", "corrected_log_loss": "log loss, corrected",
}  # fmt: skip


def study_of_command(command: argparse.Namespace) -> tuple[Study, str]:
    """The study, and a sentence where draws have changed since the plans were saved."""
    try:
        plans, changed = read_plans(Path(command.plans).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError(f"--plans must be UTF-8 text, as plans.json is, got {command.plans}") from None
    losses = [loss_of_option(text) for text in command.loss or ["cross_entropy"]]
    study = Study(
        _features_of_command(command), plans, _learner_of_command(command), losses, splits_of_option(command.splits),
        reference=command.reference, metric=command.metric, seed=command.seed,
    )  # fmt: skip
    return study, changed


def loss_of_option(text: str) -> Loss:
    """ "class_weighted=0.5" -> the loss with its fields in order; "logit_adjusted=1,data"."""
    name, _, values = text.partition("=")
    fields = [float(value) if re.fullmatch(r"[\d.]+", value) else value for value in values.split(",") if value]
    try:
        return LOSSES[name](*fields)  # type: ignore[no-any-return]
    except TypeError:
        raise ValueError(f"--loss must be a name, or a name=value, got {text!r}") from None


def splits_of_option(text: str | None) -> Splits | None:
    """ "5x5", "10" or "given"; None: what the study chooses."""
    if text is None or text == "given":
        return None if text is None else Given()
    if found := re.fullmatch(r"(\d{1,4})(?:x(\d{1,4}))?", text):
        return HoldOut(int(found[1])) if found[2] is None else Folds(int(found[1]), int(found[2]))
    raise ValueError(f"--splits must be 5x5 (folds x repeats), 10 (splits of 70/30) or given, got {text!r}")


def summary_in_text(result: StudyResult) -> str:
    """The main columns of the summary, aligned."""
    summary = result.tables["summary"]
    cells = [list(SHOWN.values())]
    for row in summary.to_dict("records"):
        name, *values = (row[column] for column in SHOWN)
        shown = "".join(c if c.isprintable() else " " for c in str(name))
        cells.append([shown, *("-" if value is None or value != value else f"{value:.3f}" for value in values)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in cells)
    ]
    return "\n".join(line.rstrip() for line in lines)


def write_run_logs(result: StudyResult, folder: Path) -> None:
    """A file for each run log of the result: "1-natural.jsonl", "2-class-balanced.jsonl", ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, log) in enumerate(result.run_logs.items(), 1):
        plain = re.sub(r"[^\w]+", "-", name).strip("-")[:60]
        (folder / f"{number}-{plain}.jsonl").write_text(log, encoding="utf-8", newline="\n")


def _features_of_command(command: argparse.Namespace) -> LabelledFeatures:
    if command.features in {entry.name for entry in published_features()}:
        return load_features(command.features)
    labels = None if command.labels is None else read_labels(command.labels)
    return read_features(command.features, labels, label=command.label, leave_out_gaps=command.leave_out_gaps)


def _learner_of_command(command: argparse.Namespace) -> Learner:
    if command.learner not in ("mlp", "linear"):
        raise ValueError(f"--learner must be mlp or linear, got {command.learner!r}")
    if command.learner == "linear":
        return LinearLearner(command.learning_rate, command.weight_decay)
    return MlpLearner(command.learning_rate, command.weight_decay, command.hidden)
