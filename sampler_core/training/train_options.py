"""Options of `python -m sampler_core train`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

TRAIN_OPTIONS: dict[str, tuple[Any, str]] = {  # option -> default, words
    "plans": (None, "plans.json or plan.json, as the dashboard exports them"),
    "labels": (None, "file with one label per row, for features without"),
    "label": (None, "the column of labels; default: guessed"),
    "learner": ("mlp", "mlp or linear"),
    "hidden": (64, "units of mlp; default 64"),
    "learning-rate": (3e-3, "of Adam; default 0.003"),
    "weight-decay": (0.0, "of Adam; default 0"),
    "splits": (None, "5x5 (folds x repeats), 10 (splits of 70/30) or given; default 5x5"),
    "reference": (None, "what the others are compared with; default: natural draws"),
    "metric": ("balanced_accuracy", "or accuracy"),
    "seed": (0, "of splits and initial weights; default 0"),
}


def add_train_options(command: argparse.ArgumentParser) -> None:
    """What `python -m sampler_core train` takes; nothing of a study is imported for it."""
    command.add_argument("features", metavar="FEATURES", help=".npz, .npy, .pt, CSV, Parquet or Arrow with features "
                         "and labels, or page_blocks, optdigits, yeast")  # fmt: skip
    for option, (default, words) in TRAIN_OPTIONS.items():
        kind = str if default is None else type(default)
        command.add_argument(f"--{option}", type=kind, default=default, required=option == "plans", help=words)
    command.add_argument("--loss", action="append", help="cross_entropy, class_weighted=0.5, focal=2, "
                         "logit_adjusted=1, logit_adjusted=1,data or ldam; also several times")  # fmt: skip
    command.add_argument("--leave-out-gaps", action="store_true", help="leave out rows with a missing value")
    command.add_argument("--out", type=Path, help="CSV file to write the table to")
    command.add_argument("--report", type=Path, help="HTML file to write the report to, with all figures")
    command.add_argument("--json", type=Path, help="JSON file to write all of the result to")
    command.add_argument("--runs", type=Path, help="folder to write the run log of each plan's first run to")
