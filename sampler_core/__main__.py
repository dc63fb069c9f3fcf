"""Plans on the command line: `python -m sampler_core preview | report | check | audit | train`.

The one contract here: an error is one sentence on stderr and exit code 2. `check` exits with 1 where the plan can be
drawn but was tuned on other data, `audit` where a run differs from what its plan draws.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.train_options import add_train_options

if TYPE_CHECKING:
    from sampler_core.run_log import Run
    from sampler_core.training.study import Progress

EXTRAS = {"pandas": "figures", "plotly": "figures", "pyarrow": "files", "sklearn": "training", "scipy": "training"}
"""Package -> the extra that installs it."""

COLUMN_OPTIONS = {
    "label": "the column of labels; given several times: columns of 0 and 1; default: guessed",
    "count": "the column of counts, in a table class,count",
    "group": "a second column, whose pairs with the label are the classes",
    "split-column": "the column that says which rows are for training; default: guessed, '' for none",
    "split": "the value of it whose rows count, also several times; 'all' for all rows; default: the training one",
    "several": "a row with several labels counts as the 'rarest' of them, or they are a class as a 'whole'",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code."""
    command = _command_line_parser().parse_args(arguments)
    warnings.filterwarnings("ignore", message="the plan was tuned on other data", category=UserWarning)
    try:
        if command.run in (audit, train):
            return int(command.run(command))
        plan, changed = _plan_of_command(command.plan)
        counts, sentence = _counts_of_command(command)
        (sys.stdout if command.run is check else sys.stderr).write(f"{_as_one_line(sentence)}\n")
        if changed:
            sys.stderr.write(f"{_as_one_line(changed)}\n")
        return int(command.run(command, plan, counts))
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        extra_to_install = f'"sampler_core[{EXTRAS[package]}]"' if package in EXTRAS else package
        sentence = f"this command needs the package {package}: pip install {extra_to_install}"
    except OSError as error:
        sentence = f"{error.filename or 'the output'} must be a file to read or write, got: {error.strerror}"
    except (TypeError, ValueError) as error:
        sentence = str(error)
    except KeyboardInterrupt:
        sentence = "stopped"
    sys.stderr.write(f"{_as_one_line(sentence)}\n")
    return 2


