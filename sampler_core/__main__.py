"""Plans on the command line, for a server without a screen: `python -m sampler_core preview | report | check`.

The one contract here: the numbers are those of the dashboard. What is wrong is one sentence on stderr and exit code 2;
`check` ends with 1 where the plan can be drawn, but was tuned on other data.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan

EXTRAS = {"pandas": "figures", "plotly": "figures", "pyarrow": "files"}  # package -> which of ours brings it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = _parser().parse_args(arguments)
    warnings.filterwarnings("ignore", message="the plan was tuned on other data", category=UserWarning)
    try:
        plan = _plan(given.plan)
        counts, sentence = _read(given)
        (sys.stdout if given.run is check else sys.stderr).write(f"{_one_line(sentence)}\n")
        code: int = given.run(given, plan, counts)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        what = f'"sampler_core[{EXTRAS[package]}]"' if package in EXTRAS else package
        return _refused(f"this command needs the package {package}: pip install {what}")
    except OSError as error:
        where = error.filename or "the output"
        return _refused(f"{where} must be a file to read or write, got: {error.strerror}")
    except (TypeError, ValueError) as error:
        return _refused(str(error))
    return code


def preview(given: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """The class counts of batches as CSV: to a file, or to the screen."""
    from sampler_core.exporting import batch_table, csv_file

    shown = plan.preview(counts, given.epoch, given.first_batch, given.batches)
    table = batch_table(shown)
    if given.out:
        given.out.write_bytes(csv_file(table))
    else:
        table.columns = [_one_line(name) for name in table.columns]
        sys.stdout.buffer.write(csv_file(table).removeprefix(b"\xef\xbb\xbf"))  # a terminal needs no byte order mark
    return 0


def report(given: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """The report as one HTML file."""
    from sampler_core.exporting.plan_report import plan_report

    text = plan_report(plan, counts, epoch=given.epoch, unit=given.unit)
    given.out.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB\n")
    return 0


def check(given: argparse.Namespace, plan: SamplingPlan, counts: ClassCounts) -> int:
    """Whether the plan can be drawn from the labels in every epoch, and what it does at both ends of the run."""
    from sampler_core.figures.epoch_metrics import epoch_metrics
    from sampler_core.figures.plan_sentences import takeaway
    from sampler_core.forecast.forecast import Forecast

    with warnings.catch_warnings(record=True) as drift:
        warnings.simplefilter("always")
        plan.check(counts)
    forecast = Forecast.of(plan, counts)
    say = sys.stdout.write
    say(f"The plan {plan.fingerprint} can be drawn from it.\n")
    for epoch in sorted({0, len(forecast.shares) - 1}):
        say(f"\n{takeaway(forecast, epoch)}\n")
        for metric in epoch_metrics(forecast, epoch):
            say(f"  {metric.label}: {metric.value} ({metric.note})\n")
    for found in drift:
        sys.stderr.write(f"{_one_line(found.message)}\n")
    return 1 if drift else 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("labels", type=Path, metavar="LABELS", help="file of labels, table class,count, or a folder of "
                        "class folders")  # fmt: skip
    shared.add_argument("--label", help="the column of labels; default: the likeliest")
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
                                 "where control signs of class names are spaces")  # fmt: skip
        if run is report:
            command.add_argument("--out", type=Path, default=Path("report.html"), help="default report.html")
            command.add_argument("--unit", default="samples", help='what one sample is, such as "images"')
    return parser


def _plan(path: Path) -> SamplingPlan:
    try:
        return SamplingPlan.from_json(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be UTF-8 text, as plan.json is") from None


def _read(given: argparse.Namespace) -> tuple[ClassCounts, str]:
    """The class counts, and a sentence about what was read."""
    from sampler_core.datasets.label_files import count_folder, read_counts

    if given.labels.is_dir():
        counts = count_folder(given.labels)
        return counts, f"{counts.num_samples:,} files in {counts.num_classes:,} folders of {given.labels.name}."
    columns: dict[str, str] = {name: getattr(given, name) for name in ("label", "count") if getattr(given, name)}
    reading = read_counts(given.labels, **columns)  # type: ignore[arg-type]
    return reading.counts, reading.sentence()


def _refused(sentence: str) -> int:
    sys.stderr.write(f"{_one_line(sentence)}\n")
    return 2


def _one_line(error: object) -> str:
    """The sentence of an error, without a line break or a terminal's control signs."""
    return "".join(sign if sign.isprintable() else " " for sign in str(error))


if __name__ == "__main__":
    sys.exit(main())
