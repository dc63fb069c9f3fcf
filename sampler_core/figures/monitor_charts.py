"""The list of charts of the Monitor page: each figure with its title, note, place and height."""

from __future__ import annotations

from collections.abc import Sequence

from sampler_core.figures.figure import Chart, Figure
from sampler_core.figures.legend import height_with_legend
from sampler_core.figures.monitor_chance import BEYOND, share_beside_chance
from sampler_core.figures.monitor_classes import repeats_and_coverage, whole_run
from sampler_core.figures.monitor_curves import planned_and_trained, recalls
from sampler_core.figures.monitor_runs import MonitoredRun, accuracies_of_runs, recalls_of_runs, shares_of_runs
from sampler_core.figures.rows_and_ranks import class_rows

HEIGHT = 340  # pixels
_MUCH_TALLER = 1.4


def charts_of_run(one: MonitoredRun, group: str, rank: int, *, logarithmic: bool = False) -> list[Chart]:
    """Of one run: shares and recalls over epochs, one share beside chance, repeats and coverage, the whole run.

    group, rank: the class that is followed (`compare_charts.class_group`).
    """
    judgement, counts = one.judgement, one.judgement.run.class_counts
    shares, reached = planned_and_trained(judgement, logarithmic=logarithmic), recalls(judgement)
    note = "Lines are planned, points are the targets that reached the training step."
    if judgement.run.passes_of_repeated:
        note += " Shaded epochs were drawn more than once; the last pass is shown."
    if any(departure.since > judgement.run.epochs[0] for departure in judgement.departures):
        note += " A departure begins at a dashed line."
    charts = [Chart("logged-shares", "Class share, planned and trained", shares, note, 7 if reached else 12, HEIGHT, 0)]
    if reached is not None:
        charts.append(Chart("logged-recall", "Recall of each class", reached, "Of the classes at left.", 5, HEIGHT, 1))
    rows = class_rows(counts)
    height = 90 + 26 * rows if rows else HEIGHT
    beside = share_beside_chance(judgement, one.group(group, rank), logarithmic=logarithmic)
    is_beyond = any(trace.get("name") == BEYOND for trace in beside.spec["data"])
    which = "Points in a diamond are" if is_beyond else "No point is"
    note = f"{which} beyond what chance allows, with all classes and epochs looked at together."
    is_tall = height > _MUCH_TALLER * HEIGHT  # then the two with a row a class stand beside each other
    charts.append(
        _chart("logged-chance", f"Share of {one.group(group, rank).label}", beside, note, 12 if is_tall else 7, 2)
    )
    note = "The log has counts, not samples: seen is what such draws are expected to reach."
    so_far = repeats_and_coverage(judgement.run)
    charts.append(
        Chart(
            "logged-repeats", "Repeats and coverage so far", so_far, note, 6 if is_tall else 5, max(height, HEIGHT), 3
        )
    )
    note = "The targets of the whole run beside the plan, with all that chance may do."
    of_run = whole_run(judgement)
    title = "Planned against trained, the whole run"
    charts.append(_chart("logged-classes", title, of_run, note, 6 if is_tall else 12, 3, height))
    return charts


def charts_of_runs(
    runs: Sequence[MonitoredRun], group: str, rank: int, *, logarithmic: bool = False
) -> list[Chart]:  # fmt: skip
    """Of several runs beside each other: the share of the class that is followed, its recall, the balanced accuracy."""
    shares = shares_of_runs(runs, group, rank, logarithmic=logarithmic)
    note = "Lines are trained, thin dotted ones planned."
    if any(len(one.judgement.run.epochs) == 1 for one in runs):
        note += " Of a single epoch outlines are trained, dots planned."
    charts = [_chart("runs-share", "Share over epochs", shares, note, 12, 0)]
    reached, accuracy = recalls_of_runs(runs, group, rank), accuracies_of_runs(runs)
    if reached is not None and accuracy is not None:
        note = "Of the same classes, in the colours above."
        charts.append(Chart("runs-recall", "Recall over epochs", reached, note, 6, HEIGHT, 1))
        note = "The mean recall of the classes that have one."
        charts.append(Chart("runs-accuracy", "Balanced accuracy over epochs", accuracy, note, 6, HEIGHT, 2))
    return charts


def _chart(key: str, title: str, figure: Figure, note: str, span: int, rank: int, height: int = HEIGHT) -> Chart:
    return Chart(key, title, figure, note, span, height_with_legend(figure, height), rank)
