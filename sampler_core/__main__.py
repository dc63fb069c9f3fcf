"""Plans on the command line: `python -m sampler_core preview | report | check`.

The one contract here: an error is one sentence on stderr and exit code 2. `check` exits with 1 where the plan can be
drawn but was tuned on other data.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan

EXTRAS = {"pandas": "figures", "plotly": "figures", "pyarrow": "files"}  # package -> the extra that installs it


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code."""
    options = _parser().parse_args(arguments)
    warnings.filterwarnings("ignore", message="the plan was tuned on other data", category=UserWarning)
    try:
        plan, changed = _read_plan(options.plan)
        counts, sentence = _read_counts(options)
        (sys.stdout if options.run is check else sys.stderr).write(f"{_one_line(sentence)}\n")
        if changed:
            sys.stderr.write(f"{_one_line(changed)}\n")
        return int(options.run(options, plan, counts))
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        to_install = f'"sampler_core[{EXTRAS[package]}]"' if package in EXTRAS else package
        sentence = f"this command needs the package {package}: pip install {to_install}"
    except OSError as error:
        sentence = f"{error.filename or 'the output'} must be a file to read or write, got: {error.strerror}"
    except (TypeError, ValueError) as error:
        sentence = str(error)
    sys.stderr.write(f"{_one_line(sentence)}\n")
    return 2


def preview(options: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Writes the class counts of batches as CSV to a file, or to the screen."""
    from sampler_core.exporting import batch_table, csv_file

    table = batch_table(plan.preview(counts, options.epoch, options.first_batch, options.batches))
    if options.out:
        options.out.write_bytes(csv_file(table))
    else:
        table.columns = [_one_line(name) for name in table.columns]
        sys.stdout.buffer.write(csv_file(table).removeprefix(b"\xef\xbb\xbf"))  # a terminal needs no byte order mark
    return 0


def report(options: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Writes the report as one HTML file."""
    from sampler_core.exporting.plan_report import plan_report

    text = plan_report(plan, counts, epoch=options.epoch, unit=options.unit)
    options.out.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB\n")
    return 0


def check(options: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Says whether the plan can be drawn from the labels, and what it does in the first and the last epoch."""
    from sampler_core.figures.epoch_metrics import epoch_metrics
    from sampler_core.figures.plan_sentences import takeaway
    from sampler_core.forecast.forecast import Forecast

    with warnings.catch_warnings(record=True) as drift_warnings:
        warnings.simplefilter("always")
        plan.check(counts)
    forecast = Forecast.of(plan, counts)
    write = sys.stdout.write
    write(f"The plan {plan.fingerprint} can be drawn from it.\n")
    for epoch in sorted({0, len(forecast.shares) - 1}):
        write(f"\n{takeaway(forecast, epoch)}\n")
        for metric in epoch_metrics(forecast, epoch):
            write(f"  {metric.label}: {metric.value} ({metric.note})\n")
    for warning in drift_warnings:
        sys.stderr.write(f"{_one_line(warning.message)}\n")
    return 1 if drift_warnings else 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("labels", type=Path, metavar="LABELS", help="file of labels, table class,count, or a folder of "
                        "class folders")  # fmt: skip
    shared.add_argument("--label", help="the column of labels; default: guessed")
    shared.add_argument("--count", help="the column of counts, in a table class,count")
    shared.add_argument("--plan", type=Path, required=True, help="plan.json, as the dashboard exports it")
    parser = argparse.ArgumentParser(prog="python -m sampler_core", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run, words in ((preview, "batches as CSV"), (report, "one HTML file"), (check, "does it fit?")):
        command = commands.add_parser(run.__name__, parents=[shared], help=words, description=run.__doc__)
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
    return parser


def _read_plan(path: Path) -> tuple[SamplingPlan, str]:
    try:
        return SamplingPlan.read_json(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be UTF-8 text, as plan.json is") from None


def _read_counts(options: argparse.Namespace) -> tuple[ClassCounts, str]:
    """The class counts, and a sentence about the file or folder."""
    from sampler_core.datasets.label_files import count_folder, read_counts

    if options.labels.is_dir():
        counts = count_folder(options.labels)
        return counts, f"{counts.num_samples:,} files in {counts.num_classes:,} folders of {options.labels.name}."
    columns: dict[str, str] = {name: getattr(options, name) for name in ("label", "count") if getattr(options, name)}
    reading = read_counts(options.labels, **columns)  # type: ignore[arg-type]
    return reading.counts, reading.sentence()


def _one_line(error: object) -> str:
    """The text of an error without line breaks and control characters."""
    return "".join(character if character.isprintable() else " " for character in str(error))


if __name__ == "__main__":
    sys.exit(main())