def preview(command: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Writes the class counts of batches as CSV to a file, or to the screen."""
    from sampler_core.exporting import batch_table, csv_file

    batches_to_write = batch_table(plan.preview(counts, command.epoch, command.first_batch, command.batches))
    if command.out:
        command.out.write_bytes(csv_file(batches_to_write))
    else:
        batches_to_write.columns = [_as_one_line(name) for name in batches_to_write.columns]
        csv = csv_file(batches_to_write).removeprefix(b"\xef\xbb\xbf")  # a terminal needs no byte order mark
        sys.stdout.buffer.write(csv)
    return 0


def report(command: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Writes the report as one HTML file."""
    from sampler_core.exporting.plan_report import plan_report

    html_report = plan_report(plan, counts, epoch=command.epoch, unit=command.unit)
    command.out.write_text(html_report, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{command.out}: {command.out.stat().st_size / 1e6:.1f} MB\n")
    return 0


def check(command: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Says whether the plan can be drawn from the labels, and what it does in the first and the last epoch."""
    from sampler_core.figures.epoch_metrics import epoch_metrics
    from sampler_core.figures.plan_sentences import takeaway
    from sampler_core.forecast.forecast import Forecast

    with warnings.catch_warnings(record=True) as drift_warnings:
        warnings.simplefilter("always")
        plan.check(counts)
    forecast = Forecast.of(plan, counts)
    write_line = sys.stdout.write
    write_line(f"The plan {plan.fingerprint} can be drawn from it.\n")
    for epoch in sorted({0, len(forecast.shares) - 1}):
        write_line(f"\n{takeaway(forecast, epoch)}\n")
        for metric in epoch_metrics(forecast, epoch):
            write_line(f"  {metric.label}: {metric.value} ({metric.note})\n")
    for warning in drift_warnings:
        sys.stderr.write(f"{_as_one_line(warning.message)}\n")
    return 1 if drift_warnings else 0


def audit(command: argparse.Namespace) -> int:
    """Draws what a run should have drawn once more, and says where its log differs, to the window of batches."""
    from sampler_core import run_log

    run = run_log.read_run(command.log)
    counts, sentence = _counts_of_command(command)
    digest = _digest_of_command(command, run)
    differences = [*run.notes, *run_log.audit(run, counts, digest), *(d.sentence for d in run_log.departures(run))]
    for line in (sentence, run_log.verdict(run) if not differences else "", *differences[:_MOST_DIFFERENCES]):
        sys.stdout.write(f"{_as_one_line(line)}\n" if line else "")
    if len(differences) > _MOST_DIFFERENCES:
        sys.stdout.write(f"... and {len(differences) - _MOST_DIFFERENCES:,} more\n")
    return 1 if differences else 0


_MOST_DIFFERENCES = 40  # lines on the screen


def _digest_of_command(command: argparse.Namespace, run: Run) -> str | None:
    """The digest of the labels, for the plan of a run; None where only their counts are known."""
    from sampler_core.datasets.label_files import ReadingError, read_labels
    from sampler_core.sampling.index_stream import IndexStream

    try:
        labels = read_labels(command.labels, **_columns_of_command(command))
    except (ReadingError, OSError):
        return None
    return IndexStream(labels, run.plan, state={}).dataset.digest if run.plan is not None else None


def train(command: argparse.Namespace) -> int:
    """Trains plans on features, and says which is better, by how much and whether it is more than chance."""
    from sampler_core.exporting import csv_file
    from sampler_core.training.command_line import study_of_command, summary_in_text, write_run_logs

    study, changed = study_of_command(command)
    for sentence in [*filter(None, [changed]), *study.notes]:
        sys.stderr.write(f"{_as_one_line(sentence)}\n")

    def show(progress: Progress) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{progress.share:4.0%}, {progress.seconds_left:.0f} s left ")

    result = study.run(show)
    sys.stderr.write("\r" if sys.stderr.isatty() else "")
    sys.stdout.write(f"{_as_one_line(result.verdict)}\n\n{summary_in_text(result)}\n")
    if command.json:
        command.json.write_text(result.to_json(), encoding="utf-8", newline="\n")
    if command.out:
        command.out.write_bytes(csv_file(result.tables["summary"]))
    if command.report:
        from sampler_core.exporting.study_report import study_report

        command.report.write_text(study_report(result), encoding="utf-8", newline="\n")
    if command.runs:
        write_run_logs(result, command.runs)
    return 0


def _command_line_parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("labels", type=Path, metavar="LABELS", help="file of labels, table class,count, a folder of "
                        "class folders, or one of Arrow or Parquet files")  # fmt: skip
    for option, words in COLUMN_OPTIONS.items():
        shared.add_argument(f"--{option}", help=words, action="append" if option in ("label", "split") else "store")
    command_line = argparse.ArgumentParser(prog="python -m sampler_core", description=__doc__.partition("\n")[0])
    commands = command_line.add_subparsers(required=True, metavar="COMMAND")
    for run, words in ((preview, "batches as CSV"), (report, "one HTML file"), (check, "does it fit?")):
        command = commands.add_parser(run.__name__, parents=[shared], help=words, description=run.__doc__)
        command.add_argument("--plan", type=Path, required=True, help="plan.json, as the dashboard exports it")
        command.set_defaults(run=run)
        if run is not check:
            command.add_argument("--epoch", type=int, default=0, help="counts from 0; default 0")
        if run is preview:
            command.add_argument("--first-batch", type=int, default=0, help="counts from 0; default 0")
            command.add_argument("--batches", type=int, help="how many batches; default: to the end of the epoch")
            command.add_argument("--out", type=Path, help="CSV file to write; default: the screen, "
                                 "where control characters of class names are spaces")  # fmt: skip
        if run is report:
            command.add_argument("--out", type=Path, default=Path("report.html"), help="default report.html")
            command.add_argument("--unit", default="samples", help='what one sample is, such as "images"')
    logged = argparse.ArgumentParser(add_help=False)
    logged.add_argument("log", type=Path, metavar="RUN", help="run.jsonl, the log that training wrote (of rank 0)")
    words = "did a run draw its plan?"
    command = commands.add_parser("audit", parents=[logged, shared], help=words, description=audit.__doc__)
    command.set_defaults(run=audit)
    command = commands.add_parser("train", help="which plan is better?", description=train.__doc__)
    command.set_defaults(run=train)
    add_train_options(command)
    return command_line


def _plan_of_command(plan_path: Path) -> tuple[SamplingPlan, str]:
    try:
        return SamplingPlan.read_json(plan_path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError(f"--plan must be UTF-8 text, as plan.json is, got {plan_path}") from None


def _counts_of_command(command: argparse.Namespace) -> tuple[ClassCounts, str]:
    """The class counts, and a sentence about the file or folder."""
    from sampler_core.datasets.label_files import count_folder, holds_data_files, read_counts

    if command.labels.is_dir() and not holds_data_files(command.labels):
        counts = count_folder(command.labels)
        return counts, f"{counts.num_samples:,} files in {counts.num_classes:,} folders of {command.labels.name}."
    on_terminal = sys.stderr.isatty()
    progress = _show_progress if on_terminal else None
    reading = read_counts(command.labels, progress=progress, **_columns_of_command(command))
    sys.stderr.write("\r" if on_terminal else "")
    return reading.counts, reading.sentence()


def _show_progress(share: float) -> None:
    sys.stderr.write(f"\r{share:4.0%} read ")


def _columns_of_command(command: argparse.Namespace) -> dict[str, Any]:
    options = {option.replace("-", "_"): getattr(command, option.replace("-", "_")) for option in COLUMN_OPTIONS}
    columns = {name: value for name, value in options.items() if value is not None}
    if len(columns.get("label", ())) == 1:
        columns["label"] = columns["label"][0]
    return columns


def _as_one_line(error: object) -> str:
    """The text of an error without line breaks and control characters."""
    return "".join(character if character.isprintable() else " " for character in str(error))


if __name__ == "__main__":
    sys.exit(main())
